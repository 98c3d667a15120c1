#include <algorithm>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/local.h"

namespace quorate::quorum {
namespace {

// So many are dropped with one effect, rather than each with its own.
constexpr size_t kSettledAtOnce = 32;
constexpr uint64_t kNodeMask = (uint64_t{1} << kHlcCountBits) - 1;

absl::Status Refused(std::string_view reason, const OperationId& id, std::string_view text,
                     Applied applied,
                     absl::StatusCode code = absl::StatusCode::kFailedPrecondition) {
  return MakeError(code, reason, StrCat("write ", id.sequence, " of writer ", id.writer, " ", text),
                   applied);
}

absl::Status Expired(const OperationId& id) {
  return Refused("WRITER_EXPIRED", id,
                 "comes too late: its writer is forgotten, or is older than this replica's "
                 "start. It is not done now, but if it was sent before it may have been then; open "
                 "another writer and "
                 "read before writing again",
                 Applied::kUnknown);
}

}  // namespace

absl::StatusOr<uint64_t> Local::MakeWriter(const Now& now) {
  if (absl::Status refused = CheckClock(now); !refused.ok()) return refused;
  uint64_t us = MicrosOf(clock_.Next(now.calendar_us));
  if (us <= last_writer_us_) us = last_writer_us_ + 1;
  // Nothing but this replica's own past is below it.
  const HlcTime floor(operations_.floor());
  if (floor <= clock_.last()) us = std::max(us, MicrosOf(floor) + 1);
  // The number may have been given out by a life whose disk was lost.
  if (!filled_ || HlcFromMicros(us).value() < operations_.floor()) {
    return MakeError(absl::StatusCode::kUnavailable, "REPLICA_FILLING",
                     StrCat("the replica at ", self().node.ToString(),
                            " began with an empty disk, and a writer that it makes now could be "
                            "one that it made before; nothing was done. Ask another node"),
                     Applied::kNo);
  }
  last_writer_us_ = us;
  const HlcTime writer(HlcFromMicros(us).value() | (self().node.value() & kNodeMask));
  // So that the reserve, from which a later life begins, is above it.
  (void)clock_.Observe(writer, now.calendar_us, config_.skew_us_max);
  Reserve();
  return writer.value();
}

bool Local::TooFarAhead(const OperationId& id, const Now& now) const {
  return id.BornUs() > now.calendar_us + config_.skew_us_max;
}

absl::Status Local::IdentityReused(const OperationId& id) {
  return Refused("IDENTITY_REUSED", id,
                 "stands for another write; give each write a sequence of its own", Applied::kNo,
                 absl::StatusCode::kInvalidArgument);
}

absl::Status Local::Admit(const OperationAsk& ask, const Now& now) {
  const OperationId& id = ask.id;
  if (id.sequence == 0 || ask.settled_below > id.sequence) {
    return Refused("IDENTITY_INVALID", id,
                   StrCat("says that all below ", ask.settled_below,
                          " are settled: sequences begin at 1, and a write that is sent is not "
                          "settled"),
                   Applied::kNo, absl::StatusCode::kInvalidArgument);
  }
  switch (operations_.StandingOf(id)) {
    case Standing::kApplied:
      if (operations_.Find(id)->operation.body == ask.body) return absl::OkStatus();
      return IdentityReused(id);
    case Standing::kFenced:
      return Refused("WRITE_FENCED", id,
                     "comes after the question what became of it, so it is not done here any more, "
                     "but an earlier life of this replica may have; resolve it, and send it under "
                     "another sequence if it never was",
                     Applied::kUnknown);
    case Standing::kSettled:
      return Refused("WRITE_SETTLED", id,
                     "was settled by its writer and is not done again; number the next one higher",
                     Applied::kUnknown);
    case Standing::kForgotten:
      return Expired(id);
    case Standing::kUnknown:
      break;
  }
  // An earlier life may have sent it, and forgotten in a crash.
  const bool older = HlcTime(id.writer) <= reserved_before_;
  if (older && !config_.bugs.trust_older_writers) return Expired(id);
  if (TooFarAhead(id, now) || id.BornUs() + config_.writer_life_us <= now.calendar_us) {
    return Expired(id);
  }
  // Its write is later than its writer, by every replica's time that has it.
  (void)Observe(HlcTime(id.writer), now);
  return absl::OkStatus();
}

Standing Local::LookAt(const OperationId& id, bool fence, const Now& now) {
  SweepOperations(now);
  const Standing standing = operations_.StandingOf(id);
  if (fence && standing == Standing::kApplied) Close(id);
  if (standing != Standing::kUnknown || !fence) return standing;
  if (id.BornUs() + config_.writer_life_us + 2 * config_.skew_us_max <= now.calendar_us) {
    // Nothing of it is to be kept, so nothing is to be promised of it either.
    ForgetBelow(id.writer + 1);
    return Standing::kForgotten;
  }
  operations_.Fence(id);
  if (!config_.bugs.forget_fences) Emit(FenceOperation{id});
  return Standing::kFenced;
}

void Local::PutRow(const Operations::Row& row) {
  operations_.Put(row);
  Emit(PutRecord{row.key, std::nullopt, {}, row.operation});
}

void Local::Close(const OperationId& id) {
  Operations::Row row = *operations_.Find(id);
  if (!row.operation.attempt || row.operation.attempt->closed) return;
  row.operation.attempt->closed = true;
  PutRow(row);
}

bool Local::IsClosed(const OperationId& id) const {
  const Operations::Row* row = operations_.Find(id);
  if (row != nullptr) return row->operation.attempt && row->operation.attempt->closed;
  return operations_.StandingOf(id) != Standing::kUnknown;
}

void Local::NoteEnd(const Operations::Row& row, RegisterAttempt::End end) {
  // Of what is settled or forgotten nothing is kept.
  const Standing standing = operations_.StandingOf(row.operation.id);
  if (standing == Standing::kSettled || standing == Standing::kForgotten) return;
  Operations::Row ended = row;
  ended.operation.attempt->end = end;
  ended.operation.attempt->closed = true;
  const Operations::Row* known = operations_.Find(row.operation.id);
  if (known == nullptr || *known != ended) PutRow(ended);
}

std::optional<Operation> Local::RowToKeep(const std::optional<Operation>& row) const {
  if (!row) return std::nullopt;
  if (config_.bugs.rows_at_coordinator && row->dot.identity != self()) return std::nullopt;
  const Standing standing = operations_.StandingOf(row->id);
  // Also where it was fenced: its coordinator took it before that.
  if (standing != Standing::kUnknown && standing != Standing::kFenced) return std::nullopt;
  std::optional<Operation> kept = row;
  if (kept->attempt && standing == Standing::kFenced) kept->attempt->closed = true;
  return kept;
}

void Local::SettleBelow(uint64_t writer, uint64_t below) {
  if (operations_.CountBelow(writer, below) < kSettledAtOnce) return;
  operations_.Settle(writer, below);
  Emit(SettleOperations{writer, below});
}

void Local::ForgetBelow(uint64_t writers) {
  if (writers <= operations_.floor()) return;
  operations_.Forget(writers);
  Emit(ForgetOperations{writers});
}

void Local::SweepOperations(const Now& now) {
  const uint64_t life_us = config_.writer_life_us + 2 * config_.skew_us_max;
  if (now.calendar_us > life_us) {
    const uint64_t old = HlcFromMicros(now.calendar_us - life_us).value();
    if (operations_.HasBelow(old)) ForgetBelow(old);
  }
  // Room for as many again before the next time.
  if (operations_.size() > config_.operations_max) {
    ForgetBelow(operations_.FloorFor(config_.operations_max / 2));
  }
}

}  // namespace quorate::quorum
