#include "suite.h"

#include <algorithm>
#include <map>

#include "base/strings.h"

namespace quorate::bench {
namespace {

// A slice's first part warms connections and caches and is thrown away.
constexpr absl::Duration kWarmUp = absl::Milliseconds(300);

double Micros(const Slice& slice, double quantile) {
  return absl::ToDoubleMicroseconds(slice.latency.Quantile(quantile));
}

Row MakeRow(const std::string& name, const std::vector<Slice>& slices) {
  const auto spread = [&](const auto& of) {
    std::vector<double> values;
    for (const Slice& slice : slices) values.push_back(of(slice));
    return SpreadOf(values);
  };
  const auto share = [](const Slice& slice, double whole) {
    return whole / static_cast<double>(std::max<uint64_t>(slice.done, 1));
  };
  Row row;
  row.name = name;
  row.per_second = spread([](const Slice& slice) { return slice.per_second(); });
  row.p50_us = spread([](const Slice& slice) { return Micros(slice, 0.5); });
  row.p99_us = spread([](const Slice& slice) { return Micros(slice, 0.99); });
  row.servers_us = spread([&](const Slice& slice) {
    return share(slice, absl::ToDoubleMicroseconds(slice.cost.servers));
  });
  row.load_us = spread([&](const Slice& slice) {
    return share(slice, absl::ToDoubleMicroseconds(slice.cost.load));
  });
  row.switches = spread(
      [&](const Slice& slice) { return share(slice, static_cast<double>(slice.cost.switches)); });
  row.peer_messages = spread([&](const Slice& slice) {
    return share(slice, static_cast<double>(slice.cost.peer_messages));
  });
  row.flushes_per_second = spread([](const Slice& slice) {
    return static_cast<double>(slice.cost.flushes) / absl::ToDoubleSeconds(slice.elapsed);
  });
  for (const Slice& slice : slices) {
    row.failed += slice.failed;
    if (row.first_error.empty()) row.first_error = slice.first_error;
  }
  return row;
}

RatioRow MakeRatio(const Ratio& ratio, const std::map<std::string, std::vector<Slice>>& slices) {
  RatioRow row{ratio, {}};
  std::vector<double> values;
  const auto& above = slices.at(ratio.above);
  const auto& below = slices.at(ratio.below);
  for (size_t round = 0; round < above.size(); ++round) {
    const double a = ratio.of_medians ? Micros(above[round], 0.5) : above[round].per_second();
    const double b = ratio.of_medians ? Micros(below[round], 0.5) : below[round].per_second();
    if (b > 0) values.push_back(a / b);
  }
  row.value = SpreadOf(values);
  return row;
}

}  // namespace

std::vector<size_t> Shuffled(size_t count, Random& random) {
  std::vector<size_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = i;
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  return order;
}

SuiteResult RunSuite(const std::vector<Contestant>& contestants, const std::vector<Ratio>& ratios,
                     const SuiteOptions& options) {
  Random random(options.seed);
  std::map<std::string, std::vector<Slice>> slices;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    for (size_t i : Shuffled(contestants.size(), random)) {
      const Contestant& contestant = contestants[i];
      contestant.run(kWarmUp, random.Next());
      const Cost before = contestant.meter != nullptr ? contestant.meter->Read() : Cost();
      Slice slice = contestant.run(options.slice, random.Next());
      if (contestant.meter != nullptr) slice.cost = Difference(contestant.meter->Read(), before);
      options.progress(StrCat("round ", round + 1, "/", options.rounds, "  ", contestant.name, "  ",
                              static_cast<int64_t>(slice.per_second()), "/s"));
      slices[contestant.name].push_back(std::move(slice));
    }
  }
  SuiteResult result;
  for (const Contestant& contestant : contestants) {
    result.rows.push_back(MakeRow(contestant.name, slices[contestant.name]));
  }
  for (const Ratio& ratio : ratios) result.ratios.push_back(MakeRatio(ratio, slices));
  return result;
}

}  // namespace quorate::bench
