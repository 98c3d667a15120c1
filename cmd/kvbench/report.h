// What a run measured, for people and for programs, with the machine it ran on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "curve.h"
#include "figure.h"
#include "programs.h"
#include "suite.h"
#include "sustained.h"

namespace quorate::bench {

struct Machine {
  unsigned cores = 0;
  std::string processor;
  double load = 0;  // average over the minute before
  std::string kernel;
  uint64_t memory_bytes = 0;
};
Machine ThisMachine();

// Of a run: how long it took.
struct Part {
  std::string name;
  absl::Duration took;
};

struct Report {
  Machine machine;  // as the run began
  absl::Time began = absl::Now();
  SuiteOptions suite_options;
  std::optional<SuiteResult> suite;
  SustainedOptions sustained_options;
  std::optional<SustainedResult> sustained;
  CurveOptions curve_options;
  std::optional<CurveResult> curves;
  std::vector<Program> programs;  // of suite, sustained runs and curves
  std::vector<Experiment> experiments;
  std::vector<Part> parts;
  // What was left out, and why.
  std::vector<std::string> missing;
};

std::string TextReport(const Report& report);
std::string JsonReport(const Report& report);

}  // namespace quorate::bench
