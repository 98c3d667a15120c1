// What `explain` computes from the round trips that a node has measured, against what
// reads of whole nodes really miss: over their disks, turns and links.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "cluster_fixture.h"
#include "quorum/pbs.h"

namespace quorate::sim {
namespace {

constexpr int kReads = 400;  // at each of the delays
// Of what is counted three standard deviations are 0.075 at most; two ways of half the
// length of a round trip are more alike than the real ones are.
constexpr double kTolerance = 0.1;
const std::vector<absl::Duration> kDelays = {absl::ZeroDuration(), absl::Milliseconds(5),
                                             absl::Milliseconds(15), absl::Milliseconds(40)};

struct Pair {
  Level write;
  Level read;
  uint32_t writes;
  uint32_t reads;
};

// One way takes up to 20 ms, now and then up to 60, each for itself.
Knobs UnevenLinks() {
  Knobs knobs = ThreeNodes();
  knobs.network.delay_spread = absl::Milliseconds(20);
  knobs.network.tail_chance = 0.1;
  knobs.network.tail_max = absl::Milliseconds(40);
  knobs.network.reordering = 1;
  knobs.node.hedge_permille = 0;  // only as many are asked as the level needs
  return knobs;
}

class UnevenCluster : public ClusterFixture {
 protected:
  UnevenCluster() : ClusterFixture(UnevenLinks()) {
    MakeKeyspace({.mode = Mode::kQuorum, .replicas = 3, .conflict = Conflict::kLww});
  }

  NodeId AnyNode() { return cluster_.ids()[random_.Below(3)]; }
  // The share of reads that miss a write of a key of its own, so long after it was
  // acknowledged; both through replicas of their own choice.
  double Measure(Level write, Level read, absl::Duration delay) {
    int stale = 0;
    for (int i = 0; i < kReads; ++i) {
      const std::string key = StrCat("k", next_key_++);
      const auto written = Ask(AnyNode(), Put(key, "v", write));
      EXPECT_TRUE(written && written->status.ok()) << key;
      Pass(delay);
      const auto found = Ask(AnyNode(), Get(key, read));
      EXPECT_TRUE(found && found->status.ok()) << key;
      if (::testing::Test::HasFailure()) return 0;
      stale += found->found.front() ? 0 : 1;
      Pass(absl::Milliseconds(100));  // all of it has arrived
    }
    return static_cast<double>(stale) / kReads;
  }
  // What one node would answer from.
  quorum::RoundTrips MeasuredBy(NodeId id) {
    std::optional<quorum::RoundTrips> measured;
    Execute(id, [&](Node& one, absl::Duration) {
      one.RoundTrips([&](const quorum::RoundTrips& all) { measured = all; });
    });
    EXPECT_TRUE(Await(absl::Seconds(1), [&] { return measured.has_value(); }));
    return measured.value_or(quorum::RoundTrips());
  }

  Random random_{11};
  uint64_t next_key_ = 0;
};

class StalenessTest : public ::testing::TestWithParam<Pair>, public UnevenCluster {};

TEST_P(StalenessTest, TheCurveIsWhatReadsOfWholeNodesReallyMiss) {
  const Pair pair = GetParam();
  std::vector<double> stale;
  for (const absl::Duration delay : kDelays) stale.push_back(Measure(pair.write, pair.read, delay));
  if (HasFailure()) return;
  EXPECT_GT(stale.front(), 0.03);
  EXPECT_LT(stale.back(), stale.front() / 2);
  for (const NodeId id : cluster_.ids()) {
    const auto curve = quorum::SimulateStaleness(quorum::LatenciesOf(MeasuredBy(id)),
                                                 {.reads = pair.reads,
                                                  .writes = pair.writes,
                                                  .trials = 20'000,
                                                  .coordinators_are_replicas = true});
    ASSERT_TRUE(curve.ok()) << curve.status();
    for (size_t i = 0; i < kDelays.size(); ++i) {
      EXPECT_NEAR(curve->ProbabilityOfStale(kDelays[i]), stale[i], kTolerance)
          << kDelays[i] << " by " << id;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(WeakPairs, StalenessTest,
                         ::testing::Values(Pair{Level::kOne, Level::kOne, 1, 1},
                                           Pair{Level::kTwo, Level::kOne, 2, 1},
                                           Pair{Level::kOne, Level::kTwo, 1, 2}),
                         [](const auto& pair) {
                           return std::string(LevelName(pair.param.write)) + "Then" +
                                  std::string(LevelName(pair.param.read));
                         });

class QuorumsStalenessTest : public ::testing::Test, public UnevenCluster {};

// Where replicas always meet, nothing may be missed, and the curve says so.
TEST_F(QuorumsStalenessTest, MissNothing) {
  EXPECT_EQ(Measure(Level::kQuorum, Level::kQuorum, absl::ZeroDuration()), 0);
  const auto curve = quorum::SimulateStaleness(
      quorum::LatenciesOf(MeasuredBy(NodeId(1))),
      {.reads = 2, .writes = 2, .trials = 1000, .coordinators_are_replicas = true});
  ASSERT_TRUE(curve.ok()) << curve.status();
  EXPECT_EQ(curve->ProbabilityOfStale(absl::ZeroDuration()), 0);
}

}  // namespace
}  // namespace quorate::sim
