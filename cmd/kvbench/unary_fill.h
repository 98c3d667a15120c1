// Writes many keys once, by unary puts of which so many are in flight: alike whoever takes them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "closed_loop.h"

namespace quorate::bench {

// `make`: a Caller whose Begin takes the next key; it is asked `keys` times in all.
absl::Status FillUnary(const std::function<std::unique_ptr<Caller>()>& make, uint64_t keys,
                       uint32_t in_flight);

}  // namespace quorate::bench
