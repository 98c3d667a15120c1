// Whole nodes with a keyspace without a leader: what a cut link and a wrong clock do,
// to the millisecond.
#include <gmock/gmock.h>

#include <sstream>

#include "base/error.h"
#include "base/features.h"
#include "base/strings.h"
#include "cluster_fixture.h"

namespace quorate::sim {
namespace {

const NodeId kOne(1);
const NodeId kTwo(2);
const NodeId kThree(3);
constexpr absl::Duration kOften = absl::Microseconds(100);

// Before the cluster that writes to it.
struct Events {
  std::ostringstream events_;
};

class LeaderlessNodesTest : public ::testing::Test, protected Events, public ClusterFixture {
 protected:
  explicit LeaderlessNodesTest(const Knobs& knobs = ThreeNodes())
      : ClusterFixture(knobs, 1, &events_) {
    MakeKeyspace({.mode = Mode::kQuorum, .replicas = 3, .conflict = Conflict::kLww});
  }

  std::string Value(NodeId id, const std::string& key) {
    const auto record = Replica(id)->store().Lookup(key);
    return record ? record->body : "";
  }
  absl::Status Put(NodeId id, const std::string& key, const std::string& value, Level level) {
    const auto reply = Ask(id, ClusterFixture::Put(key, value, level));
    return reply ? reply->status : absl::UnknownError("no answer");
  }
  void CutOff(NodeId id) { cluster_.network().Break(Isolate(cluster_.ids(), id)); }
};

// Not when it would have been asked for anyway: from the first word that the node
// hears to the last record it takes a few ways through the network and a sync.
TEST_F(LeaderlessNodesTest, WhatANodeMissedComesAtOnceWhenItsLinksAreBack) {
  constexpr int kRounds = 8;
  constexpr int kMissed = 20;
  for (int round = 0; round < kRounds; ++round) {
    CutOff(kThree);
    Pass(absl::Seconds(3));  // all have noticed
    const auto key = [round](int i) { return StrCat("k", round, ".", i); };
    for (int i = 0; i < kMissed; ++i) ASSERT_TRUE(Put(kOne, key(i), "v", Level::kQuorum).ok());
    Pass(absl::Milliseconds(13) * round);  // all phases of whatever is asked regularly
    cluster_.network().MendAll();
    events_.str("");
    const auto three_hears = [this] {
      const std::string events = events_.str();
      return events.find("recv   n1>n3") != std::string::npos ||
             events.find("recv   n2>n3") != std::string::npos;
    };
    ASSERT_TRUE(Await(absl::Seconds(1), three_hears, kOften));
    const absl::Duration first_word = queue_.now();
    const auto has_all = [&] {
      for (int i = 0; i < kMissed; ++i) {
        if (Value(kThree, key(i)) != "v") return false;
      }
      return true;
    };
    EXPECT_FALSE(has_all());
    ASSERT_TRUE(Await(absl::Seconds(5), has_all, kOften));
    EXPECT_LT(queue_.now() - first_word, absl::Milliseconds(20)) << "round " << round;
  }
}

// One node's calendar is a minute ahead: others take nothing of what it stamps, say so,
// and go on. Time heals it, and all hold the same.
TEST_F(LeaderlessNodesTest, ACalendarThatTheOthersContradictIsNotFollowed) {
  for (const absl::Duration jump : {absl::Hours(1), -absl::Hours(2)}) {
    cluster_.node(kOne).machine().env.JumpWallTime(jump);
    for (const NodeId id : {kOne, kTwo, kOne, kThree}) {
      const std::string value = StrCat("of ", id.ToString(), " after ", absl::FormatDuration(jump));
      ASSERT_TRUE(Put(id, StrCat("k", id.value()), value, Level::kAll).ok());
      for (const NodeId other : cluster_.ids()) {
        EXPECT_EQ(Value(other, StrCat("k", id.value())), value);
      }
    }
  }
  for (const NodeId id : cluster_.ids()) {
    const auto status = Replica(id)->quorum_status(cluster_.node(id).machine().env.Monotonic());
    EXPECT_EQ(status->times_refused, 0u) << id;
  }
}

// Three puts that come to a node in one turn.
void PutTogether(ClusterFixture& world, NodeId id) {
  const auto answered = std::make_shared<int>(0);
  for (const char* key : {"a", "b", "c"}) {
    Request request = ClusterFixture::Put(key, "v", Level::kAll);
    request.partition = world.Partition()->id;
    world.Execute(id, [request, answered](Node& one, absl::Duration deadline) mutable {
      request.epoch = one.topology()->epoch;
      request.deadline = deadline;
      one.Execute(std::move(request), [answered](const Reply& reply) {
        EXPECT_TRUE(reply.status.ok()) << reply.status;
        ++*answered;
      });
    });
  }
  EXPECT_TRUE(world.Await(
      absl::Seconds(2), [&] { return *answered == 3; }, kOften));
}

TEST_F(LeaderlessNodesTest, BlindWritesThatComeTogetherAreToldAsOneRun) {
  PutTogether(*this, kOne);
  EXPECT_NE(events_.str().find(" run #"), std::string::npos);
  for (const NodeId id : cluster_.ids()) EXPECT_EQ(Value(id, "c"), "v");
}

class BeforeRunsTest : public LeaderlessNodesTest {
 protected:
  BeforeRunsTest() : LeaderlessNodesTest(Knobs()) {}
  static sim::Knobs Knobs() {
    sim::Knobs knobs = ThreeNodes();
    knobs.node.protocol.newest = kWriteRuns.since - 1;
    return knobs;
  }
};

TEST_F(BeforeRunsTest, WhereABuildCouldNotReadThemThereAreNone) {
  PutTogether(*this, kOne);
  EXPECT_EQ(events_.str().find(" run #"), std::string::npos);
  EXPECT_NE(events_.str().find(" write #"), std::string::npos);
  for (const NodeId id : cluster_.ids()) EXPECT_EQ(Value(id, "c"), "v");
}

class OwnCalendarsTest : public LeaderlessNodesTest {
 protected:
  OwnCalendarsTest() : LeaderlessNodesTest(Knobs()) {}
  static sim::Knobs Knobs() {
    sim::Knobs knobs = ThreeNodes();
    knobs.node.bugs.follow_own_calendar = true;
    return knobs;
  }
};

TEST_F(OwnCalendarsTest, OneFarAheadIsRefusedCountedAndDividesNobodyInTheEnd) {
  ASSERT_TRUE(Put(kOne, "k", "before", Level::kAll).ok());
  cluster_.node(kOne).machine().env.JumpWallTime(absl::Minutes(1));
  const absl::Status ahead = Put(kOne, "k", "of the future", Level::kQuorum);
  EXPECT_EQ(ReasonOf(ahead), "REPLICAS_LOST") << ahead;
  EXPECT_EQ(AppliedOf(ahead), Applied::kUnknown);
  ASSERT_TRUE(Put(kTwo, "k", "of today", Level::kTwo).ok());
  ASSERT_TRUE(Put(kThree, "other", "of today", Level::kTwo).ok());
  for (const NodeId id : {kTwo, kThree}) {
    EXPECT_EQ(Value(id, "k"), "of today");
    const auto status = Replica(id)->quorum_status(cluster_.node(id).machine().env.Monotonic());
    EXPECT_GT(status->times_refused, 0u) << id;
  }
  cluster_.node(kOne).machine().env.JumpWallTime(-absl::Minutes(1));
  Pass(absl::Minutes(2));
  EXPECT_EQ(WhatDiffersIn(cluster_, *Keyspace()), "");
  for (const NodeId id : cluster_.ids()) {
    EXPECT_EQ(Value(id, "k"), "of the future") << "the later time-stamp, once it has come about";
    EXPECT_EQ(Value(id, "other"), "of today");
  }
}

}  // namespace
}  // namespace quorate::sim
