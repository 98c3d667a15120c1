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

// What one contestant did in all rounds.
struct Measured {
  std::vector<double> peaks;
  std::map<double, std::vector<Slice>> slices;  // by share
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

double Micros(const Slice& slice, double quantile) {
  return absl::ToDoubleMicroseconds(slice.latency.Quantile(quantile));
}

Curve MakeCurve(const std::string& name, const Measured& measured) {
  Curve curve{name, SpreadOf(measured.peaks), {}};
  for (const auto& [share, slices] : measured.slices) {
    CurvePoint& point = curve.points.emplace_back();
    const auto spread = [&slices = slices](const auto& of) {
      std::vector<double> values;
      for (const Slice& slice : slices) values.push_back(of(slice));
      return SpreadOf(values);
    };
    point.share = share;
    point.due_per_second = SpreadOf(measured.peaks);
    for (double* value :
         {&point.due_per_second.low, &point.due_per_second.median, &point.due_per_second.high}) {
      *value *= share;
    }
    point.per_second = spread([](const Slice& slice) { return slice.per_second(); });
    point.p50_us = spread([](const Slice& slice) { return Micros(slice, 0.5); });
    point.p99_us = spread([](const Slice& slice) { return Micros(slice, 0.99); });
    point.p999_us = spread([](const Slice& slice) { return Micros(slice, 0.999); });
    for (const Slice& slice : slices) {
      point.failed += slice.failed;
      if (point.first_error.empty()) point.first_error = slice.first_error;
    }
  }
  return curve;
}

RatioRow MakeRatio(const Ratio& ratio, const std::map<std::string, Measured>& measured) {
  const auto& above = measured.at(ratio.above).slices.at(kHalf);
  const auto& below = measured.at(ratio.below).slices.at(kHalf);
  std::vector<double> values;
  for (size_t round = 0; round < above.size(); ++round) {
    const double other = Micros(below[round], 0.99);
    if (other > 0) values.push_back(Micros(above[round], 0.99) / other);
  }
  return {ratio, SpreadOf(values)};
}

}  // namespace

CurveResult RunCurves(const std::vector<Curved>& contestants, const std::vector<Ratio>& ratios,
                      const CurveOptions& options) {
  Random random(options.seed);
  std::map<std::string, Measured> measured;
  for (uint32_t round = 1; round <= options.rounds; ++round) {
    for (const size_t i : Shuffled(contestants.size(), random)) {
      const double peak = FindPeak(contestants[i], options, random);
      measured[contestants[i].name].peaks.push_back(peak);
      options.progress(StrCat("round ", round, "/", options.rounds, "  ", contestants[i].name,
                              "  peak ", static_cast<int64_t>(peak), "/s"));
    }
    for (const size_t s : Shuffled(options.shares.size(), random)) {
      const double share = options.shares[s];
      for (const size_t i : Shuffled(contestants.size(), random)) {
        Measured& mine = measured[contestants[i].name];
        const OpenLoad load{share * mine.peaks.back(), WarmUp(options), options.slice};
        // A contestant that serves nothing has no rate to be offered.
        Slice slice = load.per_second > 0 ? contestants[i].open(load, random.Next()) : Slice();
        options.progress(StrCat("round ", round, "/", options.rounds, "  ", contestants[i].name,
                                "  at ", share, " of it: p99 ",
                                static_cast<int64_t>(Micros(slice, 0.99)), " us"));
        mine.slices[share].push_back(std::move(slice));
      }
    }
  }
  CurveResult result;
  for (const Curved& contestant : contestants) {
    result.curves.push_back(MakeCurve(contestant.name, measured[contestant.name]));
  }
  const auto& shares = options.shares;
  if (std::find(shares.begin(), shares.end(), kHalf) == shares.end()) return result;
  for (const Ratio& ratio : ratios) result.ratios.push_back(MakeRatio(ratio, measured));
  return result;
}

}  // namespace quorate::bench
