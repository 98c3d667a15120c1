// A write that is sent several times under one identity, and what its last
// answer tells of them all.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/core.h"
#include "client/options.h"
#include "client/types.h"
#include "client/writer_pool.h"

namespace quorate::client {

// Whether a write at this level, to this place, is given an identity. In mode raft at
// ONE it is not: such a write may be lost after it is acknowledged. In mode quorum not
// under lww, whose writes may be sent again as they are, nor at ANY, which may keep it
// for long.
bool WantsIdentity(const Router::Place& place, Level level, bool exactly_once);

// `last` of an attempt after others of which one may have been done: what it
// says counts for all only if it is the verdict on the identity. And an unknown
// writer's first attempt certainly was not done.
absl::Status JudgeLast(const absl::Status& last, bool unknown_before);

// The writer is gone and nothing was done: another may be opened for the write.
bool NeedsAnotherWriter(const absl::Status& judged);

// A register's write was overtaken and never was: it may be sent under another
// number, after a wait that grows with `attempt`.
bool NeedsAnotherNumber(const Ticket& ticket, const absl::Status& judged);
absl::Duration WaitForAnotherNumber(uint32_t attempt);

// What became of a write of unknown outcome, in mode quorum: it is asked of all
// replicas, and what was applied is brought to `level`. May be asked where `left` is
// enough for an answer.
bool WorthAsking(const Ticket& ticket, const absl::Status& judged, absl::Duration left);
void AskFate(Core& core, const Ticket& ticket, Level level, absl::Duration left,
             Callback<v1::ResolveResponse> done);
// OK: it was applied, as asked; CANCELLED: it never was, and may be sent under another
// sequence. Else what the write ends with: `judged`, or LEVEL_NOT_REACHED.
absl::Status JudgeFate(const absl::StatusOr<v1::ResolveResponse>& fate, absl::Status judged);

// Settles the ticket, or leaves it open and names the operation in `judged`.
void Conclude(const Ticket& ticket, absl::Status& judged);

}  // namespace quorate::client
