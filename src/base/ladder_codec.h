// Ladders over the wire and in the topology.
#pragma once

#include "absl/status/statusor.h"
#include "base/ladder.h"
#include "quorate/v1/kv.pb.h"

namespace quorate {

using RungsOnWire = google::protobuf::RepeatedPtrField<v1::Rung>;

// Appends to `out`.
void EncodeLadder(const Ladder& ladder, RungsOnWire& out);

// INVALID_ARGUMENT, UNKNOWN_LEVEL: a level that is none; nothing else is checked.
absl::StatusOr<Ladder> DecodeLadder(const RungsOnWire& in);

// What is longer than any bound or budget allowed becomes one that is refused.
absl::Duration MicrosOnWire(uint64_t value);

}  // namespace quorate
