// What a run says while it goes on, and when it has ended.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tally.h"

namespace quorate::load {

struct JobTally {
  std::string job;
  Tally tally;
};

// One line on stderr: each second to a person, every ten to a file.
class Progress {
 public:
  Progress();
  // When due. `elapsed` of `length`.
  void Show(absl::Duration elapsed, absl::Duration length, const std::vector<JobTally>& tallies);
  // Ends the line.
  void End();

 private:
  const bool person_;
  absl::Duration next_;
  absl::Duration shown_at_;
  uint64_t shown_ = 0;  // operations
};

// A line for each job, or one JSON object.
std::string SummaryTable(const std::vector<JobTally>& tallies, absl::Duration elapsed);
std::string SummaryJson(const std::vector<JobTally>& tallies, absl::Duration elapsed);

}  // namespace quorate::load
