#include "replica/quorum_runs.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "quorum/levels.h"

namespace quorate {
namespace {

constexpr size_t kWritesMax = 1024;
constexpr size_t kBytesMax = 256 * 1024;
// What is larger costs more than what is saved here.
constexpr size_t kValueBytesMax = 16 * 1024;
// So much sooner than it has asked for somebody may be told that its time is over.
constexpr absl::Duration kDeadlinesApart = absl::Milliseconds(5);

bool IsDelete(const Request& request) {
  return std::get<kv::Command>(request.op).mutations.front().action ==
         kv::Mutation::Action::kDelete;
}

}  // namespace

bool QuorumRuns::Takes(const Request& request) const {
  if (!allowed_ || !values_.policy().NewestWins() || !request.is_write()) return false;
  const auto& command = std::get<kv::Command>(request.op);
  const bool blind = command.action == kv::Command::Action::kMutate &&
                     command.mutations.size() == 1 && command.identity.writer == 0;
  const bool plain = request.hint == 0 && request.session.empty() && request.level != Level::kAny &&
                     quorum::CountsForWrites(request.level);
  if (!blind || !plain) return false;
  const kv::Mutation& mutation = command.mutations.front();
  return mutation.value.size() <= kValueBytesMax && values_.Check(mutation).ok();
}

bool QuorumRuns::Fits(const Request& request) const {
  if (!open() || IsDelete(request) != open_.deletes) return !open();
  const absl::Duration apart = request.deadline - open_.deadline;
  return request.level == open_.receipt.asked && open_.writes.size() < kWritesMax &&
         open_.bytes < kBytesMax && apart >= absl::ZeroDuration() && apart <= kDeadlinesApart;
}

void QuorumRuns::Add(Request request, ReplyFn reply, const Receipt& receipt, uint64_t calendar_us) {
  if (!open()) {
    open_.deadline = request.deadline;
    open_.deletes = IsDelete(request);
    open_.receipt = receipt;
  }
  kv::Mutation& mutation = std::get<kv::Command>(request.op).mutations.front();
  quorum::BlindWrite& write = open_.writes.emplace_back();
  open_.bytes += mutation.key.size() + mutation.value.size();
  write.key = std::move(mutation.key);
  // Takes has looked at it.
  write.change = *values_.ChangeOf(std::move(mutation), calendar_us);
  open_.waiting.push_back({std::move(reply), request.taken - request.arrived, request.taken});
}

void QuorumRuns::Flush(quorum::Core& core, const quorum::Now& now) {
  if (!open()) return;
  const uint64_t id = next_id_++;
  // It answers later, at the end of its turn.
  Run& run = under_way_.Add(id, std::exchange(open_, Run()));
  std::vector<quorum::BlindWrite> writes = std::move(run.writes);
  if (writes.size() > 1) {
    Reached<"replica: blind writes asked for as one run">();
    return core.WriteRun({id, std::move(writes), run.receipt.asked, run.deadline}, now);
  }
  quorum::WriteRequest alone;
  alone.id = id;
  alone.key = std::move(writes.front().key);
  alone.change = std::move(writes.front().change);
  alone.level = run.receipt.asked;
  alone.deadline = run.deadline;
  core.Write(std::move(alone), now);
}

void QuorumRuns::Fail(Run& run, const absl::Status& status) {
  for (Waiting& one : run.waiting) {
    Reply answer;
    answer.status = status;
    answer.receipt = run.receipt;
    std::move(one.reply)(std::move(answer));
  }
}

bool QuorumRuns::Answer(quorum::Reply& reply, absl::Duration now) {
  if (reply.id < kFirstId || reply.id >= next_id_) return false;
  const std::unique_ptr<Run> run = under_way_.Take(reply.id);
  if (run == nullptr) return true;
  if (!reply.status.ok()) {
    Fail(*run, reply.status);
    return true;
  }
  Receipt& receipt = run->receipt;
  receipt.acked_by = std::move(reply.receipt.acked_by);
  receipt.durable = static_cast<uint32_t>(receipt.acked_by.size());
  receipt.seen = quorum::EncodeSessionPart(reply.receipt.seen);
  receipt.version = reply.receipt.time.value();
  for (Waiting& one : run->waiting) {
    Reply answer;
    answer.receipt = receipt;
    answer.write.version = receipt.version;
    answer.write.results.emplace_back().version = receipt.version;
    answer.timings.queued = one.queued;
    answer.timings.agreed = now - one.taken;
    std::move(one.reply)(std::move(answer));
    ++receipt.version;
  }
  return true;
}

void QuorumRuns::FailAll(std::string_view reason, std::string_view message) {
  const absl::Status unknown =
      MakeError(absl::StatusCode::kUnavailable, reason, message, Applied::kUnknown);
  Run open = std::exchange(open_, Run());
  Fail(open, unknown);
  under_way_.ForEach([&](uint64_t id, Run&) { Fail(*under_way_.Take(id), unknown); });
}

}  // namespace quorate
