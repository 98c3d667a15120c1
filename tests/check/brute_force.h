// The obvious checker: every order of every choice of versions. Written apart
// from the real one, to disagree with it where either is wrong. For a handful
// of operations only.
#pragma once

#include <vector>

#include "check/history.h"

namespace quorate::check {

// All of one key. Done ones that return after `required_until_us` may as well
// never have happened.
bool HasOrderByBruteForce(const std::vector<Operation>& operations,
                          int64_t required_until_us = INT64_MAX);

}  // namespace quorate::check
