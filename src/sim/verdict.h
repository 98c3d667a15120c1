// What a client may conclude from an answer about its operation, of which it may
// have sent copies before.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "replica/request.h"
#include "sim/op.h"

namespace quorate::sim {

enum class Asked : uint8_t {
  kOnce,   // the operation itself, and there is no identity to ask about it by
  kAgain,  // it or a copy, under an identity
  kFate,   // what became of it
};

// `doubt`: an attempt before this one may have taken effect, so that a refusal of
// this one tells nothing of it; only the state machine's own verdicts do.
Outcome Conclude(const Op& op, const Reply& reply, Asked asked, bool doubt);

// What is wrong with an answer that a write under way can not get, whatever
// happened; empty: nothing. `fenced`: what became of it was asked before.
std::string Impossible(const Reply& reply, Asked asked, bool fenced);

}  // namespace quorate::sim
