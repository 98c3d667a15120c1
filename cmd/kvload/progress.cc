#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace quorate::load {
namespace {

Tally::Counts Sum(const std::vector<JobTally>& tallies) {
  Tally::Counts sum;
  for (const JobTally& one : tallies) {
    const Tally::Counts counts = one.tally.total();
    sum.done += counts.done;
    sum.failed += counts.failed;
    sum.unknown += counts.unknown;
  }
  return sum;
}

uint64_t PerSecond(uint64_t count, absl::Duration in) {
  const double seconds = absl::ToDoubleSeconds(in);
  return seconds > 0 ? static_cast<uint64_t>(static_cast<double>(count) / seconds + 0.5) : 0;
}

nlohmann::ordered_json ToJson(const Tally::Counts& counts) {
  return {{"done", counts.done}, {"failed", counts.failed}, {"unknown", counts.unknown}};
}

}  // namespace

Progress::Progress() : person_(isatty(STDERR_FILENO) == 1) {
  next_ = person_ ? absl::Seconds(1) : absl::Seconds(10);
}

void Progress::Show(absl::Duration elapsed, absl::Duration length,
                    const std::vector<JobTally>& tallies) {
  if (elapsed < next_) return;
  const Tally::Counts sum = Sum(tallies);
  std::cerr << (person_ ? "\r\x1b[K" : "")
            << StrCat(absl::ToInt64Seconds(elapsed), "/", absl::ToInt64Seconds(length), " s  ",
                      PerSecond(sum.all() - shown_, elapsed - shown_at_), " operations/s  ",
                      sum.done, " done, ", sum.failed, " failed, ", sum.unknown, " unknown")
            << (person_ ? "" : "\n") << std::flush;
  shown_ = sum.all();
  shown_at_ = elapsed;
  next_ = elapsed + (person_ ? absl::Seconds(1) : absl::Seconds(10));
}

void Progress::End() {
  if (person_) std::cerr << "\n";
}

std::string SummaryTable(const std::vector<JobTally>& tallies, absl::Duration elapsed) {
  std::string text;
  for (const JobTally& one : tallies) {
    const Tally::Counts sum = one.tally.total();
    StrAppend(&text, one.job, ": ", sum.done, " done, ", sum.failed, " failed, ", sum.unknown,
              " unknown by ", one.tally.clients, " clients, ", PerSecond(sum.all(), elapsed), "/s");
    for (const auto& [reason, count] : one.tally.by_reason) {
      StrAppend(&text, "; ", reason, " ", count);
    }
    StrAppend(&text, "\n");
  }
  return text;
}

std::string SummaryJson(const std::vector<JobTally>& tallies, absl::Duration elapsed) {
  nlohmann::ordered_json jobs = nlohmann::ordered_json::array();
  for (const JobTally& one : tallies) {
    nlohmann::ordered_json json = {{"name", one.job}};
    json.update(ToJson(one.tally.total()));
    json["per_second"] = PerSecond(one.tally.total().all(), elapsed);
    json["clients"] = one.tally.clients;
    json["kinds"] = nlohmann::ordered_json::object();
    for (const auto& [kind, counts] : one.tally.by_kind) json["kinds"][kind] = ToJson(counts);
    json["reasons"] = one.tally.by_reason;
    jobs.push_back(std::move(json));
  }
  const nlohmann::ordered_json all = {{"elapsed_ms", absl::ToInt64Milliseconds(elapsed)},
                                      {"jobs", std::move(jobs)}};
  return all.dump() + "\n";
}

}  // namespace quorate::load
