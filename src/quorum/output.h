// What the leaderless core asks of its host after an input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/level.h"
#include "quorum/effect.h"
#include "quorum/message.h"
#include "quorum/register_op.h"
#include "quorum/session.h"

namespace quorate::quorum {

// What stands behind an answer.
struct Receipt {
  Dot dot;       // of the write, or of the record read; none: there is no record
  HlcTime time;  // its time-stamp
  // Holds the write on disk, or what was read, this replica included.
  std::vector<NodeId> acked_by;
  // At most so old is this replica's state; nullopt: not known.
  std::optional<absl::Duration> staleness;
  SessionPart seen;  // what a session is to note
};

enum class Fate : uint8_t {
  kApplied,   // `key`, `record` and the receipt say more
  kNever,     // it was not, and never will be
  kPossible,  // it was not as yet, as far as could be asked
  kSettled,   // its writer had the answer
  kExpired,   // its writer is forgotten; it will not be done any more
};

struct Reply {
  uint64_t id = 0;  // of the request
  absl::Status status;
  // Reads: the living one. Writes, where the policy merges: what it left.
  std::optional<Record> record;
  std::optional<RegisterOutcome> outcome;  // of a RegisterCall; its status is `status`
  KeyList keys;                            // of a ListRequest
  Receipt receipt;
  uint64_t writer = 0;       // of Core::OpenWriter
  std::optional<Fate> fate;  // of a ResolveRequest
  std::string key;           // kApplied: that was written
  bool reached = false;      // kApplied: the level that was asked for
};

struct Output {
  // To the log and into the store, in this order, before the next input.
  std::vector<Effect> effects;
  // May be sent at once, even before `effects` are durable.
  std::vector<Message> messages;
  // Only after all effects up to and including this output's are durable.
  std::vector<Message> messages_after_sync;
  std::vector<Reply> replies;             // at once
  std::vector<Reply> replies_after_sync;  // as messages_after_sync

  bool empty() const {
    return effects.empty() && messages.empty() && messages_after_sync.empty() && replies.empty() &&
           replies_after_sync.empty();
  }
};

}  // namespace quorate::quorum
