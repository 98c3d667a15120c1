// A write that is sent several times under one identity, and what its last
// answer tells of them all.
#pragma once

#include "absl/status/status.h"
#include "client/core.h"
#include "client/options.h"
#include "client/writer_pool.h"

namespace quorate::client {

// Whether a write at this level, to this place, is given an identity. At ONE it
// is not: such a write may be lost after it is acknowledged.
bool WantsIdentity(const Router::Place& place, Level level, bool exactly_once);

// `last` of an attempt after others of which one may have been done: what it
// says counts for all only if it is the verdict on the identity. And an unknown
// writer's first attempt certainly was not done.
absl::Status JudgeLast(const absl::Status& last, bool unknown_before);

// The writer is gone and nothing was done: another may be opened for the write.
bool NeedsAnotherWriter(const absl::Status& judged);

// Settles the ticket, or leaves it open and names the operation in `judged`.
void Conclude(const Ticket& ticket, absl::Status& judged);

}  // namespace quorate::client
