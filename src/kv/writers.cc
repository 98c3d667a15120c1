#include "kv/writers.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "kv/layout.h"
#include "kv/outcome.h"

namespace quorate::kv {
namespace {

CommandResult Refused(absl::StatusCode code, std::string_view reason, std::string_view message,
                      Applied applied = Applied::kNo) {
  CommandResult result;
  result.status = MakeError(code, reason, message, applied);
  return result;
}

CommandResult Expired(uint64_t writer) {
  return Refused(absl::StatusCode::kFailedPrecondition, "WRITER_EXPIRED",
                 StrCat("writer ", writer,
                        " is not known, or forgotten after a long silence: the "
                        "write is not done now, but if it was sent before it may have been then; "
                        "open another writer and read before writing again"),
                 Applied::kUnknown);
}

CommandResult Settled(const Identity& identity) {
  return Refused(absl::StatusCode::kFailedPrecondition, "WRITE_SETTLED",
                 StrCat("write ", identity.sequence, " of writer ", identity.writer,
                        " was settled by its writer and is not done again; number the next one "
                        "higher"),
                 Applied::kUnknown);
}

CommandResult Fenced(const Identity& identity) {
  return Refused(absl::StatusCode::kFailedPrecondition, "WRITE_FENCED",
                 StrCat("write ", identity.sequence, " of writer ", identity.writer,
                        " was resolved before it came and will never be applied; send it under "
                        "another sequence"));
}

CommandResult Reused(const Identity& identity) {
  return Refused(absl::StatusCode::kInvalidArgument, "IDENTITY_REUSED",
                 StrCat("sequence ", identity.sequence, " of writer ", identity.writer,
                        " stands for another write; give each write a sequence of its own"));
}

CommandResult Full(uint64_t writer, size_t outcomes) {
  CommandResult full =
      Refused(absl::StatusCode::kResourceExhausted, "WRITER_FULL",
              StrCat("writer ", writer, " has ", outcomes,
                     " writes that it has not settled; raise settled_below as answers come"));
  SetRetryAfter(full.status, limits::kOverloadRetryAfter);
  return full;
}

CommandResult Invalid(const Identity& identity) {
  return Refused(
      absl::StatusCode::kInvalidArgument, "IDENTITY_INVALID",
      StrCat("sequence ", identity.sequence, " with settled_below ", identity.settled_below,
             ": sequences begin at 1, and a write that is sent is not settled"));
}

CommandResult Told(Fate fate) {
  CommandResult result;
  result.fate = fate;
  return result;
}

}  // namespace

Writers::Writer* Writers::Find(uint64_t id) {
  const auto it = writers_.find(id);
  return it == writers_.end() ? nullptr : &it->second;
}

void Writers::Open(uint64_t id, uint64_t now_us) {
  ForgetIdle(now_us);
  Writer& writer = writers_[id];
  writer.used_at_us = now_us;
  changed_.insert(id);
}

void Writers::ForgetIdle(uint64_t now_us) {
  const auto forget = [this](std::map<uint64_t, Writer>::iterator it) {
    changed_.insert(it->first);
    return writers_.erase(it);
  };
  for (auto it = writers_.begin(); it != writers_.end();) {
    const bool idle = it->second.used_at_us + kWriterIdleMaxUs <= now_us;
    it = idle ? forget(it) : std::next(it);
  }
  while (writers_.size() >= kWritersMax) {
    forget(std::min_element(writers_.begin(), writers_.end(), [](const auto& a, const auto& b) {
      return a.second.used_at_us < b.second.used_at_us;
    }));
  }
}

absl::StatusOr<std::optional<CommandResult>> Writers::Begin(const Identity& identity, uint32_t body,
                                                            uint64_t now_us) {
  Writer* writer = Find(identity.writer);
  if (writer == nullptr) return Expired(identity.writer);
  if (identity.sequence == 0 || identity.settled_below > identity.sequence) {
    return Invalid(identity);
  }
  const auto known = writer->outcomes.find(identity.sequence);
  if (known != writer->outcomes.end()) {
    auto outcome = DecodeOutcome(known->second);
    if (!outcome.ok()) return outcome.status();
    if (outcome->fenced) return Fenced(identity);
    if (outcome->body != body) return Reused(identity);
    return std::move(outcome->result);
  }
  if (identity.sequence < writer->settled_below) return Settled(identity);
  Settle(*writer, identity.settled_below);
  writer->used_at_us = now_us;
  changed_.insert(identity.writer);
  if (writer->outcomes.size() >= kOutcomesMax || writer->outcome_bytes >= kOutcomeBytesMax) {
    return Full(identity.writer, writer->outcomes.size());
  }
  return std::nullopt;
}

void Writers::Settle(Writer& writer, uint64_t below) {
  if (below <= writer.settled_below) return;
  writer.settled_below = below;
  while (!writer.outcomes.empty() && writer.outcomes.begin()->first < below) {
    writer.outcome_bytes -= writer.outcomes.begin()->second.size();
    writer.outcomes.erase(writer.outcomes.begin());
  }
}

void Writers::Keep(Writer& writer, uint64_t sequence, std::string outcome) {
  writer.outcome_bytes += outcome.size();
  const bool added = writer.outcomes.emplace(sequence, std::move(outcome)).second;
  QUORATE_CHECK(added, "what became of a write is kept once");
}

void Writers::Record(const Identity& identity, uint32_t body, const CommandResult& result) {
  Writer* writer = Find(identity.writer);
  QUORATE_CHECK(writer != nullptr, "only what Begin let through is recorded");
  Keep(*writer, identity.sequence, EncodeOutcome(body, result));
}

absl::StatusOr<CommandResult> Writers::Resolve(const Identity& identity, bool fence,
                                               uint64_t now_us) {
  Writer* writer = Find(identity.writer);
  if (writer == nullptr) return Told(Fate::kExpired);
  if (identity.sequence == 0) return Invalid(identity);
  const auto known = writer->outcomes.find(identity.sequence);
  if (known != writer->outcomes.end()) {
    auto outcome = DecodeOutcome(known->second);
    if (!outcome.ok()) return outcome.status();
    if (outcome->fenced) return Told(Fate::kNever);
    outcome->result.fate = outcome->result.status.ok() ? Fate::kApplied : Fate::kFailed;
    return std::move(outcome->result);
  }
  if (identity.sequence < writer->settled_below) return Told(Fate::kSettled);
  if (!fence) return Told(Fate::kPossible);
  if (writer->outcomes.size() >= kOutcomesMax) {
    return Full(identity.writer, writer->outcomes.size());
  }
  Keep(*writer, identity.sequence, EncodeFenced());
  writer->used_at_us = now_us;
  changed_.insert(identity.writer);
  return Told(Fate::kNever);
}

std::string Writers::Stage(EngineBatch& batch) {
  for (uint64_t id : std::exchange(changed_, {})) {
    const Writer* writer = Find(id);
    if (writer == nullptr) {
      busy_.erase(id);
      batch.DeleteKey(WriterKey(partition_, id));
    } else {
      busy_[id] = Encode(id, *writer);
    }
  }
  std::string busy = EncodeBusy();
  if (busy.size() <= kBusyWritersBytesMax) return busy;
  for (auto& [id, record] : std::exchange(busy_, {})) {
    batch.PutKey(WriterKey(partition_, id), record);
  }
  return "";
}

}  // namespace quorate::kv
