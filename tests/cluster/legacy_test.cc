// What a replica of mode quorum that was given up alone had, over real processes: it is in
// a conflict journal once its node is back, and can be written again.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kKeys = 40;
constexpr int kGone = 2;

std::string Key(int i) { return "k" + std::to_string(i); }

class LegacyTest : public ::testing::Test {
 protected:
  LegacyTest() {
    cluster_.WaitReady();
    for (const auto& [name, conflict] :
         {std::pair("newer", Conflict::kLww), std::pair("sums", Conflict::kCounter),
          std::pair("sets", Conflict::kSet)}) {
      const auto made = client_.CreateKeyspace(
          name, {.mode = Mode::kQuorum, .replicas = 2, .partitions = 16, .conflict = conflict});
      EXPECT_TRUE(made.ok()) << made.status();
    }
    for (int i = 0; i < kKeys; ++i) {
      EXPECT_TRUE(newer_.Put(Key(i), "of all", {.level = Level::kAll}).ok());
      EXPECT_TRUE(sums_.Add(Key(i), 1, {.level = Level::kAll}).ok());
      for (const char* element : {"x", "y"}) {
        EXPECT_TRUE(
            sets_.Mutate(Mutation::AddElement(Key(i), element), {.level = Level::kAll}).ok());
      }
    }
  }
  Refusal Kvctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), QUORATE_BIN_DIR "/kvctl");
    arguments.insert(arguments.end(), {"--endpoints", cluster_.endpoints()});
    return RunToEnd(arguments);
  }
  // Some keys are of partitions that it has no replica of: those it can't take.
  void WriteAlone() {
    const Refusal cut = Kvctl({"cluster", "cut", "2", "1,3,4"});
    EXPECT_EQ(cut.exit_code, 0) << cut.output;
    Client alone = cluster_.Only(kGone);
    EXPECT_TRUE(Eventually([&] {
      for (int i = 0; i < kKeys; ++i) {
        const WriteOptions options{.level = Level::kOne, .deadline = absl::Seconds(2)};
        if (alone.Keyspace("newer").Put(Key(i), "alone", options).ok()) puts_.insert(Key(i));
        if (!adds_.contains(Key(i)) && alone.Keyspace("sums").Add(Key(i), 100, options).ok()) {
          adds_.insert(Key(i));
        }
        if (RemoveX(alone.Keyspace("sets"), Key(i))) removals_.insert(Key(i));
      }
      return !puts_.empty() && !adds_.empty() && !removals_.empty();
    }));
    cluster_.Kill(kGone);
    (void)Kvctl({"cluster", "heal"});  // n2 says nothing
  }
  static bool RemoveX(Keyspace sets, const std::string& key) {
    const auto read = sets.Get(key, {.level = Level::kOne, .deadline = absl::Seconds(2)});
    if (!read.ok() || !read->merged) return false;
    return sets
        .Mutate(Mutation::RemoveElement(key, "x", read->merged->context),
                {.level = Level::kOne, .deadline = absl::Seconds(2)})
        .ok();
  }
  void AwaitLetGo() {
    EXPECT_TRUE(Eventually([&] {
      const auto topology = client_.Topology();
      return topology.ok() && topology->FindNode(NodeId(kGone)) == nullptr;
    }));
  }
  ConflictList Listed(const std::string& keyspace) {
    ConflictList list;
    EXPECT_TRUE(Eventually([&] {
      auto answer = client_.Conflicts(keyspace);
      if (answer.ok()) list = *std::move(answer);
      return answer.ok() && list.unreachable.empty();
    }));
    return list;
  }
  static std::set<std::string> KeysOf(const ConflictList& list) {
    std::set<std::string> keys;
    for (const DiscardedWrite& one : list.writes) keys.insert(one.key);
    return keys;
  }

  Cluster cluster_{4, {"--fault-switch", "--clock-skew-max", "1s", "--dead-after", "3s"}};
  Client client_ = cluster_.Connect();
  Keyspace newer_ = client_.Keyspace("newer");
  Keyspace sums_ = client_.Keyspace("sums");
  Keyspace sets_ = client_.Keyspace("sets");
  std::set<std::string> puts_, adds_, removals_;  // that n2 took
};

