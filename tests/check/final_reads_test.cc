// What replicas hold at the end, where there are more nodes than replicas of a key.
#include "check/final_reads.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/operations.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

const JobInfo kOfThree = {"j", "register", "quorum", "lww", 3};
const std::vector<std::string> kNodes = {"n1", "n2", "n3", "n4", "n5"};

using Records = std::map<std::string, ReplicaContents::Record>;

PromiseVerdict Judge(const History& history) {
  return JudgeFinalReads(SplitByKey(history), *history.job(), history);
}

// Five nodes; "a" is at n1, n2 and n3, "b" at n3, n4 and n5.
class FiveNodesTest : public ::testing::Test {
 protected:
  static constexpr char kA[] = "a";
  static constexpr char kB[] = "b";

  FiveNodesTest() {
    for (const std::string& node : kNodes) held_[node];
    for (const char* node : {"n1", "n2", "n3"}) held_[node][kA] = {"x", 5};
    for (const char* node : {"n3", "n4", "n5"}) held_[node][kB] = {"y", 6};
  }

  PromiseVerdict Outcome() const {
    History history =
        HistoryOf({Put(kA, "old", {0, 1}, 4), Put(kA, "x", {2, 3}, 5), Put(kB, "y", {2, 3}, 6)});
    history.SetJob(kOfThree);
    for (const auto& [key, placement] : placed_) EXPECT_TRUE(history.Place(key, placement));
    for (const auto& [node, records] : held_) {
      history.AppendReplica({.replica = node, .records = records});
    }
    return Judge(history);
  }

  std::string Kind() const {
    const PromiseVerdict verdict = Outcome();
    return verdict.found.empty() ? "" : verdict.found.front().kind;
  }

  std::map<std::string, Records> held_;
  Placements placed_ = {{kA, {1, {"n1", "n2", "n3"}}}, {kB, {2, {"n3", "n4", "n5"}}}};
};

TEST_F(FiveNodesTest, AKeyIsLookedForAtItsOwnReplicas) {
  const PromiseVerdict verdict = Outcome();
  EXPECT_EQ(verdict.verdict, Verdict::kPassed) << Kind();
  EXPECT_EQ(verdict.checked, 6u);
}

TEST_F(FiveNodesTest, WithoutAListAKeyIsAtAllOfThem) {
  placed_.erase(kA);
  EXPECT_EQ(Kind(), "replicas differ");
}

TEST_F(FiveNodesTest, AReplicaThatLacksAKeyIsNoticed) {
  held_["n2"].erase(kA);
  const PromiseVerdict verdict = Outcome();
  EXPECT_EQ(verdict.verdict, Verdict::kViolated);
  ASSERT_EQ(verdict.found.size(), 2u);
  EXPECT_EQ(verdict.found[0].kind, "replicas differ");
  EXPECT_EQ(verdict.found[1].kind, "lost write");
}

TEST_F(FiveNodesTest, AnAcknowledgedWriteThatNoReplicaHasIsNoticed) {
  for (const char* node : {"n1", "n2", "n3"}) held_[node][kA] = {"old", 4};
  EXPECT_EQ(Kind(), "lost write");
  for (const char* node : {"n1", "n2", "n3"}) held_[node].erase(kA);
  EXPECT_EQ(Kind(), "lost write");
}

TEST_F(FiveNodesTest, ReplicasThatDifferAreNoticed) {
  held_["n5"][kB] = {"y", 7};
  EXPECT_EQ(Kind(), "replicas differ");
}

TEST_F(FiveNodesTest, AKeyThatNobodyWroteIsNoticedWhereverItIs) {
  held_["n4"]["c"] = {"z", 1};
  EXPECT_EQ(Kind(), "value from nowhere");
}

TEST_F(FiveNodesTest, AKeyAtANodeThatIsNoReplicaOfItIsNoticed) {
  held_["n4"][kA] = {"x", 5};
  const PromiseVerdict verdict = Outcome();
  EXPECT_EQ(Kind(), "value from nowhere");
  EXPECT_EQ(verdict.found.at(0).text, "replica n4 has a key that it is no replica of");
}

TEST_F(FiveNodesTest, AReplicaThatWasNotReadIsNoPass) {
  held_.erase("n5");
  const PromiseVerdict verdict = Outcome();
  EXPECT_EQ(verdict.verdict, Verdict::kUndecided);
  EXPECT_EQ(verdict.why, "of 1 keys not every replica was read: of \"b\" 2 of 3, not n5");
  held_["n3"][kA] = {"old", 4};
  EXPECT_EQ(Outcome().verdict, Verdict::kViolated) << "what was read is judged all the same";
}

