// Looks for an order of one key's calls that respects time and the model.
//
// Wing and Gong's depth-first search with Lowe's memory of configurations
// ("Testing for linearizability", 2017). The set of calls placed so far is
// kept as the level (how many returns have been passed) and the few open
// calls placed ahead of theirs, so memory does not grow with the square of
// the history.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "check/key_model.h"
#include "check/schedule.h"

namespace quorate::check {

struct SearchOptions {
  uint64_t steps_max = 0;  // a step is one call tried in one state
  // Refuse an order at once for what will only be told later: versions of open
  // calls, values read that cannot come back. Cheaper, but it does not tell how
  // far the history can be explained.
  bool look_ahead = true;
};

struct SearchResult {
  enum class Answer : uint8_t { kOrdered, kNoOrder, kGaveUp };
  Answer answer = Answer::kGaveUp;
  uint64_t steps = 0;
  // kNoOrder: the call nobody got past, and what the key could be (some of
  // the states) when only it and those after it were left.
  uint32_t stuck_op = 0;
  std::vector<KeyState> states;
};

SearchResult FindOrder(const KeyModel& model, absl::Span<const Call> calls,
                       const SearchOptions& options);

}  // namespace quorate::check
