#include "check/promise.h"

#include <algorithm>

#include "absl/time/time.h"
#include "base/strings.h"

namespace quorate::check {
namespace {

using Need = Promise::Need;

// Where the number is not told, two that overlap in every larger one.
constexpr uint64_t kReplicasUnknown = 5;

bool IsQuorum(const JobInfo& job) { return job.mode == "quorum"; }
bool IsRegisters(const JobInfo& job) { return IsQuorum(job) && job.policy == "register"; }

// How many replicas answer at least, of a key's `n`.
uint64_t Answers(Level level, uint64_t n) {
  switch (level) {
    case Level::kAny:
      return 0;
    case Level::kOne:
    case Level::kLocalQuorum:  // of one zone, which may be one replica
      return std::min<uint64_t>(n, 1);
    case Level::kTwo:
      return std::min<uint64_t>(n, 2);
    case Level::kAll:
      return n;
    default:
      return n / 2 + 1;
  }
}

bool Overlap(Level write, Level read, uint64_t n) {
  if (write == Level::kEachQuorum && read == Level::kLocalQuorum) return true;
  return Answers(write, n) + Answers(read, n) > n;
}

Promise Weak(const JobInfo& job, const Rung& rung) {
  Promise promise;
  switch (rung.level) {
    case Level::kBounded:
      promise.need = Need::kBounded;
      promise.bound_us = absl::ToInt64Microseconds(rung.bound);
      promise.text = StrCat("nothing is missed that was acknowledged more than ",
                            absl::FormatDuration(rung.bound), " before");
      break;
    case Level::kSession:
      promise.need = Need::kSession;
      promise.text = "read your writes, monotonic reads, monotonic writes, writes follow reads";
      break;
    default:
      promise.text = IsQuorum(job) ? "what was read was written" : "what was read was committed";
  }
  return promise;
}

}  // namespace

Rung LevelOf(std::string_view level) {
  if (level.empty()) return {.level = Level::kLinearizable};
  const absl::StatusOr<Ladder> ladder = ParseLadder(level);
  if (!ladder.ok() || ladder->empty()) return {.level = Level::kLinearizable};
  return ladder->front();
}

bool HasOneOrder(const JobInfo& job) { return !IsQuorum(job) || IsRegisters(job); }

Promise PromiseOf(const JobInfo& job, std::string_view level) {
  const Rung rung = LevelOf(level);
  if (rung.level == Level::kBounded || rung.level == Level::kSession || rung.level == Level::kOne) {
    return Weak(job, rung);
  }
  const bool order = IsRegisters(job) ? rung.level == Level::kLinearizable : !IsQuorum(job);
  if (order) {
    const bool lease = rung.level == Level::kLease;
    return {.need = Need::kOrder,
            .bound_us = 0,
            .text = lease ? "each key is linearizable while clocks keep to their bound"
                          : "each key is linearizable"};
  }
  const uint64_t n = job.replicas == 0 ? kReplicasUnknown : job.replicas;
  if (!IsRegisters(job) || Overlap(Level::kQuorum, rung.level, n)) {
    return {.need = Need::kFresh,
            .bound_us = 0,
            .text =
                "a read sees each write acknowledged before it where W + R > N, or what came "
                "after it"};
  }
  return Weak(job, rung);
}

bool WriteCounts(const JobInfo& job, std::string_view write_level, std::string_view read_level) {
  const Level write = LevelOf(write_level).level;
  const Level read = LevelOf(read_level).level;
  if (!IsQuorum(job)) return write != Level::kOne;
  if (IsRegisters(job)) return true;
  if (read == Level::kBounded || read == Level::kSession) return write != Level::kAny;
  return Overlap(write, read, job.replicas == 0 ? kReplicasUnknown : job.replicas);
}

bool WriteLasts(const JobInfo& job, std::string_view write_level, bool disks_kept) {
  const Level write = LevelOf(write_level).level;
  if (IsRegisters(job) || (IsQuorum(job) && disks_kept)) return true;
  return write != Level::kOne && write != Level::kAny;
}

}  // namespace quorate::check
