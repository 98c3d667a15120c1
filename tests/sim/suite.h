// What the whole-run tests share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "sim/simulation.h"

namespace quorate::sim {

inline std::string Again(const RunOptions& options) {
  return "kvsim --seed " + std::to_string(options.seed) + " --profile " +
         ProfileName(options.profile);
}

// Runs a seed that must be clean; the timeline is told where it is not.
inline RunResult ExpectClean(const RunOptions& options) {
  SCOPED_TRACE(Again(options));
  RunResult result = Simulate(options);
  EXPECT_TRUE(result.clean()) << result.knobs << "\n" << result.timeline << result.violation;
  return result;
}

}  // namespace quorate::sim
