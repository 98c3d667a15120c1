// The leaderless core under random schedules with the policies that lose nothing
// to concurrency: replicas become alike, every acknowledged write is in, and what
// was told not to be done is not.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/strings.h"
#include "quorum/causal_context.h"
#include "quorum/counter.h"
#include "quorum/crdt_policies.h"
#include "quorum/field_map.h"
#include "quorum/observed_set.h"
#include "quorum/policy_op.h"
#include "quorum/siblings.h"
#include "schedule.h"

namespace quorate::quorum {
namespace {

uint64_t Seeds() {
  const char* many = std::getenv("QUORATE_QUORUM_SEEDS");
  return many != nullptr ? std::strtoull(many, nullptr, 10) : 60;
}

std::string NameOf(uint64_t id) { return StrCat("e", id); }

Schedule RunOne(uint64_t seed, const ConflictPolicy& policy,
                decltype(ScheduleOptions::change) change) {
  ScheduleOptions options;
  options.seed = seed;
  options.policy = &policy;
  options.change = std::move(change);
  Schedule schedule(options);
  EXPECT_EQ(schedule.Run(), "") << "seed " << seed;
  return schedule;
}

Change AddOne(Random&, uint64_t, const std::string&, const std::optional<Record>&) {
  Change change;
  change.argument = EncodeOp(CounterOp{1});
  return change;
}

// What is wrong with the sums at the end; empty: nothing. Counts entries that folded.
std::string WrongSum(Schedule& schedule, size_t& folded) {
  std::map<std::string, int64_t> done;
  std::map<std::string, int64_t> possible;
  for (const auto& [id, outcome] : schedule.oracle().writes()) {
    if (outcome.done) ++done[outcome.key];
    if (!outcome.not_done) ++possible[outcome.key];
  }
  for (const auto& [key, most] : possible) {
    const std::optional<Record> record = schedule.cluster().store(1).Lookup(key);
    if (!record) {
      if (done[key] != 0) return StrCat(key, " has nothing of ", done[key]);
      continue;
    }
    const Counter counter = *Counter::Decode(record->body);
    for (const Counter::Entry& entry : counter.entries()) folded += entry.folded ? 1 : 0;
    const int64_t value = *counter.Value();
    if (value < done[key] || value > most) {
      return StrCat(key, " is ", value, ", not from ", done[key], " to ", most);
    }
  }
  return "";
}

TEST(CorePoliciesTest, NoAdditionToACounterIsLostOrCountedTwice) {
  const CounterPolicy policy;
  size_t folded = 0;
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    Schedule schedule = RunOne(seed, policy, AddOne);
    ASSERT_EQ(WrongSum(schedule, folded), "") << "seed " << seed;
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(folded, 20u) << "hardly any schedule folded what ended boots counted";
}

TEST(CorePoliciesTest, CatchesACounterThatFoldsBootsWhichMayNotHaveEnded) {
  const CounterPolicy policy(false, /*fold_early=*/true);
  std::string wrong;
  size_t folded = 0;
  for (uint64_t seed = 301; seed <= 800 && wrong.empty(); ++seed) {
    ScheduleOptions options;
    options.seed = seed;
    options.policy = &policy;
    options.change = AddOne;
    Schedule schedule(options);
    wrong = schedule.Run();
    if (wrong.empty()) wrong = WrongSum(schedule, folded);
    if (!wrong.empty()) std::cout << "seed " << seed << ": " << wrong << "\n";
  }
  EXPECT_FALSE(wrong.empty());
}

// A story of the same, and of a map's counters.
TEST(CorePoliciesTest, ACounterForgetsBootsOnceAllReplicasHaveHeardOfLaterOnes) {
  const CounterPolicy counters;
  const MapPolicy maps{PolicyOptions()};
  for (const bool map : {false, true}) {
    ClusterOptions options;
    options.policy = map ? static_cast<const ConflictPolicy*>(&maps) : &counters;
    Cluster cluster(options);
    const std::string one =
        map ? EncodeOp(MapOp{MapOp::Kind::kAddToCounter, "f", "", 1}) : EncodeOp(CounterOp{1});
    const auto counter = [&](uint64_t node) {
      const std::string body = cluster.store(node).Lookup("k")->body;
      return map ? FieldMap::Decode(body)->counters().at("f") : *Counter::Decode(body);
    };
    for (int boot = 1; boot <= 4; ++boot) {
      cluster.Put(1, "k", one, Level::kAll);
      cluster.DeliverAll();
      cluster.Crash(1);
      cluster.Restart(1);
    }
    EXPECT_EQ(counter(2).entries().size(), 4u) << "one for each boot of n1";
    cluster.Settle(60);
    cluster.Put(1, "k", one, Level::kAll);
    cluster.Settle(60);
    for (uint64_t node = 1; node <= 3; ++node) {
      EXPECT_EQ(counter(node).entries().size(), 1u);
      EXPECT_EQ(*counter(node).Value(), 5);
      EXPECT_EQ(cluster.store(node).Lookup("k"), cluster.store(1).Lookup("k"));
    }
  }
}

TEST(CorePoliciesTest, NoElementAddedToASetIsLost) {
  const SetPolicy policy({});
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    Schedule schedule = RunOne(
        seed, policy, [](Random&, uint64_t id, const std::string&, const std::optional<Record>&) {
          Change change;
          change.argument = EncodeOp(SetOp{SetOp::Kind::kAdd, NameOf(id)});
          return change;
        });
    for (const auto& [id, outcome] : schedule.oracle().writes()) {
      const std::optional<Record> record = schedule.cluster().store(1).Lookup(outcome.key);
      const bool there = record && record->body.find(NameOf(id)) != std::string::npos;
      if (outcome.done) {
        ASSERT_TRUE(there) << id << ", seed " << seed;
      }
    }
    ASSERT_FALSE(HasFailure());
  }
}

TEST(CorePoliciesTest, NoSiblingIsLost) {
  PolicyOptions options;
  options.siblings_max = 1000;
  const SiblingsPolicy policy(options);
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    Schedule schedule = RunOne(
        seed, policy, [](Random&, uint64_t id, const std::string&, const std::optional<Record>&) {
          Change change;
          change.argument = NameOf(id) + ".";
          return change;
        });
    for (const auto& [id, outcome] : schedule.oracle().writes()) {
      const std::optional<Record> record = schedule.cluster().store(1).Lookup(outcome.key);
      const bool there = record && record->body.find(NameOf(id) + ".") != std::string::npos;
      if (outcome.done) {
        ASSERT_TRUE(there) << id << ", seed " << seed;
      }
      if (outcome.not_done) {
        ASSERT_FALSE(there) << id << ", seed " << seed;
      }
    }
    ASSERT_FALSE(HasFailure());
  }
}

