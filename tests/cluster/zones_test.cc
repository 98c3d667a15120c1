// Levels of mode quorum that count by zones, over real processes: two zones of two
// nodes each, every node with a replica.
#include <gmock/gmock.h>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

class ZonesTest : public ::testing::Test {
 protected:
  ZonesTest() {
    const auto made = client_.CreateKeyspace(
        "carts",
        {.mode = Mode::kQuorum, .replicas = 4, .partitions = 2, .conflict = Conflict::kLww});
    EXPECT_TRUE(made.ok()) << made.status();
  }
  void KillEast() {
    cluster_.Kill(3);
    cluster_.Kill(4);
  }
  // Until its node has noticed: refused for want of replicas.
  static absl::Status Refused(Keyspace& keyspace, Level level) {
    absl::Status refused;
    EXPECT_TRUE(Eventually([&] {
      refused = keyspace.Put("k", "not", {.level = level, .deadline = absl::Seconds(2)}).status();
      return ReasonOf(refused) == "REPLICAS_MISSING";
    })) << refused;
    return refused;
  }

  Cluster cluster_{4, {}, 0, {"west", "west", "east", "east"}};
  Client client_ = cluster_.Connect();
};

TEST_F(ZonesTest, LocalQuorumAnswersForOneZoneAndEachQuorumForBoth) {
  Keyspace west = cluster_.Only(1).Keyspace("carts");
  const auto local = west.Put("k", "local", {.level = Level::kLocalQuorum});
  ASSERT_TRUE(local.ok()) << local.status();
  EXPECT_THAT(local->acked_by, IsSupersetOf({NodeId(1), NodeId(2)}));
  const auto read = cluster_.Only(2).Keyspace("carts").Get("k", {.level = Level::kLocalQuorum});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->value, "local") << "what one quorum of a zone has, another meets";
  const auto each = west.Put("k", "each", {.level = Level::kEachQuorum});
  ASSERT_TRUE(each.ok()) << each.status();
  EXPECT_EQ(each->durable, 4u) << "two are the majority of two";
  for (const int node : {1, 3}) {
    const auto seen =
        cluster_.Only(node).Keyspace("carts").Get("k", {.level = Level::kLocalQuorum});
    ASSERT_TRUE(seen.ok()) << seen.status();
    EXPECT_EQ(seen->value, "each") << "in the zone of n" << node;
    EXPECT_EQ(seen->receipt.achieved, Level::kLocalQuorum);
  }
}

TEST_F(ZonesTest, WithoutAZoneTheOthersGoOnAndWhatNeedsItIsRefusedAtOnceByName) {
  Keyspace west = cluster_.Only(1).Keyspace("carts");
  ASSERT_TRUE(west.Put("k", "before", {.level = Level::kEachQuorum}).ok());
  KillEast();
  const absl::Status refused = Refused(west, Level::kEachQuorum);
  EXPECT_EQ(OutcomeOf(refused), Outcome::kNotDone);
  EXPECT_THAT(std::string(refused.message()),
              AllOf(HasSubstr("EACH_QUORUM"), HasSubstr("n3"), HasSubstr("n4")));
  const absl::Time begun = absl::Now();
  EXPECT_EQ(ReasonOf(west.Put("k", "not", {.level = Level::kEachQuorum}).status()),
            "REPLICAS_MISSING");
  EXPECT_LT(absl::Now() - begun, absl::Seconds(5)) << "not by the deadline";
  EXPECT_EQ(ReasonOf(Refused(west, Level::kQuorum)), "REPLICAS_MISSING") << "two of four";
  const auto written = west.Put("k", "west", {.level = Level::kLocalQuorum});
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->achieved, Level::kLocalQuorum);
  const auto read = cluster_.Only(2).Keyspace("carts").Get("k", {.level = Level::kLocalQuorum});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->value, "west");
  cluster_.Start(3);
  cluster_.Start(4);
  cluster_.WaitReady();
  for (const int node : {3, 4}) {
    EXPECT_TRUE(Eventually([&] { return cluster_.HasAt(node, "carts", "k") == "west"; }))
        << "n" << node;
  }
  EXPECT_TRUE(
      Eventually([&] { return west.Put("k", "again", {.level = Level::kEachQuorum}).ok(); }));
}

TEST_F(ZonesTest, AZoneThatLacksItsMajorityRefusesLocalQuorumThoughTheOtherIsWhole) {
  Keyspace west = cluster_.Only(1).Keyspace("carts");
  Keyspace east = cluster_.Only(3).Keyspace("carts");
  ASSERT_TRUE(west.Put("k", "v", {.level = Level::kAll}).ok());
  cluster_.Kill(2);
  EXPECT_THAT(std::string(Refused(west, Level::kLocalQuorum).message()), HasSubstr("n2"));
  EXPECT_EQ(ReasonOf(west.Get("k", {.level = Level::kLocalQuorum}).status()), "REPLICAS_MISSING");
  EXPECT_EQ(west.Get("k", {.level = Level::kQuorum})->value, "v") << "three of four";
  EXPECT_TRUE(east.Put("k", "east", {.level = Level::kLocalQuorum}).ok());
}

// Measured by the node that is asked: within its zone and across.
TEST_F(ZonesTest, ExplainsHowLikelyOneZoneMissesWhatTheOtherHasWritten) {
  Keyspace west = cluster_.Only(1).Keyspace("carts");
  const auto explain = [this](Level read, Level write) {
    return cluster_.Only(1).Explain("carts", read, write);
  };
  absl::StatusOr<Explanation> local = absl::UnknownError("not asked");
  EXPECT_TRUE(Eventually([&] {
    EXPECT_TRUE(west.Put("k", "v", {.level = Level::kLocalQuorum}).ok());
    EXPECT_TRUE(west.Get("k", {.level = Level::kAll}).ok());
    local = explain(Level::kLocalQuorum, Level::kLocalQuorum);
    return local.ok() && !local->staleness.empty();
  })) << (local.ok() ? local->staleness_note : local.status().ToString());
  // How likely depends on this machine, where no zone is far.
  EXPECT_THAT(local->staleness_note, HasSubstr("answers to writes"));
  for (size_t i = 1; i < local->staleness.size(); ++i) {
    EXPECT_LE(local->staleness[i].probability, local->staleness[i - 1].probability);
  }
  EXPECT_EQ(local->staleness.back().probability, 0.0);
  const auto each = explain(Level::kLocalQuorum, Level::kEachQuorum);
  ASSERT_TRUE(each.ok()) << each.status();
  EXPECT_TRUE(each->staleness.empty());
  EXPECT_THAT(each->staleness_note, HasSubstr("never stale: with these zones"));
}

}  // namespace
}  // namespace quorate::testing
