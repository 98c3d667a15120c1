// Random schedules in which a minority of the disks is lost at a time, under every
// policy that has no rounds: whatever a quorum has acknowledged is there at rest, once,
// unless a write that had seen it took it away; what was taken away stays away; and all
// replicas are alike. QUORATE_QUORUM_SEEDS=n runs up to n seeds of each,
// QUORATE_QUORUM_SEED=n that one, with its story.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

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

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// In no body's vector, only where it is the value itself.
std::string TokenOf(uint64_t id) { return StrCat("e", id, "."); }

// Of each request: what it adds and what it takes away, as tokens, or which of its key's
// additions it is.
struct Ledger {
  struct Entry {
    std::string adds;
    std::vector<std::string> takes;
    std::optional<uint64_t> addition;
  };
  std::map<uint64_t, Entry> entries;
  std::map<std::string, uint64_t> additions;  // so many, by key

  // Each has two bits of the sum, to tell how often it is in.
  static constexpr uint64_t kAdditionsMax = 30;
  int64_t Addition(uint64_t id, const std::string& key) {
    const uint64_t number = additions[key]++;
    if (number >= kAdditionsMax) return 0;
    entries[id].addition = number;
    return int64_t{1} << (2 * number);
  }
};

struct Kind {
  const ConflictPolicy* policy = nullptr;
  std::function<quorum::Change(Ledger&, Random&, uint64_t id, const std::string& key,
                               const std::optional<Record>& current)>
      change;
  std::function<int64_t(const Record&)> sum;  // of its counters; none: it has none
};

const SiblingsPolicy kSiblings(PolicyOptions{"", 1000});
const CounterPolicy kCounter;
const SetPolicy kSet({});
const MapPolicy kMap({});

Change SiblingChange(Ledger& ledger, Random& random, uint64_t id, const std::string& key,
                     const std::optional<Record>& current) {
  Change change;
  Ledger::Entry& entry = ledger.entries[id];
  if (current && random.Chance(0.6)) {
    const Siblings siblings = *Siblings::Decode(current->body);
    for (const Sibling& sibling : siblings.siblings()) entry.takes.push_back(sibling.value);
    if (!siblings.Context().empty()) {
      change.context = SealContext("", key, siblings.Context());
      change.remove = random.Chance(0.5);
    }
  }
  if (change.remove) return change;
  change.argument = entry.adds = TokenOf(id);
  return change;
}

Change CounterChange(Ledger& ledger, Random&, uint64_t id, const std::string& key,
                     const std::optional<Record>&) {
  Change change;
  change.argument = EncodeOp(CounterOp{ledger.Addition(id, key)});
  return change;
}

Change SetChange(Ledger& ledger, Random& random, uint64_t id, const std::string& key,
                 const std::optional<Record>& current) {
  Change change;
  Ledger::Entry& entry = ledger.entries[id];
  if (current && random.Chance(0.5)) {
    const ObservedSet set = *ObservedSet::Decode(current->body);
    const bool all = random.Chance(0.4);
    for (const auto& [element, additions] : set.elements().elements()) {
      entry.takes.push_back(element);
      if (!all) break;
    }
    if (!entry.takes.empty()) {
      change.context = SealContext("", key, set.Context());
      change.remove = all;
      if (!all) change.argument = EncodeOp(SetOp{SetOp::Kind::kRemove, entry.takes.front()});
      return change;
    }
  }
  entry.adds = TokenOf(id);
  change.argument = EncodeOp(SetOp{SetOp::Kind::kAdd, entry.adds});
  return change;
}

// A register, a counter and a set.
Change MapChange(Ledger& ledger, Random& random, uint64_t id, const std::string& key,
                 const std::optional<Record>& current) {
  Change change;
  Ledger::Entry& entry = ledger.entries[id];
  const FieldMap map = current ? *FieldMap::Decode(current->body) : FieldMap();
  const uint64_t dice = random.Below(5);
  MapOp op;
  if (dice == 0) {
    op = {MapOp::Kind::kAddToCounter, "c", "", ledger.Addition(id, key)};
  } else if (dice == 1 || dice == 2) {
    if (const auto found = map.registers().find("r"); found != map.registers().end()) {
      for (const FieldMap::Written& written : found->second) entry.takes.push_back(written.value);
    }
    op = {MapOp::Kind::kPut, "r", TokenOf(id), 0};
    if (dice == 2 && !entry.takes.empty()) op.kind = MapOp::Kind::kRemoveRegister;
  } else {
    op = {MapOp::Kind::kAddToSet, "s", TokenOf(id), 0};
    const auto found = map.sets().find("s");
    if (dice == 4 && found != map.sets().end()) {
      op.kind = MapOp::Kind::kRemoveFromSet;
      op.value = found->second.elements().begin()->first;
      entry.takes.push_back(op.value);
    }
  }
  const bool adds = op.kind == MapOp::Kind::kPut || op.kind == MapOp::Kind::kAddToSet;
  if (adds) entry.adds = op.value;
  if (op.kind >= MapOp::Kind::kRemoveFromSet) {
    change.context = SealContext("", key, map.Context());
    if (op.kind == MapOp::Kind::kRemoveRegister) op.value.clear();
  }
  change.argument = EncodeOp(op);
  return change;
}

const Kind kKinds[] = {
    {nullptr, nullptr, nullptr},  // the last write wins
    {&kSiblings, SiblingChange, nullptr},
    {&kCounter, CounterChange,
     [](const Record& record) { return *Counter::Decode(record.body)->Value(); }},
    {&kSet, SetChange, nullptr},
    {&kMap, MapChange,
     [](const Record& record) {
       const FieldMap map = *FieldMap::Decode(record.body);
       const auto found = map.counters().find("c");
       return found == map.counters().end() ? 0 : *found->second.Value();
     }},
};

