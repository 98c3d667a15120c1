#include "rpc/backup_service.h"

#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "rpc/deadline.h"
#include "rpc/grpc_status.h"

namespace quorate::rpc {
namespace {

class Refusal final : public grpc::ServerWriteReactor<v1::ArcPart> {
 public:
  explicit Refusal(const absl::Status& status) { Finish(ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

}  // namespace

absl::Status BackupService::Admit(const v1::ReadArcRequest& in) const {
  if (in.known().size() > limits::kKnownChunksMax * 16 || in.known().size() % 16 != 0) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, "INCOMPLETE_REQUEST",
        StrCat("the names of chunks that are known are ", in.known().size(),
               " bytes; 16 for each are wanted, and ", limits::kKnownChunksMax, " names at most"));
  }
  if (open_.size() < limits::kArcReadsMax) return absl::OkStatus();
  absl::Status busy =
      MakeError(absl::StatusCode::kResourceExhausted, "BACKUPS_UNDER_WAY",
                StrCat(world_.self.ToString(), " reads ", open_.size(),
                       " partitions for backups already; ask another node, or again in a moment"));
  SetRetryAfter(busy, absl::Milliseconds(200));
  return busy;
}

grpc::ServerWriteReactor<v1::ArcPart>* BackupService::ReadArc(grpc::CallbackServerContext* context,
                                                              const v1::ReadArcRequest* in) {
  const auto deadline = DeadlineOf(*context, world_.env, limits::kArcReadAgeMax);
  if (!deadline.ok()) return new Refusal(deadline.status());
  std::vector<std::unique_ptr<ArcStream>> over;  // waited for without the lock
  absl::MutexLock lock(&mutex_);
  over.swap(over_);
  if (absl::Status refused = Admit(*in); !refused.ok()) return new Refusal(refused);
  auto stream = std::make_unique<ArcStream>(world_, *in, *deadline,
                                            [this](ArcStream* done) { Retire(done); });
  ArcStream* const reactor = stream.get();
  open_.emplace(reactor, std::move(stream));
  return reactor;
}

// Its thread may still be on its way out of Finish.
void BackupService::Retire(ArcStream* stream) {
  absl::MutexLock lock(&mutex_);
  const auto found = open_.find(stream);
  over_.push_back(std::move(found->second));
  open_.erase(found);
}

}  // namespace quorate::rpc
