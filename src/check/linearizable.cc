#include "check/linearizable.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "check/key_model.h"
#include "check/schedule.h"
#include "check/search.h"
#include "check/version_values.h"

namespace quorate::check {
namespace {

using KeyOperations = std::vector<const Operation*>;

bool TellsOfState(const Operation& op) {
  return op.outcome == Outcome::kDone &&
         (op.action == Action::kGet || op.result.success || op.result.found || op.result.sum);
}

void Count(const Operation& op, LinearizabilityReport& report) {
  switch (op.outcome) {
    case Outcome::kDone:
      report.done++;
      break;
    case Outcome::kFailed:
      report.failed++;
      break;
    case Outcome::kUnknown:
      report.unknown++;
      break;
  }
  if (TellsOfState(op)) report.observations++;
}

uint64_t CountOverlapping(const KeyOperations& operations) {
  std::vector<const Operation*> done;
  for (const Operation* op : operations) {
    if (op->outcome == Outcome::kDone) done.push_back(op);
  }
  std::stable_sort(done.begin(), done.end(), [](const Operation* a, const Operation* b) {
    return a->invoke_us < b->invoke_us;
  });
  uint64_t overlapping = 0;
  int64_t any_until_us = INT64_MIN;
  int64_t write_until_us = INT64_MIN;
  for (const Operation* op : done) {
    const bool writes = !IsObserver(*op);
    if ((writes ? any_until_us : write_until_us) >= op->invoke_us) overlapping++;
    any_until_us = std::max(any_until_us, *op->return_us);
    if (writes) write_until_us = std::max(write_until_us, *op->return_us);
  }
  return overlapping;
}

// Of what was told alone, if that is found to have no order as well. Else with
// those that told what was added to it.
Window FindWindow(const KeyOperations& operations, const VersionValues& told, const KeyModel& model,
                  const std::vector<Call>& calls, const LinearizabilityOptions& options) {
  const KeyModel plain(operations, options.each_write_has_version);
  const bool enough =
      told.changed_any() && FindOrder(plain, calls, {.steps_max = options.steps_max}).answer ==
                                SearchResult::Answer::kNoOrder;
  if (enough || !told.changed_any()) return Shrink(plain, calls, options.steps_max);
  std::vector<uint32_t> kept;
  Window window = Shrink(model, calls, options.steps_max, &kept);
  const Operation* stuck = operations[kept[window.stuck]];
  std::vector<const Operation*> all;
  for (const uint32_t op : kept) {
    for (const Operation* one : told.WithEvidence(op)) {
      if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Operation* a, const Operation* b) {
    return a->invoke_us < b->invoke_us;
  });
  window.stuck = static_cast<size_t>(std::find(all.begin(), all.end(), stuck) - all.begin());
  window.operations.clear();
  for (const Operation* op : all) window.operations.push_back(*op);
  return window;
}

KeyReport CheckKey(std::string_view key, const KeyOperations& operations,
                   const LinearizabilityOptions& options, bool want_window) {
  KeyReport report;
  report.key = std::string(key);
  report.operations = operations.size();
  if (std::none_of(operations.begin(), operations.end(),
                   [](const Operation* op) { return TellsOfState(*op); })) {
    return report;
  }
  const VersionValues told(operations);
  const KeyModel model(told.operations(), options.each_write_has_version);
  std::vector<Call> calls;
  for (uint32_t i = 0; i < model.size(); ++i) {
    calls.push_back({.op = i, .required = model.operation(i).outcome == Outcome::kDone});
  }
  const SearchResult result = FindOrder(model, calls, {.steps_max = options.steps_max});
  report.steps = result.steps;
  switch (result.answer) {
    case SearchResult::Answer::kOrdered:
      report.verdict = Verdict::kPassed;
      break;
    case SearchResult::Answer::kGaveUp:
      report.verdict = Verdict::kUndecided;
      break;
    case SearchResult::Answer::kNoOrder:
      report.verdict = Verdict::kViolated;
      if (!want_window) break;
      report.window = FindWindow(operations, told, model, calls, options);
      break;
  }
  return report;
}

std::string WhyNothing(const LinearizabilityReport& report) {
  if (report.done + report.failed + report.unknown == 0) return "there are no operations";
  if (report.done == 0) return "no operation is known to be done";
  if (report.observations == 0) return "no reply told anything of a key's state";
  if (report.overlapping == 0) {
    return "no operation overlapped a write of the same key: one after the other proves little";
  }
  return "";
}

Verdict Judge(const LinearizabilityReport& report) {
  if (report.Count(Verdict::kViolated) > 0) return Verdict::kViolated;
  if (report.Count(Verdict::kUndecided) > 0) return Verdict::kUndecided;
  return report.why_nothing.empty() ? Verdict::kPassed : Verdict::kNothingChecked;
}

}  // namespace

uint64_t LinearizabilityReport::Count(Verdict wanted) const {
  return static_cast<uint64_t>(std::count_if(
      keys.begin(), keys.end(), [&](const KeyReport& key) { return key.verdict == wanted; }));
}

LinearizabilityReport CheckLinearizable(const History& history,
                                        const LinearizabilityOptions& options) {
  std::vector<const Operation*> operations;
  operations.reserve(history.operations().size());
  for (const Operation& op : history.operations()) operations.push_back(&op);
  return CheckLinearizable(operations, options);
}

LinearizabilityReport CheckLinearizable(absl::Span<const Operation* const> operations,
                                        const LinearizabilityOptions& options) {
  LinearizabilityReport report;
  std::map<std::string_view, KeyOperations> by_key;
  for (const Operation* op : operations) {
    Count(*op, report);
    KeyOperations& of_key = by_key[op->key];
    if (op->outcome != Outcome::kFailed) of_key.push_back(op);
  }
  size_t windows = 0;
  for (const auto& [key, of_key] : by_key) {
    report.overlapping += CountOverlapping(of_key);
    report.keys.push_back(CheckKey(key, of_key, options, windows < options.windows_max));
    if (report.keys.back().verdict == Verdict::kViolated) windows++;
  }
  report.why_nothing = WhyNothing(report);
  report.verdict = Judge(report);
  return report;
}

}  // namespace quorate::check
