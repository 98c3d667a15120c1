// The leaderless core under random schedules with the policies that lose nothing
// to concurrency: replicas become alike, every acknowledged write is in, and what
// was told not to be done is not.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/strings.h"
#include "quorum/causal_context.h"
#include "quorum/counter.h"
#include "quorum/crdt_policies.h"
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

TEST(CorePoliciesTest, NoAdditionToACounterIsLostOrCountedTwice) {
  const CounterPolicy policy;
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    Schedule schedule = RunOne(
        seed, policy, [](Random&, uint64_t, const std::string&, const std::optional<Record>&) {
          Change change;
          change.argument = EncodeOp(CounterOp{1});
          return change;
        });
    std::map<std::string, int64_t> done;
    std::map<std::string, int64_t> possible;
    for (const auto& [id, outcome] : schedule.oracle().writes()) {
      if (outcome.done) ++done[outcome.key];
      if (!outcome.not_done) ++possible[outcome.key];
    }
    for (const auto& [key, most] : possible) {
      const std::optional<Record> record = schedule.cluster().store(1).Lookup(key);
      const int64_t value = record ? *Counter::Decode(record->body)->Value() : 0;
      ASSERT_GE(value, done[key]) << key << ", seed " << seed;
      ASSERT_LE(value, most) << key << ", seed " << seed;
    }
    ASSERT_FALSE(HasFailure());
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