TEST_F(LegacyTest, WhatWasWrittenThereAloneIsListedOnceItIsBackAndCanBeWrittenAgain) {
  WriteAlone();
  AwaitLetGo();
  EXPECT_TRUE(Listed("newer").writes.empty());
  cluster_.Start(kGone);
  EXPECT_EQ(cluster_.process(kGone).Wait(absl::Seconds(60)), 0);
  EXPECT_THAT(cluster_.log(kGone), HasSubstr("decommissioned: n2 holds nothing any more"));
  const ConflictList lost = Listed("newer");
  EXPECT_EQ(KeysOf(lost), puts_);
  EXPECT_EQ(KeysOf(Listed("sums")), adds_);
  for (const DiscardedWrite& one : lost.writes) {
    EXPECT_EQ(one.value, "alone");
    EXPECT_NE(one.node, NodeId(kGone));
  }
  for (int i = 0; i < kKeys; ++i) {
    EXPECT_EQ(newer_.Get(Key(i), {.level = Level::kAll})->value, "of all") << Key(i);
    EXPECT_EQ(sums_.Get(Key(i), {.level = Level::kAll})->value, "1") << Key(i);
  }
  ASSERT_FALSE(lost.writes.empty());
  const DiscardedWrite& one = lost.writes.front();
  const auto again = client_.RestoreConflict("newer", one, Level::kAll);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(newer_.Get(one.key, {.level = Level::kAll})->value, "alone");
  const DiscardedWrite sum = Listed("sums").writes.front();
  EXPECT_EQ(sum.value, "+100");
  const auto added = client_.RestoreConflict("sums", sum, Level::kAll);
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(sums_.Get(sum.key, {.level = Level::kAll})->value, "101");
}

TEST_F(LegacyTest, WhatWasRemovedThereAloneIsShownByKvctlAndCanBeRemovedAgain) {
  WriteAlone();
  AwaitLetGo();
  cluster_.Start(kGone);
  EXPECT_EQ(cluster_.process(kGone).Wait(absl::Seconds(60)), 0);
  const ConflictList lost = Listed("sets");
  EXPECT_EQ(KeysOf(lost), removals_);
  ASSERT_FALSE(lost.writes.empty());
  const std::string key = lost.writes.front().key;
  EXPECT_THAT(sets_.Get(key, {.level = Level::kAll})->merged->elements, ElementsAre("x", "y"));
  const Refusal listed = Kvctl({"conflicts", "list", "sets", "--key", key});
  EXPECT_THAT(listed.output, HasSubstr("(deleted) x"));
  const Refusal shown = Kvctl({"conflicts", "list", "sets", "--key", key, "--output", "json"});
  const nlohmann::json removal = nlohmann::json::parse(shown.output);
  EXPECT_EQ(removal["key"], key);
  EXPECT_EQ(removal["deleted"], true);
  EXPECT_EQ(removal["value"], "x");
  const Refusal again =
      Kvctl({"conflicts", "restore", "sets", std::string(removal["id"]), "--level", "ALL"});
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_THAT(again.output, HasSubstr("written again, version "));
  EXPECT_THAT(sets_.Get(key, {.level = Level::kAll})->merged->elements, ElementsAre("y"));
}

TEST_F(LegacyTest, WhoFindsNobodyToTakeItSaysSoAndKeepsItsFolder) {
  WriteAlone();
  AwaitLetGo();
  // It hears of its end from n1, which is not in all partitions.
  for (int node : {3, 4}) cluster_.Kill(node);
  cluster_.Start(kGone);
  EXPECT_NE(cluster_.process(kGone).Wait(absl::Seconds(60)), 0);
  EXPECT_THAT(cluster_.log(kGone), HasSubstr("LEGACY_NOT_HANDED_OVER"));
  for (int node : {3, 4}) cluster_.Start(node);
  for (int node : {1, 3, 4}) cluster_.WaitReady(node);
  cluster_.Start(kGone);
  EXPECT_EQ(cluster_.process(kGone).Wait(absl::Seconds(60)), 0);
  EXPECT_EQ(KeysOf(Listed("newer")), puts_);
}

}  // namespace
}  // namespace quorate::testing
