// What a client asks of a replica. Answered once, by a Reply with the same id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/level.h"
#include "quorum/conflict_policy.h"
#include "quorum/operation.h"
#include "quorum/register_op.h"
#include "quorum/session.h"
#include "quorum/taken_hints.h"

namespace quorate::quorum {

struct WriteRequest {
  uint64_t id = 0;
  std::string key;
  Change change;
  Level level = Level::kQuorum;
  absl::Duration deadline;  // a moment of Now::monotonic
  SessionPart session;      // the write is above all this
  HintNumber hint;          // done once, however often it is asked
  // Done once under this, however often it is asked of this replica; none: each time.
  std::optional<OperationAsk> operation = {};
};

// A put or delete that asks nothing of what is there.
struct BlindWrite {
  std::string key;
  Change change;
};

// As many WriteRequests, of a policy whose newest wins, done and answered as one: the
// receipt tells the first's dot and time, the others' follow by one each.
struct RunRequest {
  uint64_t id = 0;
  std::vector<BlindWrite> writes;
  Level level = Level::kQuorum;
  absl::Duration deadline;
};

// What became of an operation. `level`: what was applied is brought there first, if
// it can be.
struct ResolveRequest {
  uint64_t id = 0;
  OperationId operation;
  bool fence = true;  // what was not applied never will be
  Level level = Level::kOne;
  absl::Duration deadline;
};

struct ReadRequest {
  uint64_t id = 0;
  std::string key;
  Level level = Level::kQuorum;
  absl::Duration deadline;
  absl::Duration bound;  // BOUNDED: how old the state may be
  SessionPart session;   // SESSION: what the state must hold
  // SESSION and BOUNDED: answered when this replica's own state is enough, and by
  // no other.
  bool here = false;
};

// The keys of [start, end), dead ones too; an empty end: to the last.
struct ListRequest {
  uint64_t id = 0;
  std::string start;
  std::string end;
  size_t limit = 0;              // of each replica's; the answer may have some times as many
  Level level = Level::kQuorum;  // that counts replicas
  absl::Duration deadline;
};

// Keyspaces of policy `register`: what is linearizable.
struct RegisterCall {
  uint64_t id = 0;
  std::string key;
  RegisterOp op;
  absl::Duration deadline;
  SessionPart session = {};  // that it comes with
  // Of a write: done once under this, as WriteRequest::operation.
  std::optional<OperationAsk> operation = {};
};

}  // namespace quorate::quorum
