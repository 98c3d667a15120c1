#include "testing/member.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::testing {

Member::Member(rpc::ServerOptions options, std::shared_ptr<MemoryDisk> memory, rpc::Passes passes,
               std::shared_ptr<spdlog::logger> log, std::function<void(absl::Status)> on_failure)
    : options_(std::move(options)),
      memory_(std::move(memory)),
      passes_(std::move(passes)),
      log_(std::move(log)),
      on_failure_(std::move(on_failure)) {}

absl::Status Member::Start() {
  if (running()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "NODE_RUNS",
                     StrCat("node ", options_.node_id, " runs; stop or kill it first"));
  }
  const absl::StatusOr<rpc::ServerPlan> plan = rpc::PlanServer(options_);
  if (!plan.ok()) return plan.status();
  auto server = rpc::Server::Start(options_, *plan,
                                   {.log = log_, .disk = memory_, .passes = passes_}, on_failure_);
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  return absl::OkStatus();
}

void Member::Stop() {
  if (running()) server_->Drain();
  End();
}

void Member::End() { server_.reset(); }

void Member::Kill() {
  if (!running()) return;
  End();
  if (memory_ != nullptr) memory_->Crash();
}

void Member::UpdateHealth() {
  if (running()) server_->UpdateHealth();
}

}  // namespace quorate::testing
