#include "suite.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace quorate::bench {
namespace {

// A slice's first part warms connections and caches and is thrown away.
constexpr absl::Duration kWarmUp = absl::Milliseconds(300);

Row MakeRow(const std::string& name, const std::vector<Slice>& slices) {
  Row row;
  row.name = name;
  row.per_second = SpreadOver(slices, [](const Slice& slice) { return slice.per_second(); });
  row.p50_us = SpreadOver(slices, [](const Slice& slice) { return slice.micros(0.5); });
  row.p99_us = SpreadOver(slices, [](const Slice& slice) { return slice.micros(0.99); });
  row.counters = CountersOf(slices);
  for (const Slice& slice : slices) {
    row.failed += slice.failed;
    if (row.first_error.empty()) row.first_error = slice.first_error;
  }
  return row;
}

double FigureOf(const Slice& slice, Of of) {
  if (of == Of::kThroughputs) return slice.per_second();
  return slice.micros(of == Of::kMedians ? 0.5 : 0.99);
}

class Suite {
 public:
  Suite(const Lineup& lineup, const SuiteOptions& options)
      : lineup_(lineup), options_(options), random_(options.seed) {}

  SuiteResult Run() {
    for (uint32_t round = 1; round <= options_.rounds; ++round) {
      for (size_t i : Shuffled(lineup_.contestants.size(), random_)) {
        Take(round, lineup_.contestants[i]);
      }
      for (size_t i : Shuffled(lineup_.at_half.size(), random_)) Take(round, lineup_.at_half[i]);
    }
    SuiteResult result;
    for (const Contestant& one : lineup_.contestants) {
      result.rows.push_back(MakeRow(one.name, rounds_[one.name]));
    }
    for (const AtHalf& one : lineup_.at_half) {
      result.rows.push_back(MakeRow(one.name, rounds_[one.name]));
    }
    for (const Ratio& ratio : lineup_.ratios) result.ratios.push_back(RatioOf(ratio, rounds_));
    return result;
  }

 private:
  void Take(uint32_t round, const Contestant& contestant) {
    contestant.run(kWarmUp, random_.Next());
    Note(round, contestant.name,
         Metered(contestant.meter, [&] { return contestant.run(options_.slice, random_.Next()); }));
  }

  void Take(uint32_t round, const AtHalf& contestant) {
    double peak = 0;
    for (const std::string& name : contestant.peak_of) {
      peak = std::max(peak, rounds_.at(name).back().per_second());
    }
    // One that serves nothing has no rate to be offered.
    if (peak <= 0) return Note(round, contestant.name, Slice());
    OpenLoad load{peak / 2, absl::ZeroDuration(), kWarmUp};
    contestant.run(load, random_.Next());
    load.length = options_.slice;
    Note(round, contestant.name,
         Metered(contestant.meter, [&] { return contestant.run(load, random_.Next()); }));
  }

  void Note(uint32_t round, const std::string& name, Slice slice) {
    options_.progress(StrCat("round ", round, "/", options_.rounds, "  ", name, "  ",
                             static_cast<int64_t>(slice.per_second()), "/s"));
    rounds_[name].push_back(std::move(slice));
  }

  const Lineup& lineup_;
  const SuiteOptions& options_;
  Random random_;
  Rounds rounds_;
};

}  // namespace

std::vector<size_t> Shuffled(size_t count, Random& random) {
  std::vector<size_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = i;
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  return order;
}

RatioRow RatioOf(const Ratio& ratio, const Rounds& rounds) {
  std::vector<double> values;
  const auto& above = rounds.at(ratio.above);
  for (size_t round = 0; round < above.size(); ++round) {
    double below = FigureOf(rounds.at(ratio.below)[round], ratio.of);
    for (const std::string& name : ratio.added_below) {
      below += FigureOf(rounds.at(name)[round], ratio.of);
    }
    if (below > 0) values.push_back(FigureOf(above[round], ratio.of) / below);
  }
  return {ratio, SpreadOf(values)};
}

Slice Metered(const Meter* meter, const std::function<Slice()>& run) {
  if (meter == nullptr) return run();
  const Cost before = meter->Read();
  Slice slice = run();
  slice.cost = Difference(meter->Read(), before);
  return slice;
}

SuiteResult RunSuite(const Lineup& lineup, const SuiteOptions& options) {
  return Suite(lineup, options).Run();
}

}  // namespace quorate::bench
