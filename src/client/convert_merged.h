// Sets, maps and siblings, between the public types and the wire's.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "client/types.h"
#include "quorate/v1/kv.pb.h"

namespace quorate::client {

std::optional<absl::Time> ExpiryOf(uint64_t expires_at_us);

// Of actions on elements and fields.
void MergingToWire(const Mutation& mutation, v1::Mutation& wire);
Merged MergedOf(v1::Merged& wire);  // takes the strings

}  // namespace quorate::client
