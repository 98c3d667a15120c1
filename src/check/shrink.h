// Cuts a key's history that has no order down to the few operations that show
// why.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check/history.h"
#include "check/key_model.h"
#include "check/schedule.h"

namespace quorate::check {

// These operations alone, and so any history of the key that holds them, have
// no order. What had not returned by the last one's return counts as perhaps
// never done.
struct Window {
  std::vector<Operation> operations;  // in order of invoke
  size_t stuck = 0;                   // the one that nothing explains
  std::vector<std::string> possible;  // what the key could be instead, a few
  bool smallest = false;              // no single one of them can be left out

  friend bool operator==(const Window&, const Window&) = default;
};

// `calls` have no order, as FindOrder finds within `steps_max`. Takes up to
// about ten times as many steps, then gives what it has by then.
// `kept`: the window's operations as positions in the model.
Window Shrink(const KeyModel& model, std::vector<Call> calls, uint64_t steps_max,
              std::vector<uint32_t>* kept = nullptr);

}  // namespace quorate::check