TEST(CorePoliciesTest, WhatASiblingReplacedOrRemovedStaysAway) {
  PolicyOptions options;
  options.siblings_max = 1000;
  const SiblingsPolicy policy(options);
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    std::map<uint64_t, std::vector<std::string>> replaced;  // by request
    const auto change = [&](Random& random, uint64_t id, const std::string& key,
                            const std::optional<Record>& current) {
      Change change;
      change.argument = NameOf(id) + ".";
      if (!current || random.Chance(0.3)) return change;
      const Siblings siblings = *Siblings::Decode(current->body);
      for (const Sibling& sibling : siblings.siblings()) replaced[id].push_back(sibling.value);
      change.context = SealContext(options.scope, key, siblings.Context());
      change.remove = random.Chance(0.5);
      if (change.remove) change.argument.clear();
      return change;
    };
    Schedule schedule = RunOne(seed, policy, change);
    for (const auto& [id, outcome] : schedule.oracle().writes()) {
      if (!outcome.done) continue;
      const std::optional<Record> record = schedule.cluster().store(1).Lookup(outcome.key);
      for (const std::string& value : replaced[id]) {
        ASSERT_TRUE(!record || record->body.find(value) == std::string::npos)
            << value << " is back though " << id << " replaced it, seed " << seed;
      }
    }
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace quorate::quorum
