// A request to one partition, the reply, and the receipt that says what
// stands behind it. The form in which requests travel inside a node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/ladder.h"
#include "base/level.h"
#include "base/session_token.h"
#include "kv/command.h"
#include "replica/stage_timings.h"

namespace quorate {

struct Lookup {
  std::vector<std::string> keys;
};

struct Request {
  PartitionId partition;
  Epoch epoch;                    // of the topology it was routed by
  Level level = Level::kDefault;  // never kDefault once it is routed
  // Moments of Env::Monotonic. `arrived` and `taken`, by a worker, are the node's
  // own notes.
  absl::Duration deadline;
  absl::Duration arrived;
  absl::Duration taken;
  absl::Duration bound;  // BOUNDED: how old the state may be
  Seen seen;             // SESSION: what the state must hold
  // Likewise, of mode quorum, and writes come after it: EncodeSessionPart.
  std::string session;
  // Reads: instead of `level`, which then is the first rung's. Climbed where the
  // request came in; `rung` is the one to try.
  Ladder ladder;
  uint32_t rung = 0;
  uint32_t hops = 0;  // times it was forwarded
  // Of a write at ANY that was kept for a replica: its number at who kept it, from
  // whom that number comes but once. 0: it is none.
  uint64_t hint = 0;
  Boot hint_life;  // of who kept it, in which it gave that number
  NodeId keeper;   // who kept it; the node's own note
  // The node's own notes: who alone is to serve it, zero: anyone; and who of those
  // that could would not.
  NodeId to;
  std::vector<NodeId> tried;
  std::variant<kv::Command, Lookup, kv::Range> op;

  bool is_write() const { return std::holds_alternative<kv::Command>(op); }
};

struct Receipt {
  Level asked = Level::kDefault;
  Level achieved = Level::kDefault;
  uint64_t version = 0;  // of the write, or the newest read
  Mode mode = Mode::kNone;
  Epoch epoch;
  NodeId served_by;
  std::vector<NodeId> acked_by;             // nodes known to hold the write; reads: who vouched
  uint32_t durable = 0;                     // of acked_by, how many have it on disk
  std::optional<absl::Duration> staleness;  // weaker reads; nullopt: none known
  PartitionId partition;
  // What the answer holds of the partition's log: the write's own place, or how
  // far the state had come that was read.
  Seen position;
  std::string seen;   // likewise, of mode quorum: EncodeSessionPart
  uint32_t rung = 0;  // of the ladder asked with, from 1; 0: there was none
  // ANY: no replica has it; served_by keeps it for them.
  bool hinted = false;
};

struct Reply {
  // Not OK: nothing below but the receipt's partition and server counts,
  // except CONDITION_FAILED, which keeps `write`.
  absl::Status status;
  kv::CommandResult write;
  std::vector<std::optional<kv::Record>> found;  // Lookup: one for each key, in order
  kv::Page page;                                 // Range
  Receipt receipt;
  StageTimings timings;
};

// Called exactly once, on the worker's thread; must not block.
using ReplyFn = absl::AnyInvocable<void(Reply) &&>;

// Wire form, for forwarding between nodes (quorate.v1.StoredRequest, StoredReply).
// The deadline does not travel in it: what is left of it goes beside.
std::string EncodeRequest(const Request& request);
absl::StatusOr<Request> DecodeRequest(std::string_view bytes);
std::string EncodeReply(const Reply& reply);
absl::StatusOr<Reply> DecodeReply(std::string_view bytes);

}  // namespace quorate
