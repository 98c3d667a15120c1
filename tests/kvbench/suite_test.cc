// The suite with contestants that are made up: what becomes of their slices.
#include "suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "counters.h"
#include "sustained.h"

namespace quorate::bench {
namespace {

using ::testing::ElementsAre;

Slice SliceOf(uint64_t done, absl::Duration latency, absl::Duration elapsed = absl::Seconds(1)) {
  Slice slice;
  slice.done = done;
  slice.elapsed = elapsed;
  slice.latency.Record(latency);
  return slice;
}

// Answers as many as its turn says, the warm-ups not counted.
Contestant Scripted(const std::string& name, std::vector<uint64_t> done, absl::Duration latency) {
  auto turn = std::make_shared<size_t>(0);
  return {name, [turn, done, latency](absl::Duration length, uint64_t) {
            if (length < absl::Seconds(1)) return Slice();
            return SliceOf(done.at((*turn)++), latency, length);
          }};
}

SuiteOptions Options(uint32_t rounds) {
  return {.rounds = rounds, .slice = absl::Seconds(1), .progress = [](const std::string&) {}};
}

TEST(SuiteTest, ARatioIsFormedWithinItsRound) {
  const Lineup lineup{{Scripted("fast", {100, 400, 900}, absl::Milliseconds(1)),
                       Scripted("slow", {100, 200, 300}, absl::Milliseconds(1))},
                      {},
                      {{"fast / slow", "fast", "slow"}}};
  const SuiteResult result = RunSuite(lineup, Options(3));
  ASSERT_EQ(result.ratios.size(), 1u);
  EXPECT_DOUBLE_EQ(result.ratios[0].value.low, 1);
  EXPECT_DOUBLE_EQ(result.ratios[0].value.median, 2);
  EXPECT_DOUBLE_EQ(result.ratios[0].value.high, 3);
}

TEST(SuiteTest, LatenciesOfYardsticksAreAddedUp) {
  const Lineup lineup{
      {Scripted("put", {1}, absl::Microseconds(600)),
       Scripted("echo", {1}, absl::Microseconds(100)),
       Scripted("round trip", {1}, absl::Microseconds(50)),
       Scripted("sync", {1}, absl::Microseconds(250))},
      {},
      {{"put / all of them", "put", "echo", Of::kMedians, {}, {"round trip", "sync"}}}};
  const SuiteResult result = RunSuite(lineup, Options(1));
  EXPECT_NEAR(result.ratios.at(0).value.median, 1.5, 0.03);
}

TEST(SuiteTest, HalfOfThePeakIsOfWhatTheBestDidInTheSameRound) {
  std::vector<double> offered;
  const Lineup lineup{{Scripted("put, 64", {100, 500}, absl::Milliseconds(1)),
                       Scripted("put, 256", {300, 400}, absl::Milliseconds(1))},
                      {{"put, at half",
                        {"put, 64", "put, 256"},
                        [&](const OpenLoad& load, uint64_t) {
                          if (load.length == absl::Seconds(1)) offered.push_back(load.per_second);
                          return SliceOf(1, absl::Milliseconds(2));
                        }}},
                      {}};
  const SuiteResult result = RunSuite(lineup, Options(2));
  EXPECT_THAT(offered, ElementsAre(150, 250));
  ASSERT_EQ(result.rows.size(), 3u);
  EXPECT_NEAR(result.rows.back().p99_us.median, 2000, 20);
}

TEST(SuiteTest, OfAPeakOfNothingNoHalfIsOffered) {
  const Lineup lineup{{Scripted("put", {0}, absl::Milliseconds(1))},
                      {{"put, at half",
                        {"put"},
                        [](const OpenLoad&, uint64_t) {
                          ADD_FAILURE() << "at no rate it would never end";
                          return Slice();
                        }}},
                      {}};
  EXPECT_EQ(RunSuite(lineup, Options(1)).rows.back().per_second.median, 0);
}

TEST(CountersTest, AreSharesOfAnOperationAndOfWhatOperationsShare) {
  Slice slice = SliceOf(100, absl::Milliseconds(1), absl::Seconds(2));
  slice.cost.each_server = {absl::Milliseconds(2), absl::Milliseconds(1)};
  slice.cost.servers = absl::Milliseconds(3);
  slice.cost.load = absl::Milliseconds(1);
  slice.cost.switches = 50;
  slice.cost.flushes = 25;
  slice.cost.peer_messages = 40;
  const Counters counters = CountersOf({slice});
  EXPECT_DOUBLE_EQ(counters.servers_us.median, 30);
  ASSERT_EQ(counters.each_server_us.size(), 2u);
  EXPECT_DOUBLE_EQ(counters.each_server_us[0].median, 20);
  EXPECT_DOUBLE_EQ(counters.each_server_us[1].median, 10);
  EXPECT_DOUBLE_EQ(counters.load_us.median, 10);
  EXPECT_DOUBLE_EQ(counters.switches.median, 0.5);
  EXPECT_DOUBLE_EQ(counters.per_flush.median, 4);
  EXPECT_DOUBLE_EQ(counters.per_peer_message.median, 2.5);
  EXPECT_DOUBLE_EQ(counters.flushes_per_second.median, 12.5);
}

TEST(CountersTest, NothingIsSharedWhereThereWasNone) {
  const Counters counters = CountersOf({SliceOf(100, absl::Milliseconds(1)), Slice()});
  EXPECT_EQ(counters.per_flush.median, 0);
  EXPECT_EQ(counters.flushes_per_second.high, 0);
}

TEST(SustainedTest, TellsTheFirstAndTheLastThirdOfThoseWhoseWritesAreDurable) {
  Contestant put = Scripted("put", {300, 200, 100}, absl::Milliseconds(1));
  put.durable = true;
  Contestant other = Scripted("other", {600, 600, 600}, absl::Milliseconds(1));
  other.durable = true;
  const Lineup lineup{{put, other, Scripted("get", {}, absl::Milliseconds(1))},
                      {},
                      {{"put / other", "put", "other", Of::kThroughputs, {0.9, false}},
                       {"put / get", "put", "get"}}};
  const SustainedResult result =
      RunSustained(lineup, {.length = absl::Seconds(3), .progress = [](const std::string&) {}});
  ASSERT_EQ(result.rows.size(), 2u);
  const SustainedRow& row = result.rows[result.rows[0].name == "put" ? 0 : 1];
  EXPECT_DOUBLE_EQ(row.per_second, 200);
  EXPECT_DOUBLE_EQ(row.first_third, 300);
  EXPECT_DOUBLE_EQ(row.last_third, 100);
  ASSERT_EQ(result.ratios.size(), 1u) << "gets did not take part";
  EXPECT_NEAR(result.ratios[0].value.median, 1. / 3, 1e-9);
  EXPECT_EQ(result.ratios[0].ratio.goal.limit, 0) << "goals are of the slices";
}

}  // namespace
}  // namespace quorate::bench
