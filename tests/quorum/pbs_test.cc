#include "quorum/pbs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace quorate::quorum {
namespace {

Histogram Always(absl::Duration span) {
  Histogram histogram;
  histogram.Record(span);
  return histogram;
}

Histogram Exponential(absl::Duration mean) {
  Histogram histogram;
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    const double u = (static_cast<double>(random.Below(1'000'000)) + 0.5) / 1'000'000;
    histogram.Record(-std::log(u) * mean);
  }
  return histogram;
}

WarsLatencies Skewed(absl::Duration write, absl::Duration others) {
  return {Exponential(write), Exponential(others), Exponential(others), Exponential(others)};
}

double StaleAt(const WarsLatencies& latencies, StalenessInput input, absl::Duration after) {
  return SimulateStaleness(latencies, input)->ProbabilityOfStale(after);
}

TEST(PbsTest, IsNeverStaleWhereReadAndWriteQuorumsMeet) {
  const WarsLatencies latencies = Skewed(absl::Milliseconds(20), absl::Milliseconds(1));
  for (const auto& [reads, writes] : {std::pair{2u, 2u}, {1u, 3u}, {3u, 1u}}) {
    EXPECT_EQ(StaleAt(latencies, {.reads = reads, .writes = writes}, absl::ZeroDuration()), 0.0);
  }
}

TEST(PbsTest, FallsWithTimeAndWithMoreReplicasAsked) {
  const WarsLatencies latencies = Skewed(absl::Milliseconds(20), absl::Milliseconds(1));
  const double at_once = StaleAt(latencies, {}, absl::ZeroDuration());
  const double later = StaleAt(latencies, {}, absl::Milliseconds(20));
  EXPECT_GT(at_once, 0.4);
  EXPECT_LT(later, at_once / 2);
  EXPECT_GT(later, 0.0);
  EXPECT_LT(StaleAt(latencies, {.reads = 2}, absl::ZeroDuration()), at_once);
  EXPECT_LT(StaleAt(latencies, {.writes = 2}, absl::ZeroDuration()), at_once);
}

// Where only the way of the write takes time, exponential with mean m, one of
// three replicas has it first and the others m later each on average: a read of
// one, t after the first acknowledgement, is stale with probability 2/3 e^(-t/m),
// after the second one with 1/3 e^(-t/m).
TEST(PbsTest, AgreesWithWhatCanBeWorkedOut) {
  const absl::Duration mean = absl::Milliseconds(20);
  const Histogram none = Always(absl::ZeroDuration());
  const WarsLatencies latencies = {Exponential(mean), none, none, none};
  for (const double t : {0.0, 0.5, 1.0, 2.0, 4.0}) {
    EXPECT_NEAR(StaleAt(latencies, {}, t * mean), 2.0 / 3 * std::exp(-t), 0.015) << t;
    EXPECT_NEAR(StaleAt(latencies, {.writes = 2}, t * mean), 1.0 / 3 * std::exp(-t), 0.015) << t;
  }
}

TEST(PbsTest, TellsAfterHowLongAShareIsLeft) {
  const StalenessCurve curve(
      {absl::Milliseconds(1), absl::Milliseconds(4), absl::Milliseconds(2), absl::Milliseconds(3)});
  EXPECT_EQ(curve.ProbabilityOfStale(absl::ZeroDuration()), 1.0);
  EXPECT_EQ(curve.ProbabilityOfStale(absl::Milliseconds(2)), 0.5);
  EXPECT_EQ(curve.ProbabilityOfStale(absl::Milliseconds(4)), 0.0);
  EXPECT_EQ(curve.TimeUntil(0.5), absl::Milliseconds(2));
  EXPECT_EQ(curve.TimeUntil(0), absl::Milliseconds(4));
  EXPECT_EQ(curve.TimeUntil(1), absl::ZeroDuration());
}

TEST(PbsTest, GivesTheSameCurveForTheSameSeed) {
  const WarsLatencies latencies = Skewed(absl::Milliseconds(20), absl::Milliseconds(2));
  EXPECT_EQ(StaleAt(latencies, {.seed = 5}, absl::Milliseconds(3)),
            StaleAt(latencies, {.seed = 5}, absl::Milliseconds(3)));
}

TEST(PbsTest, RefusesWhatCannotBe) {
  const WarsLatencies latencies = Skewed(absl::Milliseconds(1), absl::Milliseconds(1));
  for (const StalenessInput& input :
       {StalenessInput{.reads = 4}, {.reads = 0}, {.writes = 4}, {.trials = 0}}) {
    EXPECT_EQ(ReasonOf(SimulateStaleness(latencies, input).status()), "BAD_STALENESS_INPUT");
  }
  EXPECT_EQ(ReasonOf(SimulateStaleness({}, {}).status()), "NOTHING_MEASURED");
}

}  // namespace
}  // namespace quorate::quorum
