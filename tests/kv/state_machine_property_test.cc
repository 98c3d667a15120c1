// Random commands, in random runs, over both engines, with crashes: always what
// the model says, and always the same bytes.
#include <gtest/gtest.h>

#include "base/error.h"
#include "kv/snapshot.h"
#include "kv/state_machine.h"
#include "model.h"
#include "storage/mem_engine.h"
#include "world.h"

namespace quorate::kv {
namespace {

// Entries of one to three commands, some of none.
struct History {
  std::vector<LogEntry> entries;
  std::vector<std::vector<Command>> commands;
};

History RandomHistory(Random& random, size_t size) {
  History history;
  for (uint64_t i = 1; i <= size; ++i) {
    std::vector<Command>& commands = history.commands.emplace_back();
    if (random.Chance(0.1)) {
      const auto kind = random.Chance(0.5) ? EntryKind::kNoop : EntryKind::kConfiguration;
      history.entries.push_back({Term(1), LogIndex(i), kind, Payload("x")});
      continue;
    }
    for (uint64_t c = random.Between(1, 3); c > 0; --c) commands.push_back(RandomCommand(random));
    history.entries.push_back(CommandEntry(LogIndex(i), commands));
  }
  return history;
}

// The members in force depend on nothing but the position.
std::string ConfigurationAt(LogIndex index) { return "at " + std::to_string(index.value() / 10); }

using Results = std::vector<std::vector<CommandResult>>;

// Applies what is behind the state's position up to `end` in runs of random length.
Results ApplyInRuns(const History& history, uint64_t end, Random& random, StateMachine& state) {
  Results all;
  while (state.applied().index.value() < end) {
    const uint64_t from = state.applied().index.value();
    const uint64_t size = std::min(random.Between(1, 12), end - from);
    auto results = state.Apply(absl::MakeConstSpan(history.entries).subspan(from, size),
                               ConfigurationAt(LogIndex(from + size)));
    EXPECT_TRUE(results.ok()) << results.status();
    if (!results.ok()) break;
    for (auto& of_entry : *results) all.push_back(std::move(of_entry));
  }
  return all;
}

void ExpectAsModel(const Model::Outcome& expected, const CommandResult& got) {
  ASSERT_EQ(ReasonOf(got.status), expected.reason) << got.status;
  ASSERT_EQ(got.status.ok(), expected.reason.empty());
  ASSERT_EQ(got.version, expected.version);
  ASSERT_EQ(got.results.size(), expected.results.size());
  for (size_t i = 0; i < got.results.size(); ++i) {
    ASSERT_EQ(got.results[i].version, expected.results[i].version) << i;
    ASSERT_EQ(got.results[i].existed, expected.results[i].existed) << i;
    ASSERT_EQ(got.results[i].counter, expected.results[i].counter) << i;
  }
}

void ExpectHolds(const Model& model, const StateMachine& state) {
  const auto page = state.Scan({});
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->records.size(), model.values().size());
  size_t at = 0;
  for (const auto& [key, value] : model.values()) {
    const Record& record = page->records[at++];
    ASSERT_EQ(record.key, key);
    ASSERT_EQ((Model::Value{record.value, record.version}), value);
    ASSERT_EQ((*state.Get(key))->value, value.value);
  }
  ASSERT_EQ(state.applied().last_version, model.last_version());
}

class StateMachineProperty : public ::testing::TestWithParam<EngineKind> {};

TEST_P(StateMachineProperty, DoesWhatTheModelSaysHoweverTheRunsAreCut) {
  const int rounds = GetParam() == EngineKind::kMemory ? 60 : 5;
  int failed = 0, done = 0;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    Random random(round);
    const History history = RandomHistory(random, 120);
    const auto engine = MakeEngine(GetParam());
    Partition partition(*engine);
    const Results results = ApplyInRuns(history, 120, random, partition.state);
    Model model;
    for (size_t e = 0; e < history.entries.size(); ++e) {
      ASSERT_EQ(results[e].size(), history.commands[e].size());
      for (size_t c = 0; c < results[e].size(); ++c) {
        ASSERT_NO_FATAL_FAILURE(ExpectAsModel(model.Apply(history.commands[e][c]), results[e][c]));
        ++(results[e][c].status.ok() ? done : failed);
      }
    }
    ASSERT_NO_FATAL_FAILURE(ExpectHolds(model, partition.state));
  }
  EXPECT_GT(failed, done / 10) << "the commands are to fail now and then";
  EXPECT_GT(done, failed / 10);
}

