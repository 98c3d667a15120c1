#include "curve.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/random.h"
#include "base/strings.h"

namespace quorate::bench {
namespace {

constexpr double kHalf = 0.5;

absl::Duration WarmUp(const CurveOptions& options) {
  return std::min(absl::Milliseconds(300), options.slice / 2);
}

// What all did: a peak for each round, and slices by share.
struct Measured {
  std::map<std::string, std::vector<double>> peaks;
  std::map<double, Rounds> slices;
};

double FindPeak(const Curved& contestant, const CurveOptions& options, Random& random) {
  double peak = 0;
  for (const uint32_t in_flight : contestant.in_flight) {
    contestant.closed(in_flight, WarmUp(options), random.Next());
    const Slice slice = contestant.closed(in_flight, options.slice, random.Next());
    peak = std::max(peak, slice.per_second());
  }
  return peak;
}

CurvePoint MakePoint(double share, const std::vector<Slice>& slices, const Spread& peak) {
  CurvePoint point;
  point.share = share;
  point.due_per_second = {share * peak.low, share * peak.median, share * peak.high};
  point.per_second = SpreadOver(slices, [](const Slice& slice) { return slice.per_second(); });
  point.p50_us = SpreadOver(slices, [](const Slice& slice) { return slice.micros(0.5); });
  point.p99_us = SpreadOver(slices, [](const Slice& slice) { return slice.micros(0.99); });
  point.p999_us = SpreadOver(slices, [](const Slice& slice) { return slice.micros(0.999); });
  point.counters = CountersOf(slices);
  for (const Slice& slice : slices) {
    point.failed += slice.failed;
    if (point.first_error.empty()) point.first_error = slice.first_error;
  }
  return point;
}

Curve MakeCurve(const std::string& name, const Measured& measured) {
  Curve curve{name, SpreadOf(measured.peaks.at(name)), {}};
  for (const auto& [share, rounds] : measured.slices) {
    curve.points.push_back(MakePoint(share, rounds.at(name), curve.peak_per_second));
  }
  return curve;
}

// Warmed up by the same load, of which nothing counts.
Slice RunOpen(const Curved& contestant, double per_second, const CurveOptions& options,
              Random& random) {
  // A contestant that serves nothing has no rate to be offered.
  if (per_second <= 0) return {};
  contestant.open({per_second, absl::ZeroDuration(), WarmUp(options)}, random.Next());
  return Metered(contestant.meter, [&] {
    return contestant.open({per_second, absl::ZeroDuration(), options.slice}, random.Next());
  });
}

}  // namespace

CurveResult RunCurves(const std::vector<Curved>& contestants, const std::vector<Ratio>& ratios,
                      const CurveOptions& options) {
  Random random(options.seed);
  Measured measured;
  for (uint32_t round = 1; round <= options.rounds; ++round) {
    const std::string turn = StrCat("round ", round, "/", options.rounds, "  ");
    for (const size_t i : Shuffled(contestants.size(), random)) {
      const double peak = FindPeak(contestants[i], options, random);
      measured.peaks[contestants[i].name].push_back(peak);
      options.progress(
          StrCat(turn, contestants[i].name, "  peak ", static_cast<int64_t>(peak), "/s"));
    }
    for (const size_t s : Shuffled(options.shares.size(), random)) {
      const double share = options.shares[s];
      for (const size_t i : Shuffled(contestants.size(), random)) {
        const std::string& name = contestants[i].name;
        Slice slice = RunOpen(contestants[i], share * measured.peaks[name].back(), options, random);
        options.progress(StrCat(turn, name, "  at ", share, " of it: p99 ",
                                static_cast<int64_t>(slice.micros(0.99)), " us"));
        measured.slices[share][name].push_back(std::move(slice));
      }
    }
  }
  CurveResult result;
  for (const Curved& contestant : contestants) {
    result.curves.push_back(MakeCurve(contestant.name, measured));
  }
  const auto half = measured.slices.find(kHalf);
  if (half == measured.slices.end()) return result;
  for (const Ratio& ratio : ratios) result.ratios.push_back(RatioOf(ratio, half->second));
  return result;
}

}  // namespace quorate::bench
