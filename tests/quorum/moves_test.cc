// Stories of a replica that moves: n1 leaves, n4 joins.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "joint.h"

namespace quorate::quorum {
namespace {

ClusterOptions ThreeAndOneMore(Bugs bugs = {}) {
  ClusterOptions options;
  options.spares = 1;
  options.config.skew_us_max = 100'000;
  options.config.reserve_us = 50'000;
  options.config.bugs = bugs;
  return options;
}

Cluster::Topology Moved(Cluster& cluster) {
  Cluster::Topology topology = Joint(cluster);
  topology.members = {Epoch(2), topology.members.After(), {}, {}};
  return topology;
}

bool Done(Cluster& cluster) { return cluster.core(4).MoveDone(cluster.NowAt(4)); }

std::string ReasonFor(Cluster& cluster, uint64_t node, uint64_t id) {
  const Reply* reply = cluster.Find(node, id);
  if (reply == nullptr) return "no answer";
  return reply->status.ok() ? "" : ReasonOf(reply->status);
}

TEST(MovesTest, AJoinerIsFilledAndTakesTheLeaversPlace) {
  Cluster cluster(ThreeAndOneMore());
  cluster.Put(2, "a", "old", Level::kAll);
  cluster.Put(2, "b", "old", Level::kAll);
  cluster.DeliverAll();
  cluster.Delete(3, "b", Level::kAll);
  cluster.Settle(20);
  const Cluster::Topology moved = Moved(cluster);
  Teach(cluster, Joint(cluster), {1, 2, 3, 4});
  EXPECT_FALSE(Done(cluster));
  EXPECT_EQ(ReasonFor(cluster, 4, cluster.Get(4, "a", Level::kOne)), "REPLICA_FILLING");
  cluster.Settle(20);
  EXPECT_TRUE(Done(cluster));
  Teach(cluster, moved, {1, 2, 3, 4});
  EXPECT_FALSE(cluster.alive(1)) << "it has no copy any more";
  cluster.Put(4, "b", "new", Level::kQuorum);
  cluster.Settle(20);
  for (uint64_t node : {2, 3, 4}) {
    EXPECT_EQ(cluster.Value(node, "a"), "old");
    EXPECT_EQ(cluster.Value(node, "b"), "new");
    EXPECT_TRUE(cluster.store(node).dot_log.empty()) << "n" << node;
  }
}

// Whether the move ends though the leaver has what nobody else has.
bool EndsTooEarly(Bugs bugs) {
  Cluster cluster(ThreeAndOneMore(bugs));
  cluster.Isolate(1);
  const uint64_t put = cluster.Put(1, "k", "v", Level::kOne);
  EXPECT_EQ(ReasonFor(cluster, 1, put), "");
  Teach(cluster, Joint(cluster), {2, 3, 4});
  cluster.Settle(20);
  EXPECT_TRUE(cluster.core(4).filled()) << "by the other two";
  const bool early = Done(cluster);
  Teach(cluster, Joint(cluster), {1});
  cluster.Heal();
  cluster.Settle(20);
  EXPECT_TRUE(Done(cluster));
  EXPECT_EQ(cluster.Value(4, "k"), "v");
  return early;
}

TEST(MovesTest, WhatTheLeaverAloneHasIsWaitedFor) {
  EXPECT_FALSE(EndsTooEarly({}));
  Bugs bugs;
  bugs.let_leaver_go = true;
  EXPECT_TRUE(EndsTooEarly(bugs)) << "the rule is what holds it back";
}

// Whether n4 counts as filled by n3 alone, which lacks what n1 and n2 acknowledged.
bool IsFilledByOne(Bugs bugs) {
  Cluster cluster(ThreeAndOneMore(bugs));
  cluster.Isolate(3);
  const uint64_t put = cluster.Put(1, "k", "v", Level::kQuorum);
  cluster.DeliverAll();
  EXPECT_EQ(ReasonFor(cluster, 1, put), "");
  cluster.Crash(1);
  cluster.Heal();
  for (uint64_t other : {3, 4}) {
    cluster.Cut(2, other);
    cluster.Cut(other, 2);
  }
  Teach(cluster, Joint(cluster), {2, 3, 4});
  cluster.Settle(20);
  return cluster.core(4).filled();
}

TEST(MovesTest, WhereTheLeaverIsGoneOneOtherIsNotEnoughToFillAJoiner) {
  EXPECT_FALSE(IsFilledByOne({}));
  Bugs bugs;
  bugs.fill_joiner_from_any = true;
  EXPECT_TRUE(IsFilledByOne(bugs)) << "the rule is what holds it back";
}

// n1 and n2 have acknowledged a write, and n1 is gone.
void EndsWithoutTheLeaver() {
  ClusterOptions options = ThreeAndOneMore();
  options.config.leaver_patience = absl::Seconds(10);
  Cluster cluster(options);
  cluster.Isolate(3);
  const uint64_t put = cluster.Put(1, "k", "v", Level::kQuorum);
  cluster.DeliverAll();
  EXPECT_EQ(ReasonFor(cluster, 1, put), "");
  cluster.Heal();
  cluster.Crash(1);
  cluster.Isolate(1);
  Cluster::Topology topology = Joint(cluster);
  Teach(cluster, topology, {2});
  const auto done = [&] {
    const std::vector<uint64_t> nodes = cluster.living();
    return std::any_of(nodes.begin(), nodes.end(), [&](uint64_t node) {
      return cluster.core(node).MoveDone(cluster.NowAt(node));
    });
  };
  cluster.Settle(250);
  EXPECT_FALSE(done()) << "n2 is no majority: n1 and n3 may go on without it";
  Teach(cluster, topology, {3, 4});
  cluster.Settle(150);
  EXPECT_FALSE(done()) << "n4 has not waited for long enough yet";
  cluster.Settle(100);
  EXPECT_TRUE(done());
  topology.members = {Epoch(2), topology.members.After(), {}, {}};
  Teach(cluster, topology, {2, 3, 4});
  const uint64_t read = cluster.Get(3, "k", Level::kQuorum);
  cluster.Settle(5);
  ASSERT_EQ(ReasonFor(cluster, 3, read), "");
  EXPECT_EQ(cluster.Value(3, "k"), "v");
}

TEST(MovesTest, ALostLeaverIsWaitedForForAWhileAndNoQuorumForgetsAnything) {
  EndsWithoutTheLeaver();
}

bool AnyoneIsDone(Cluster& cluster, std::initializer_list<uint64_t> nodes) {
  return std::any_of(nodes.begin(), nodes.end(), [&](uint64_t node) {
    return cluster.core(node).MoveDone(cluster.NowAt(node));
  });
}

// n1 leaves, with nobody in its place.
Cluster::Topology Shrinking(Cluster& cluster) {
  Cluster::Topology topology = Joint(cluster);
  topology.members.joining = {};
  topology.joined.clear();
  return topology;
}

// Whether the move ends before n3 has what the dead n1 and n2 have acknowledged.
bool LeavesOneCopyAlone(Bugs bugs) {
  ClusterOptions options = ThreeAndOneMore(bugs);
  options.config.leaver_patience = absl::Seconds(1);
  Cluster cluster(options);
  cluster.Isolate(3);
  const uint64_t put = cluster.Put(1, "k", "v", Level::kQuorum);
  cluster.DeliverAll();
  EXPECT_EQ(ReasonFor(cluster, 1, put), "");
  cluster.Crash(1);
  Teach(cluster, Shrinking(cluster), {2, 3});
  cluster.Settle(100);
  const bool early = AnyoneIsDone(cluster, {2, 3});
  cluster.Heal();
  cluster.Isolate(1);
  cluster.Settle(100);
  EXPECT_TRUE(AnyoneIsDone(cluster, {2, 3}));
  EXPECT_EQ(cluster.Value(3, "k"), "v");
  return early;
}

TEST(MovesTest, ALostLeaverWithNobodyInItsPlaceGoesOnceAQuorumOfTheOthersHasItsPart) {
  EXPECT_FALSE(LeavesOneCopyAlone({}));
  Bugs bugs;
  bugs.let_leaver_go = true;
  EXPECT_TRUE(LeavesOneCopyAlone(bugs)) << "the rule is what holds it back";
}

// What a replica has told before it entered the epoch says nothing of what it took since.
TEST(MovesTest, OnlyWhatIsToldInThisEpochCountsOfADeadLeaversPart) {
  ClusterOptions options = ThreeAndOneMore();
  options.config.leaver_patience = absl::Seconds(1);
  Cluster cluster(options);
  cluster.Settle(20);
  Teach(cluster, Shrinking(cluster), {3});
  const uint64_t put = cluster.Put(1, "k", "v", Level::kQuorum);
  cluster.DeliverAll();
  EXPECT_EQ(ReasonFor(cluster, 1, put), "") << "n2 counts the old set alone";
  cluster.Crash(1);
  cluster.Isolate(1);
  cluster.Isolate(2);
  cluster.Settle(100);
  EXPECT_FALSE(AnyoneIsDone(cluster, {3}));
}

TEST(MovesTest, ALeaverDoesNotSpeakForWhoJoinsInItsPlace) {
  Cluster cluster(ThreeAndOneMore());
  cluster.Put(2, "k", "v", Level::kAll);
  cluster.DeliverAll();
  Teach(cluster, Joint(cluster), {1, 2, 3});
  cluster.PeerGone(1, 4);
  cluster.Settle(20);
  EXPECT_FALSE(AnyoneIsDone(cluster, {1, 2, 3})) << "n4 has nothing yet";
  Teach(cluster, Joint(cluster), {4});
  cluster.Settle(20);
  EXPECT_TRUE(Done(cluster));
}

// What is told of an operation whose write has come to n2 and n3, and which n1 alone knows
// it to be of, once that has left.
std::optional<Fate> FateAfterALeave(Bugs bugs) {
  Cluster cluster(ThreeAndOneMore(bugs));
  const OperationId operation{cluster.OpenWriter(1), 1};
  cluster.PutOnce(1, "k", "v", Level::kOne, operation);
  (void)cluster.Take([](const Message&) { return true; });
  cluster.Settle(20);
  EXPECT_EQ(cluster.Value(2, "k"), "v") << "by anti-entropy";
  Cluster::Topology topology;
  topology.members = cluster.members(2);
  topology.members.epoch = Epoch(1);
  topology.members.leaving = NodeId(1);
  Teach(cluster, topology, {1, 2, 3});
  cluster.Settle(20);
  EXPECT_TRUE(cluster.core(1).MoveDone(cluster.NowAt(1)));
  topology.members = {Epoch(2), topology.members.After(), {}, {}};
  Teach(cluster, topology, {1, 2, 3});
  EXPECT_GT(cluster.OpenWriter(2), operation.writer) << "others are opened at once";
  const uint64_t asked = cluster.Resolve(2, operation);
  cluster.Settle(5);
  const Reply* reply = cluster.Find(2, asked);
  return reply == nullptr ? std::nullopt : reply->fate;
}

TEST(MovesTest, WhatALeaverAloneKnewOfAnOperationIsNotDenied) {
  EXPECT_EQ(FateAfterALeave({}), Fate::kExpired);
  Bugs bugs;
  bugs.trust_writers_of_before = true;
  EXPECT_EQ(FateAfterALeave(bugs), Fate::kNever) << "the rule is what holds it back";
}

// Whether it tells of a write that it alone has, while n1 leaves for n4, that it is applied.
bool TellsAloneThatItIsApplied(uint64_t node) {
  Cluster cluster(ThreeAndOneMore());
  Teach(cluster, Joint(cluster), {1, 2, 3, 4});
  cluster.Settle(20);
  const OperationId operation{cluster.OpenWriter(node), 1};
  cluster.PutOnce(node, "k", "v", Level::kOne, operation);
  (void)cluster.Take([](const Message&) { return true; });
  EXPECT_EQ(cluster.Value(node, "k"), "v");
  cluster.Isolate(node);
  const uint64_t asked = cluster.Resolve(node, operation);
  cluster.Settle(5);
  const Reply* reply = cluster.Find(node, asked);
  return reply != nullptr && reply->fate == Fate::kApplied;
}

TEST(MovesTest, WhatOnlyAJoinerOrALeaverHasIsNotToldToBeApplied) {
  EXPECT_FALSE(TellsAloneThatItIsApplied(4)) << "the move may be given up";
  EXPECT_FALSE(TellsAloneThatItIsApplied(1)) << "it may be lost";
  EXPECT_TRUE(TellsAloneThatItIsApplied(2));
}

TEST(MovesTest, AMoveIsGivenUpAndAnotherBegins) {
  Cluster cluster(ThreeAndOneMore());
  Teach(cluster, Joint(cluster), {1, 2, 3, 4});
  const uint64_t put = cluster.Put(2, "k", "v", Level::kQuorum);
  Cluster::Topology topology = Joint(cluster);
  topology.members = {Epoch(2), topology.members.replicas, {}, {}};
  topology.joined.clear();
  Teach(cluster, topology, {1, 2, 3, 4});
  EXPECT_FALSE(cluster.alive(4));
  cluster.Settle(5);
  EXPECT_EQ(ReasonFor(cluster, 2, put), "");
  topology = Joint(cluster);
  topology.members.epoch = topology.joined[NodeId(4)] = Epoch(3);
  Teach(cluster, topology, {1, 2, 3, 4});
  cluster.Settle(20);
  EXPECT_TRUE(Done(cluster));
  EXPECT_EQ(cluster.Value(4, "k"), "v");
}

TEST(MovesTest, WhoActsByAnEpochBeforeIsNotHeardAndGoesOnOnceItIsTaught) {
  Cluster cluster(ThreeAndOneMore());
  Teach(cluster, Joint(cluster), {1, 3, 4});
  const uint64_t put = cluster.Put(2, "k", "v", Level::kQuorum);
  cluster.Settle(5);
  EXPECT_EQ(ReasonFor(cluster, 2, put), "no answer");
  EXPECT_FALSE(Done(cluster)) << "one that is alive may still count the old set alone";
  Teach(cluster, Joint(cluster), {2});
  cluster.Settle(5);
  EXPECT_EQ(ReasonFor(cluster, 2, put), "");
}

TEST(MovesTest, ALeaverAnswersNothingByItself) {
  Cluster cluster(ThreeAndOneMore());
  cluster.Put(2, "k", "v", Level::kAll);
  cluster.DeliverAll();
  Teach(cluster, Joint(cluster), {1, 2, 3, 4});
  EXPECT_EQ(ReasonFor(cluster, 1, cluster.Get(1, "k", Level::kOne)), "REPLICA_LEAVING");
  const uint64_t read = cluster.Get(1, "k", Level::kQuorum);
  const uint64_t write = cluster.Put(1, "k", "w", Level::kOne);
  EXPECT_EQ(ReasonFor(cluster, 1, write), "no answer") << "its own disk is not enough";
  cluster.Settle(5);
  EXPECT_EQ(ReasonFor(cluster, 1, read), "");
  EXPECT_EQ(ReasonFor(cluster, 1, write), "");
}

TEST(MovesTest, AReplicaThatForgotTheTopologyDoesNothingUntilItHearsOfItAgain) {
  Cluster cluster(ThreeAndOneMore());
  Teach(cluster, Joint(cluster), {1, 2, 3, 4});
  cluster.Crash(2);
  cluster.ForgetTopology(2);
  cluster.Restart(2);
  EXPECT_EQ(ReasonFor(cluster, 2, cluster.Put(2, "k", "v", Level::kOne)), "TOPOLOGY_BEHIND");
  Teach(cluster, Joint(cluster), {2});
  const uint64_t put = cluster.Put(2, "k", "v", Level::kOne);
  cluster.Settle(5);
  EXPECT_EQ(ReasonFor(cluster, 2, put), "");
}

// In the same start of its node: nothing that it writes may be taken for what the
// former copy wrote.
TEST(MovesTest, ACopyThatComesBackIsNotTheOneThatLeft) {
  Cluster cluster(ThreeAndOneMore());
  cluster.Put(1, "k", "v", Level::kAll);
  cluster.DeliverAll();
  const Identity before = cluster.core(1).self();
  Teach(cluster, Joint(cluster), {1, 2, 3, 4});
  cluster.Settle(20);
  Cluster::Topology topology = Moved(cluster);
  Teach(cluster, topology, {1, 2, 3, 4});
  topology.members.epoch = Epoch(3);
  topology.members.joining = {NodeId(1), ""};
  topology.members.leaving = NodeId(2);
  topology.joined[NodeId(1)] = Epoch(3);
  Teach(cluster, topology, {1, 2, 3, 4});
  EXPECT_GT(cluster.core(1).self(), before);
  cluster.Settle(20);
  EXPECT_TRUE(cluster.core(1).MoveDone(cluster.NowAt(1)));
  EXPECT_EQ(cluster.Value(1, "k"), "v");
}

}  // namespace
}  // namespace quorate::quorum