TEST_F(FiveNodesTest, NoReplicaReadAtAllIsNoPass) {
  held_.clear();
  const PromiseVerdict verdict = Outcome();
  EXPECT_EQ(verdict.verdict, Verdict::kUndecided);
  EXPECT_EQ(verdict.checked, 0u);
}

TEST_F(FiveNodesTest, FewerReplicasThanTheKeyspaceHasAreNoPass) {
  placed_[kB].replicas = {"n3", "n4"};
  held_["n5"].clear();
  const PromiseVerdict verdict = Outcome();
  EXPECT_EQ(verdict.verdict, Verdict::kUndecided);
  EXPECT_EQ(verdict.why, "of 1 keys not every replica was read: of \"b\" 2 of 3");
}

// The history of one key, as if its replicas were all there are.
History Alone(const History& history, const std::string& key) {
  History alone;
  alone.SetJob({"j", "register", "quorum", "lww", 0});
  for (const Operation& op : history.operations()) {
    if (op.key == key) alone.Append(op);
  }
  const auto& nodes = history.placements().at(key).replicas;
  for (const ReplicaContents& replica : history.replicas()) {
    if (std::find(nodes.begin(), nodes.end(), replica.replica) == nodes.end()) continue;
    ReplicaContents held{.replica = replica.replica, .records = {}};
    const auto record = replica.records.find(key);
    if (record != replica.records.end()) held.records.insert(*record);
    alone.AppendReplica(held);
  }
  return alone;
}

struct Drawn {
  History history;
  std::vector<std::string> keys;
  uint64_t strays = 0;  // values where nobody should have them
  bool all_read = true;
};

// Some keys, each written a few times, at three of five nodes of which a few were not
// read or hold something else.
Drawn Draw(Random& random) {
  Drawn drawn;
  drawn.history.SetJob(kOfThree);
  std::map<std::string, Records> held;
  for (const std::string& node : kNodes) {
    if (random.Chance(0.95)) held[node];
  }
  for (uint64_t k = 1 + random.Below(3); k > 0; --k) {
    const std::string key = "k" + std::to_string(k);
    drawn.keys.push_back(key);
    std::vector<ReplicaContents::Record> written;
    for (uint64_t i = 1 + random.Below(3); i > 0; --i) {
      const uint64_t version = 10 * (written.size() + 1);
      written.push_back({std::to_string(version), version});
      const auto at_us = static_cast<int64_t>(version);
      Operation put = Put(key, written.back().value, {at_us, at_us + 1}, version);
      put.level = "QUORUM";
      drawn.history.Append(put);
    }
    std::vector<std::string> nodes = kNodes;
    nodes.erase(nodes.begin() + static_cast<ptrdiff_t>(random.Below(5)));
    nodes.erase(nodes.begin() + static_cast<ptrdiff_t>(random.Below(4)));
    for (const std::string& node : nodes) {
      if (!held.contains(node)) {
        drawn.all_read = false;
      } else if (random.Chance(0.95)) {
        held[node][key] = random.Chance(0.95) ? written.back() : written.front();
      }
    }
    drawn.history.Place(key, {k, nodes});
    const std::string& other = kNodes[random.Below(5)];
    if (random.Chance(0.9) || !held.contains(other)) continue;
    if (std::find(nodes.begin(), nodes.end(), other) != nodes.end()) continue;
    held[other][key] = written.back();
    drawn.strays++;
  }
  for (const auto& [node, records] : held) {
    drawn.history.AppendReplica({.replica = node, .records = records});
  }
  return drawn;
}

// A key's replicas are judged as if nothing else were there.
TEST(FinalReadsTest, AgreesWithEachKeyJudgedAmongItsReplicasAlone) {
  Random random(41);
  uint64_t passed = 0;
  uint64_t violated = 0;
  uint64_t undecided = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Drawn drawn = Draw(random);
    uint64_t expected = drawn.strays;
    for (const std::string& key : drawn.keys) {
      expected += Judge(Alone(drawn.history, key)).anomalies;
    }
    const PromiseVerdict verdict = Judge(drawn.history);
    ASSERT_EQ(verdict.anomalies, expected) << "history " << i;
    const Verdict wanted = expected > 0     ? Verdict::kViolated
                           : drawn.all_read ? Verdict::kPassed
                                            : Verdict::kUndecided;
    ASSERT_EQ(verdict.verdict, wanted) << "history " << i;
    (wanted == Verdict::kPassed ? passed : wanted == Verdict::kViolated ? violated : undecided)++;
  }
  for (const uint64_t count : {passed, violated, undecided}) EXPECT_GT(count, 1'000u);
}

}  // namespace
}  // namespace quorate::check
