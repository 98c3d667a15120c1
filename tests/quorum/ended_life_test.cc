// What a replica was known to have, in a life whose disk was lost, is not what the next
// one has. Each story is told as it is and without the rule that holds it.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "cluster.h"
#include "quorum/crdt_policies.h"
#include "quorum/observed_set.h"
#include "quorum/policy_op.h"

namespace quorate::quorum {
namespace {

ClusterOptions With(bool Bugs::*bug, uint64_t replicas = 3) {
  ClusterOptions options;
  options.replicas = replicas;
  if (bug != nullptr) options.config.bugs.*bug = true;
  return options;
}

// Nobody notices.
void CutBoth(Cluster& cluster, uint64_t a, uint64_t b) {
  cluster.Cut(a, b);
  cluster.Cut(b, a);
}

void LoseDisk(Cluster& cluster, uint64_t node) {
  cluster.Crash(node);
  cluster.Wipe(node);
  cluster.Restart(node);
}

bool Between(const Message& message, uint64_t from, uint64_t to) {
  return message.from.node == NodeId(from) && message.to == NodeId(to);
}

// A write at ONE that its coordinator forgets in a crash, and only `other` has heard of.
template <class Write>
void WriteAndForget(Cluster& cluster, uint64_t node, uint64_t other, Write write) {
  cluster.options().sync_at_once = false;
  write();
  const std::vector<Message> sent = cluster.Take([](const Message&) { return true; });
  cluster.Crash(node);
  cluster.options().sync_at_once = true;
  for (const Message& message : sent) {
    if (Between(message, node, other)) cluster.Deliver(message);
  }
}

// What is wrong when all is at rest; empty: nothing.
std::string AtRest(Cluster& cluster) {
  cluster.ExpectViolations();
  cluster.Settle(300);
  for (uint64_t node = 1; node <= cluster.replicas(); ++node) {
    const Core& core = cluster.core(node);
    if (cluster.store(node).records != cluster.store(1).records)
      return StrCat("n", node, " differs");
    if (!cluster.store(node).dot_log.empty()) return StrCat("dots are left at n", node);
    if (core.records_repaired() != 0) return StrCat("n", node, " had to be repaired");
    if (core.has_forgotten()) return StrCat("n", node, " has forgotten");
  }
  const auto& violations = cluster.invariants().violations();
  return violations.empty() ? "" : violations.front();
}

// n3 had the tombstone, loses its disk and is filled by n2, which has not seen that yet.
// Then n1, whom n3 had told of it, has n2's word as well.
std::string DeleteBeforeTheLoss(bool Bugs::*bug) {
  Cluster cluster(With(bug));
  cluster.Put(1, "k", "old", Level::kAll);
  cluster.Settle();
  cluster.Isolate(2);
  const uint64_t deleted = cluster.Delete(1, "k", Level::kQuorum);
  cluster.Settle(20);
  EXPECT_TRUE(cluster.Find(1, deleted)->status.ok());
  CutBoth(cluster, 1, 3);
  LoseDisk(cluster, 3);
  for (const auto& [away, other] : {std::pair{1, 2}, {2, 3}, {2, 3}}) {
    cluster.Heal();
    CutBoth(cluster, away, other);
    // At last n1 fills n3, which n2 can't reach.
    if (cluster.Value(1, "k").empty() && cluster.Value(2, "k") == "old") CutBoth(cluster, 1, 3);
    cluster.Settle(100);  // who could not be reached is asked again after seconds
  }
  cluster.Heal();
  const std::string wrong = AtRest(cluster);
  return cluster.Value(3, "k").empty() ? wrong : "a deleted key is back";
}

TEST(EndedLifeTest, ATombstoneThatALostDiskHadIsKeptForTheNextOne) {
  EXPECT_EQ(DeleteBeforeTheLoss(nullptr), "");
  EXPECT_EQ(DeleteBeforeTheLoss(&Bugs::trust_ended_lives), "a deleted key is back");
}

// n2 had n1's write, and had sent it on, when its disk was lost.
std::string AnswerOfALostDisk(bool Bugs::*bug) {
  Cluster cluster(With(bug));
  WriteAndForget(cluster, 1, 2, [&] { cluster.Put(1, "k", "v", Level::kOne); });
  for (int i = 0; i < 2; ++i) {  // until n2 tells of it though it is n1's
    cluster.Pass(absl::Seconds(1));
    cluster.Tick(2);
  }
  (void)cluster.Take([](const Message&) { return true; });
  cluster.Pass(absl::Seconds(11));
  cluster.Tick(3);
  for (const Message& ask : cluster.Take([](const Message&) { return true; })) cluster.Deliver(ask);
  const auto late = cluster.Take([](const Message& message) { return Between(message, 2, 3); });
  EXPECT_EQ(late.size(), 1u);
  cluster.Crash(2);
  cluster.Restart(1);
  cluster.Settle(20);
  CutBoth(cluster, 1, 3);
  CutBoth(cluster, 2, 3);
  cluster.Wipe(2);
  cluster.Restart(2);
  cluster.Settle(20);
  cluster.Heal();
  for (const Message& message : late) cluster.Deliver(message);
  return AtRest(cluster);
}

TEST(EndedLifeTest, ABootDoesNotEndWhileALostDisksWordOfItIsUnderWay) {
  EXPECT_EQ(AnswerOfALostDisk(nullptr), "");
  EXPECT_NE(AnswerOfALostDisk(&Bugs::end_boots_early), "");
}

// Of five, n1 had it; its next life is filled by n2, n4 and n5, who did not, before n2
// has it too. How many disks have it when its client is told that a quorum's have.
size_t DisksThatHaveIt(bool Bugs::*bug) {
  Cluster cluster(With(bug, 5));
  cluster.Settle(20);
  const uint64_t put = cluster.Put(3, "k", "v", Level::kQuorum);
  const auto asks = cluster.Take([](const Message&) { return true; });
  for (const Message& ask : asks) {
    if (Between(ask, 3, 1)) cluster.Deliver(ask);
  }
  cluster.DeliverAll();
  for (uint64_t other : {1, 2, 4, 5}) CutBoth(cluster, 3, other);
  LoseDisk(cluster, 1);
  cluster.Settle(20);
  EXPECT_TRUE(cluster.core(1).filled());
  cluster.Heal();
  cluster.in_flight().clear();
  const auto has_it = [&] {
    size_t disks = 0;
    for (uint64_t node = 1; node <= 5; ++node) disks += cluster.disk(node).Lookup("k") ? 1 : 0;
    return disks;
  };
  for (const Message& ask : asks) {
    if (Between(ask, 3, 2)) cluster.Deliver(ask);
  }
  for (int i = 0; i < 20 && cluster.Find(3, put) == nullptr; ++i) {
    for (const Message& one : cluster.Take([](const Message&) { return true; })) {
      cluster.Deliver(one);
      if (cluster.Find(3, put) != nullptr) return has_it();
    }
    cluster.Pass(absl::Milliseconds(100));
    for (uint64_t node = 1; node <= 5; ++node) cluster.Tick(node);
  }
  ADD_FAILURE() << "never answered";
  return 0;
}

TEST(EndedLifeTest, AQuorumDoesNotCountADiskThatWasLostMeanwhile) {
  EXPECT_GE(DisksThatHaveIt(nullptr), 3u);
  EXPECT_EQ(DisksThatHaveIt(&Bugs::count_earlier_lives), 2u);
}

uint64_t Add(Cluster& cluster, uint64_t node, const std::string& element, Level level) {
  static uint64_t next_id = 1;
  WriteRequest request;
  request.id = next_id++;
  request.key = "k";
  request.change.argument = EncodeOp(SetOp{SetOp::Kind::kAdd, element});
  request.level = level;
  request.deadline = cluster.now() + absl::Seconds(2);
  cluster.Write(node, request);
  return request.id;
}

bool Shows(Cluster& cluster, uint64_t node, const std::string& element) {
  const std::optional<Record> record = cluster.store(node).Lookup("k");
  const absl::StatusOr<ObservedSet> set = ObservedSet::Decode(record ? record->body : "");
  return set.ok() && set->elements().elements().contains(element);
}

// n1 forgets "x" in a crash; n3 has it within n2's record of "y" when n2's disk is lost.
// Then n1, which holds an older set, hears what the others ask and not what they answer.
std::string MoreInARecordThanIsSeen(bool Bugs::*bug) {
  const SetPolicy policy({});
  ClusterOptions options = With(bug);
  options.policy = &policy;
  Cluster cluster(options);
  Add(cluster, 3, "z", Level::kAll);
  cluster.Settle();
  WriteAndForget(cluster, 1, 2, [&] { Add(cluster, 1, "x", Level::kOne); });
  Add(cluster, 2, "y", Level::kQuorum);
  cluster.DeliverAll();
  cluster.Crash(2);
  cluster.Wipe(2);
  cluster.Restart(1);
  cluster.Restart(2);
  const auto answers_n1 = [](const Message& message) {
    return message.to == NodeId(1) && std::holds_alternative<SyncAnswer>(message.body);
  };
  for (int i = 0; i < 400; ++i) {
    cluster.Pass(absl::Milliseconds(50));
    for (uint64_t node : {1, 2, 3}) cluster.Tick(node);
    for (cluster.Take(answers_n1); !cluster.in_flight().empty(); cluster.Take(answers_n1)) {
      cluster.DeliverAt(0);
    }
  }
  const std::string wrong = AtRest(cluster);
  for (uint64_t node : {1, 2, 3}) {
    if (!Shows(cluster, node, "y")) return StrCat("y is lost at n", node);
    if (!Shows(cluster, node, "x")) return StrCat("x is lost at n", node);
  }
  return wrong;
}

TEST(EndedLifeTest, ABootDoesNotEndOfWhichARecordHasMoreThanIsSeen) {
  EXPECT_EQ(MoreInARecordThanIsSeen(nullptr), "");
  // The slow comparison finds it in time here.
  EXPECT_EQ(MoreInARecordThanIsSeen(&Bugs::note_newest_alone), "n1 had to be repaired");
}

// A read at n1 finds what n2 lacks. Before n2 has it, the key is deleted and its tombstone
// gone; then n2 loses its disk.
std::string ReadFromBeforeTheDelete(bool Bugs::*bug) {
  Cluster cluster(With(bug));
  cluster.Settle(20);
  cluster.Put(1, "k", "v", Level::kOne);
  cluster.in_flight().clear();
  ReadRequest read;
  read.id = 1;
  read.key = "k";
  read.deadline = cluster.now() + absl::Seconds(60);
  cluster.Read(1, read);
  const auto writes_back = [](const Message& message) {
    const auto* ask = std::get_if<WriteAsk>(&message.body);
    return ask != nullptr && (ask->id & ReadCoordinator::kWriteBack) != 0;
  };
  for (int i = 0; i < 2; ++i) {
    for (const Message& one : cluster.Take([](const Message&) { return true; })) {
      if (!writes_back(one)) cluster.Deliver(one);
    }
  }
  cluster.in_flight().clear();
  cluster.Delete(1, "k", Level::kAll);
  for (int i = 0; i < 200; ++i) {
    cluster.Pass(absl::Milliseconds(50));
    for (uint64_t node : {1, 2, 3}) cluster.Tick(node);
    for (cluster.Take(writes_back); !cluster.in_flight().empty(); cluster.Take(writes_back)) {
      cluster.DeliverAt(0);
    }
  }
  EXPECT_FALSE(cluster.store(1).Lookup("k")) << "its tombstone is gone";
  CutBoth(cluster, 2, 3);
  LoseDisk(cluster, 2);
  cluster.Settle(20);
  cluster.Heal();
  const std::string wrong = AtRest(cluster);
  return cluster.Value(2, "k").empty() ? wrong : "a deleted key is back";
}

TEST(EndedLifeTest, AReadBringsNothingBackThatWasDeletedSince) {
  EXPECT_EQ(ReadFromBeforeTheDelete(nullptr), "");
  EXPECT_EQ(ReadFromBeforeTheDelete(&Bugs::write_back_as_found), "a deleted key is back");
}

// Of five, n3's write reached n2 alone, which wrote on top of it. n2 fills n5 with all its
// records and loses its disk before it has told what its dot log had.
std::string LostBetweenPageAndLog(bool Bugs::*bug) {
  Cluster cluster(With(bug, 5));
  cluster.Settle(20);
  cluster.Put(3, "k", "v", Level::kOne);
  for (const Message& message : cluster.Take([](const Message&) { return true; })) {
    if (Between(message, 3, 2)) cluster.Deliver(message);
  }
  cluster.Crash(3);
  cluster.Put(2, "k", "w", Level::kOne);
  cluster.in_flight().clear();
  for (uint64_t other : {1, 4}) CutBoth(cluster, 5, other);
  for (uint64_t other : {1, 4}) CutBoth(cluster, 2, other);
  LoseDisk(cluster, 5);
  for (int i = 0; i < 10; ++i) {
    cluster.Pass(absl::Milliseconds(50));
    cluster.Tick(5);
    cluster.Take([](const Message& message) {
      return Between(message, 5, 2) && !std::holds_alternative<FillAsk>(message.body);
    });
    cluster.DeliverAll();
  }
  EXPECT_EQ(cluster.Value(5, "k"), "w");
  LoseDisk(cluster, 2);
  cluster.Heal();
  cluster.Settle(40);
  for (uint64_t node : {1, 4}) {
    if (cluster.core(node).has_forgotten()) return StrCat("n", node, " takes its disk for another");
  }
  cluster.Restart(3);
  return AtRest(cluster);
}

TEST(EndedLifeTest, ADiskIsNotFilledByALifeAndTheOneAfterIt) {
  EXPECT_EQ(LostBetweenPageAndLog(nullptr), "");
  EXPECT_NE(LostBetweenPageAndLog(&Bugs::fill_across_lives), "");
}

}  // namespace
}  // namespace quorate::quorum
