#include "sustained.h"

#include <utility>

#include "base/random.h"
#include "base/strings.h"

namespace quorate::bench {
namespace {

constexpr int kThirds = 3;

struct Thirds {
  std::vector<Slice> each;
  Slice whole;
};

// Without a pause, but the last calls of a third are awaited before the next begins.
Thirds RunThirds(const Contestant& contestant, absl::Duration length, Random& random) {
  Thirds thirds;
  thirds.whole = Metered(contestant.meter, [&] {
    Slice whole;
    absl::Duration elapsed;
    for (int i = 0; i < kThirds; ++i) {
      thirds.each.push_back(contestant.run(length / kThirds, random.Next()));
      whole.Merge(thirds.each.back());
      elapsed += thirds.each.back().elapsed;
    }
    whole.elapsed = elapsed;
    return whole;
  });
  return thirds;
}

SustainedRow MakeRow(const std::string& name, const Thirds& thirds) {
  const Slice& whole = thirds.whole;
  return {.name = name,
          .per_second = whole.per_second(),
          .first_third = thirds.each.front().per_second(),
          .last_third = thirds.each.back().per_second(),
          .p50_us = whole.micros(0.5),
          .p99_us = whole.micros(0.99),
          .max_us = whole.micros(1),
          .counters = CountersOf({whole}),
          .failed = whole.failed,
          .first_error = whole.first_error};
}

bool TookPart(const Ratio& ratio, const Rounds& rounds) {
  return ratio.of == Of::kThroughputs && rounds.contains(ratio.above) &&
         rounds.contains(ratio.below);
}

}  // namespace

SustainedResult RunSustained(const Lineup& lineup, const SustainedOptions& options) {
  Random random(options.seed);
  SustainedResult result;
  Rounds rounds;  // only one
  for (const size_t i : Shuffled(lineup.contestants.size(), random)) {
    const Contestant& contestant = lineup.contestants[i];
    if (!options.all && !contestant.durable) continue;
    Thirds thirds = RunThirds(contestant, options.length, random);
    const SustainedRow& row = result.rows.emplace_back(MakeRow(contestant.name, thirds));
    options.progress(StrCat(row.name, "  ", static_cast<int64_t>(row.per_second),
                            "/s, its last third ", static_cast<int64_t>(row.last_third), "/s"));
    rounds[row.name].push_back(std::move(thirds.whole));
  }
  for (const Ratio& ratio : lineup.ratios) {
    if (!TookPart(ratio, rounds)) continue;
    result.ratios.push_back(RatioOf(ratio, rounds));
    result.ratios.back().ratio.goal = {};
  }
  return result;
}

}  // namespace quorate::bench