// What of the ledger is not as it must be at rest; empty: nothing.
std::string Judge(const Kind& kind, const Ledger& ledger, Schedule& schedule) {
  const MapStore& store = schedule.cluster().store(1);
  const auto& outcomes = schedule.oracle().writes();
  std::set<std::string> taken;  // perhaps
  for (const auto& [id, entry] : ledger.entries) {
    if (!outcomes.at(id).not_done) taken.insert(entry.takes.begin(), entry.takes.end());
  }
  for (const auto& [id, entry] : ledger.entries) {
    const Oracle::Outcome& outcome = outcomes.at(id);
    const std::optional<Record> record = store.Lookup(outcome.key);
    const auto there = [&](const std::string& token) {
      return record && record->body.find(token) != std::string::npos;
    };
    const std::string name = StrCat("write ", id, " of ", outcome.key);
    if (!entry.adds.empty()) {
      const bool shows = there(entry.adds);
      if (outcome.not_done && shows) return StrCat(name, " was not done, and shows");
      if (outcome.done && !shows && !taken.contains(entry.adds)) return StrCat(name, " is lost");
    }
    for (const std::string& token : entry.takes) {
      if (outcome.done && there(token)) return StrCat(token, " is back though ", name, " took it");
    }
    if (!entry.addition) continue;
    const uint64_t sum = record ? static_cast<uint64_t>(kind.sum(*record)) : 0;
    const uint64_t times = (sum >> (2 * *entry.addition)) & 3;
    if (times > 1) return StrCat(name, " counts ", times, " times");
    if (outcome.not_done && times != 0) return StrCat(name, " was not done, and counts");
    if (outcome.done && times == 0) return StrCat(name, " is lost");
  }
  return "";
}

std::string RunOne(const Kind& kind, ScheduleOptions options, uint64_t* wiped = nullptr) {
  Ledger ledger;
  options.wipes = true;
  options.losses = 0.4;
  options.policy = kind.policy;
  if (kind.change) {
    options.change = [&](Random& random, uint64_t id, const std::string& key,
                         const std::optional<Record>& current) {
      return kind.change(ledger, random, id, key, current);
    };
  }
  Schedule schedule(options);
  std::string wrong = schedule.Run();
  if (wiped != nullptr) *wiped += schedule.wiped();
  return wrong.empty() ? Judge(kind, ledger, schedule) : wrong;
}

class LostDiskPropertyTest : public ::testing::TestWithParam<size_t> {};

TEST_P(LostDiskPropertyTest, NothingAcknowledgedIsLostOrTwiceAndNothingComesBack) {
  const uint64_t only = FromEnvironment("QUORATE_QUORUM_SEED", 0);
  const uint64_t last = only != 0 ? only : FromEnvironment("QUORATE_QUORUM_SEEDS", 30);
  const uint64_t first = only != 0 ? only : FromEnvironment("QUORATE_QUORUM_FROM", 1);
  uint64_t wiped = 0;
  for (ScheduleOptions options; options.seed <= last; ++options.seed) {
    if (options.seed < first) continue;
    options.replicas = FromEnvironment("QUORATE_QUORUM_REPLICAS", options.seed % 3 == 0 ? 5 : 3);
    options.trace = only != 0;
    ASSERT_EQ(RunOne(kKinds[GetParam()], options, &wiped), "") << "seed " << options.seed;
    ASSERT_FALSE(HasFailure()) << "seed " << options.seed;
  }
  EXPECT_TRUE(only != 0 || wiped > 2 * (last - first)) << wiped;
}

constexpr const char* kNames[] = {"Lww", "Siblings", "Counter", "Set", "Map"};
INSTANTIATE_TEST_SUITE_P(Policies, LostDiskPropertyTest, ::testing::Range<size_t>(0, 5),
                         [](const auto& kind) { return std::string(kNames[kind.param]); });

// The first seed in which it is noticed; 0: in none.
uint64_t Hunt(const Kind& kind, bool Bugs::*bug, uint64_t replicas, uint64_t seeds) {
  ScheduleOptions options;
  if (bug != nullptr) options.bugs.*bug = true;
  options.replicas = replicas;
  for (options.seed = 1; options.seed <= FromEnvironment("QUORATE_QUORUM_SEEDS", seeds);
       ++options.seed) {
    const std::string wrong = RunOne(kind, options);
    if (wrong.empty()) continue;
    std::cout << "seed " << options.seed << ": " << wrong << "\n";
    return options.seed;
  }
  return 0;
}

// The other rules of lives are broken in tests/quorum/ended_life_test.cc.
TEST(LostDiskFaultTest, CatchesAFillingAcrossLives) {
  EXPECT_NE(Hunt(kKinds[0], &Bugs::fill_across_lives, 5, 200), 0u);
}
TEST(LostDiskFaultTest, CatchesAMergeOfCountersByAdding) {
  const CounterPolicy adding(/*merge_by_adding=*/true);
  Kind kind = kKinds[2];
  kind.policy = &adding;
  EXPECT_NE(Hunt(kind, nullptr, 3, 50), 0u);
}
TEST(LostDiskFaultTest, CatchesATombstoneDroppedEarly) {
  EXPECT_NE(Hunt(kKinds[3], &Bugs::drop_tombstones_early, 3, 50), 0u);
}

}  // namespace
}  // namespace quorate::quorum