TEST_P(StateMachineProperty, TheSameEntriesGiveTheSameBytesHoweverTheRunsAreCut) {
  const int rounds = GetParam() == EngineKind::kMemory ? 40 : 4;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    Random random(round);
    const History history = RandomHistory(random, 80);
    const auto one = MakeEngine(GetParam()), other = MakeEngine(EngineKind::kMemory);
    Partition first(*one), second(*other);
    ApplyInRuns(history, 80, random, first.state);
    ApplyInRuns(history, 80, random, second.state);
    ASSERT_EQ(Dump(*one), Dump(*other));
    ASSERT_EQ(first.Digest(), second.Digest());
  }
}

TEST_P(StateMachineProperty, ASnapshotGivesAnEqualDigestAndTheSameFuture) {
  const int rounds = GetParam() == EngineKind::kMemory ? 40 : 4;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    Random random(round);
    const History history = RandomHistory(random, 100);
    const auto one = MakeEngine(GetParam()), other = MakeEngine(EngineKind::kMemory);
    Partition source(*one), target(*other);
    ApplyInRuns(history, random.Between(1, 99), random, source.state);
    ApplyInRuns(history, random.Below(100), random, target.state);
    auto reader = *SnapshotReader::Open(kPartition, *one, random.Between(1, 300));
    auto writer = *SnapshotWriter::Begin(kPartition, *other);
    for (bool last = false; !last;) {
      const auto chunk = reader->Next();
      ASSERT_TRUE(chunk.ok() && writer->Add(chunk->data).ok());
      last = chunk->last;
    }
    ASSERT_TRUE(writer->Commit(source.state.applied().index, source.state.applied().term).ok());
    ASSERT_TRUE(target.state.Load().ok());
    ASSERT_EQ(source.Digest(), target.Digest());
    ApplyInRuns(history, 100, random, source.state);
    ApplyInRuns(history, 100, random, target.state);
    ASSERT_EQ(source.Digest(), target.Digest());
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, StateMachineProperty,
                         ::testing::Values(EngineKind::kMemory, EngineKind::kRocks),
                         [](const auto& info) { return EngineName(info.param); });

// Applies a history with crashes in between; returns the digest at the end.
uint64_t DigestAfterCrashes(const History& history, uint64_t seed, StateMachineBugs bugs,
                            int* applied_again) {
  Random random(seed);
  MemEngine engine({.seed = seed, .flush_chance = 0.2});
  const uint64_t size = history.entries.size();
  auto partition = std::make_unique<Partition>(engine, bugs);
  for (int crash = 0; crash < 5; ++crash) {
    ApplyInRuns(history, random.Between(partition->state.applied().index.value(), size), random,
                partition->state);
    const LogIndex reached = partition->state.applied().index;
    const LogIndex durable = partition->state.Durable()->index;
    engine.Crash();
    partition = std::make_unique<Partition>(engine, bugs);
    EXPECT_EQ(partition->state.applied().index, durable) << "what a crash leaves was told before";
    if (durable < reached) ++*applied_again;
  }
  ApplyInRuns(history, size, random, partition->state);
  return partition->Digest();
}

uint64_t DigestWithoutCrashes(const History& history) {
  MemEngine engine;
  Partition partition(engine);
  Random random(1);
  ApplyInRuns(history, history.entries.size(), random, partition.state);
  return partition.Digest();
}

TEST(StateMachineCrashProperty, ApplyingAgainFromTheDurablePositionGivesTheSame) {
  int applied_again = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const History history = RandomHistory(random, 80);
    ASSERT_EQ(DigestAfterCrashes(history, seed, {}, &applied_again), DigestWithoutCrashes(history))
        << seed;
  }
  EXPECT_GT(applied_again, 60);
}

TEST(StateMachineCrashProperty, ThePositionWrittenApartFromTheDataIsFound) {
  int applied_again = 0, found = 0;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const History history = RandomHistory(random, 80);
    found += DigestAfterCrashes(history, seed, {.apply_twice_after_restart = true},
                                &applied_again) != DigestWithoutCrashes(history);
  }
  EXPECT_GT(found, 10);
}

}  // namespace
}  // namespace quorate::kv
