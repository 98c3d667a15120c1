// What a run measured, for people and for programs, with the machine it ran on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "figure.h"
#include "suite.h"

namespace quorate::bench {

struct Machine {
  unsigned cores = 0;
  std::string processor;
  double load = 0;  // average over the minute before
};
Machine ThisMachine();

struct Report {
  Machine machine;  // as the run began
  SuiteOptions suite_options;
  std::optional<SuiteResult> suite;
  std::vector<Experiment> experiments;
  // What was left out, and why.
  std::vector<std::string> missing;
};

std::string TextReport(const Report& report);
std::string JsonReport(const Report& report);

}  // namespace quorate::bench
