#include "kv/state_machine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "base/limits.h"
#include "kv/command_codec.h"
#include "kv/digest.h"
#include "kv/layout.h"
#include "storage/mem_engine.h"
#include "world.h"

namespace quorate::kv {
namespace {

class StateMachineTest : public ::testing::TestWithParam<EngineKind> {
 protected:
  std::vector<std::string> KeysOf(const Page& page) {
    std::vector<std::string> keys;
    for (const Record& record : page.records) keys.push_back(record.key);
    return keys;
  }
  Page Scan(const Range& range) {
    auto page = partition_.state.Scan(range);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *std::move(page) : Page{};
  }

  std::unique_ptr<Engine> engine_ = MakeEngine(GetParam());
  Partition partition_{*engine_};
};

using Keys = std::vector<std::string>;

TEST_P(StateMachineTest, AnEmptyEngineGivesZeroes) {
  EXPECT_EQ(partition_.state.applied(), AppliedState{});
  EXPECT_EQ(partition_.state.Durable()->index, LogIndex(0));
  EXPECT_EQ(partition_.ValueOf("a"), "-");
  EXPECT_TRUE(Scan({}).records.empty());
}

TEST_P(StateMachineTest, ItsFirstConfigurationIsFoundAgain) {
  ASSERT_TRUE(partition_.state.Initialise("n1 n2 n3").ok());
  EXPECT_EQ(Partition(*engine_).state.applied().configuration, "n1 n2 n3");
}

// As an entry that names value and key the other way round is read: by the whole message.
TEST_P(StateMachineTest, APlainPutLeavesTheBytesThatItsMessageWould) {
  const std::string command = "\x0a\x06\x12\x01v\x0a\x01k";
  const std::string bundle = std::string("\x0a\x08") + command;
  ASSERT_FALSE(PlainPutIn(command));
  const LogEntry entry{Term(1), LogIndex(1), EntryKind::kCommand, Payload(bundle)};
  auto results = partition_.state.Apply(absl::MakeConstSpan(&entry, 1), "members");
  ASSERT_TRUE(results.ok()) << results.status();

  const auto other = MakeEngine(GetParam());
  Partition plain(*other);
  const CommandResult result = plain.Run(Put("k", "v"));
  EXPECT_EQ(Dump(*other), Dump(*engine_));
  EXPECT_EQ(result.version, results->front().front().version);
  EXPECT_EQ(result.results.front().version, results->front().front().results.front().version);
}

TEST_P(StateMachineTest, ManyKeysAreFoundAsEachByItself) {
  std::vector<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.push_back("key" + std::to_string(i));
  for (size_t i = 0; i < keys.size(); i += 2) partition_.Run(Put(keys[i], std::to_string(i)));
  const auto found = partition_.state.GetAll(keys);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    ASSERT_EQ((*found)[i].has_value(), i % 2 == 0);
    if (i % 2 == 0) {
      EXPECT_EQ((*found)[i]->value, std::to_string(i));
    }
  }
}

TEST_P(StateMachineTest, WhatAFormerCopyLeftOnDiskIsNotDurableOfThisOne) {
  ASSERT_TRUE(partition_.state.Initialise("n1 n2 n3").ok());
  ASSERT_TRUE(
      partition_.state.Apply({{Term(1), LogIndex(1), EntryKind::kNoop, {}}}, "of three").ok());
  ASSERT_TRUE(engine_->Flush().ok());
  EngineBatch gone;
  gone.DeleteKeys(PartitionBegin(kPartition), PartitionEnd(kPartition));
  ASSERT_TRUE(engine_->Write(gone).ok());
  Partition next(*engine_);
  ASSERT_TRUE(next.state.Initialise("n1 n2 n4", /*member_since=*/7).ok());
  EXPECT_EQ(next.state.Durable()->index, LogIndex(0));
  ASSERT_TRUE(engine_->Flush().ok());
  EXPECT_EQ(next.state.Durable()->member_since, 7u);
}

TEST_P(StateMachineTest, NoOpsAndConfigurationsMoveThePositionOnly) {
  const Command put{{Put("a", "1")}};
  const std::vector<LogEntry> entries = {
      {Term(1), LogIndex(1), EntryKind::kNoop, {}},
      CommandEntry(LogIndex(2), {put, put}),
      {Term(2), LogIndex(3), EntryKind::kConfiguration, Payload("not looked into")}};
  const auto results = partition_.state.Apply(entries, "of three");
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 3u);
  EXPECT_TRUE((*results)[0].empty());
  EXPECT_EQ((*results)[1].size(), 2u);
  EXPECT_TRUE((*results)[2].empty());
  AppliedState expected{LogIndex(3), Term(2), 2, "of three"};
  expected.by_entries = true;
  EXPECT_EQ(partition_.state.applied(), expected);
  EXPECT_EQ(Partition(*engine_).state.applied(), partition_.state.applied());
}

TEST_P(StateMachineTest, CommandsSeeThoseBeforeThemInTheSameRun) {
  const Command absent{{If(Condition::Kind::kAbsent, Put("a", "1"))}};
  const Command by_version{{IfVersion(1, Put("a", "2"))}};
  const Command remove{{Delete("a")}};
  const std::vector<LogEntry> entries = {CommandEntry(LogIndex(1), {absent, absent, by_version}),
                                         CommandEntry(LogIndex(2), {remove, remove, absent})};
  const auto results = partition_.state.Apply(entries, "");
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_TRUE((*results)[0][0].status.ok());
  EXPECT_EQ(ReasonOf((*results)[0][1].status), "CONDITION_FAILED");
  EXPECT_TRUE((*results)[0][2].status.ok());
  EXPECT_TRUE((*results)[1][0].results[0].existed);
  EXPECT_FALSE((*results)[1][1].results[0].existed);
  EXPECT_EQ((*results)[1][2].version, 4u);
  EXPECT_EQ(partition_.VersionOf("a"), 4u);
}

TEST_P(StateMachineTest, OnlyWhatIsFlushedCountsAsDurable) {
  partition_.Run(Put("a", "1"));
  ASSERT_TRUE(engine_->Flush().ok());
  partition_.Run(Put("a", "2"));
  EXPECT_EQ(partition_.state.Durable()->index, LogIndex(1));
  EXPECT_EQ(partition_.state.applied().index, LogIndex(2));
}

TEST_P(StateMachineTest, AnUnreadableEntryStopsTheReplicaAndChangesNothing) {
  partition_.Run(Put("a", "1"));
  const Command put{{Put("a", "2")}};
  const std::vector<LogEntry> entries = {
      CommandEntry(LogIndex(2), {put}),
      {Term(1), LogIndex(3), EntryKind::kCommand, Payload("\x0a\x7f cut")}};
  const auto results = partition_.state.Apply(entries, "");
  EXPECT_EQ(ReasonOf(results.status()), "ENTRY_UNREADABLE");
  EXPECT_EQ(partition_.ValueOf("a"), "1");
  EXPECT_EQ(partition_.state.applied().index, LogIndex(1));
}

TEST_P(StateMachineTest, ADamagedPositionIsRefusedAtLoad) {
  partition_.Run(Put("a", "1"));
  auto bytes = engine_->Get(AppliedKey(kPartition));
  ASSERT_TRUE(bytes.ok() && bytes->has_value());
  for (size_t at = 0; at < (*bytes)->size(); ++at) {
    std::string damaged = **bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_EQ(AppliedState::Decode(damaged).status().code(), absl::StatusCode::kDataLoss) << at;
  }
  EngineBatch batch;
  batch.PutKey(AppliedKey(kPartition), (*bytes)->substr(1));
  ASSERT_TRUE(engine_->Write(batch).ok());
  StateMachine reopened(kPartition, *engine_);
  EXPECT_EQ(reopened.Load().code(), absl::StatusCode::kDataLoss);
}

TEST_P(StateMachineTest, ADamagedRecordIsRefusedByEveryRead) {
  partition_.Run({Put("a", "1"), Put("b", "2")});
  EngineBatch batch;
  std::string damaged = **engine_->Get(RecordKey(kPartition, "b"));
  damaged.back() = 'x';
  batch.PutKey(RecordKey(kPartition, "b"), damaged);
  ASSERT_TRUE(engine_->Write(batch).ok());
  EXPECT_EQ(partition_.ValueOf("a"), "1");
  EXPECT_EQ(partition_.state.Get("b").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(partition_.state.Scan({}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ComputeDigest(kPartition, *engine_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_P(StateMachineTest, AScanHoldsItsRangeInByteOrderAndNoOtherPartition) {
  partition_.Run({Put("b", "2"), Put("a", "1"), Put("ab", "3"), Put("\xff", "4"), Put("", "5")});
  StateMachine below(PartitionId(kPartition.value() - 1), *engine_);
  StateMachine above(PartitionId(kPartition.value() + 1), *engine_);
  for (StateMachine* other : {&below, &above}) {
    ASSERT_TRUE(other->Apply({CommandEntry(LogIndex(1), {Command{{Put("a", "x")}}})}, "").ok());
  }
  EXPECT_EQ(KeysOf(Scan({})), (Keys{"", "a", "ab", "b", "\xff"}));
  EXPECT_EQ(KeysOf(Scan({.start = "a", .end = "b"})), (Keys{"a", "ab"}));
  EXPECT_EQ(KeysOf(Scan({.start = "aa"})), (Keys{"ab", "b", "\xff"}));
  EXPECT_EQ(KeysOf(Scan({.end = "a"})), (Keys{""}));
  EXPECT_EQ(KeysOf(Scan({.start = "b", .end = "a"})), Keys{});
  EXPECT_EQ(KeysOf(Scan({.start = "b", .end = "b"})), Keys{});
}

TEST_P(StateMachineTest, APageSaysExactlyWhetherThereIsMore) {
  partition_.Run({Put("a", "1"), Put("b", "2"), Put("c", "3")});
  EXPECT_TRUE(Scan({.limit = 2}).more);
  EXPECT_EQ(KeysOf(Scan({.limit = 2})), (Keys{"a", "b"}));
  EXPECT_FALSE(Scan({.limit = 3}).more);
  EXPECT_FALSE(Scan({.end = "c", .limit = 2}).more);
  EXPECT_FALSE(Scan({}).more);
}

TEST_P(StateMachineTest, APageIsBoundedByBytesButHoldsOneRecordAtLeast) {
  partition_.Run({Put("a", std::string(100, 'x')), Put("b", std::string(100, 'y')), Put("c", "")});
  EXPECT_EQ(KeysOf(Scan({.bytes_max = 1})), Keys{"a"});
  EXPECT_EQ(KeysOf(Scan({.bytes_max = 101})), Keys{"a"});
  EXPECT_EQ(KeysOf(Scan({.bytes_max = 102})), (Keys{"a", "b"}));
  EXPECT_TRUE(Scan({.bytes_max = 202}).more);
  EXPECT_FALSE(Scan({.bytes_max = 203}).more);
}

TEST_P(StateMachineTest, NoPageHoldsMoreThanTheLargest) {
  std::vector<Mutation> puts;
  for (uint32_t i = 0; i <= limits::kScanRecordsMax; ++i)
    puts.push_back(Put(std::to_string(i), ""));
  partition_.Run(puts);
  for (uint32_t limit : {uint32_t{0}, limits::kScanRecordsMax + 1}) {
    const Page page = Scan({.limit = limit});
    EXPECT_EQ(page.records.size(), limits::kScanRecordsMax);
    EXPECT_TRUE(page.more);
  }
}

TEST_P(StateMachineTest, KeysOnlyLeavesTheValuesOut) {
  partition_.Run({Put("a", "1"), Put("b", "2")});
  const Page page = Scan({.bytes_max = 2, .keys_only = true});
  ASSERT_EQ(page.records.size(), 2u);
  EXPECT_EQ(page.records[0].value, "");
  EXPECT_EQ(page.records[1].version, 1u);
}

TEST_P(StateMachineTest, TheDigestTellsStatesApart) {
  std::vector<uint64_t> digests = {partition_.Digest()};
  for (const Mutation& mutation :
       {Put("a", "bc"), Put("ab", "c"), Delete("a"), Put("ab", "c"), Delete("none")}) {
    partition_.Run(mutation);
    digests.push_back(partition_.Digest());
  }
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

INSTANTIATE_TEST_SUITE_P(Engines, StateMachineTest,
                         ::testing::Values(EngineKind::kMemory, EngineKind::kRocks),
                         [](const auto& info) { return EngineName(info.param); });

// Counts what a run of entries costs the engine.
class CountingEngine final : public MemEngine {
 public:
  absl::Status Write(const EngineBatch& batch) override {
    ++writes;
    return MemEngine::Write(batch);
  }
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override {
    ++reads;
    return MemEngine::Get(key);
  }
  int writes = 0;
  mutable int reads = 0;
};

TEST(ApplyCostTest, ARunOfPlainPutsIsOneWriteAndNoRead) {
  CountingEngine engine;
  StateMachine state(kPartition, engine);
  ASSERT_TRUE(state.Load().ok());
  engine.reads = 0;
  std::vector<LogEntry> entries;
  for (uint64_t i = 1; i <= 50; ++i) {
    const Command command{{Put("a" + std::to_string(i), "1"), Put("b", std::to_string(i))}};
    entries.push_back(CommandEntry(LogIndex(i), {command, command}));
  }
  ASSERT_TRUE(state.Apply(entries, "").ok());
  EXPECT_EQ(engine.writes, 1);
  EXPECT_EQ(engine.reads, 0);
}

TEST(ApplyCostTest, AConditionIsOneRead) {
  CountingEngine engine;
  Partition partition(engine);
  partition.Run(Put("a", "1"));
  engine.reads = 0;
  partition.Run(IfValue("1", Put("a", "2")));
  EXPECT_EQ(engine.reads, 1);
  partition.Run(IfValue("2", Delete("a")));
  EXPECT_EQ(engine.reads, 2);
}

TEST(StateMachineFaultTest, AFailedWriteLeavesThePosition) {
  MemEngine engine;
  Partition partition(engine);
  partition.Run(Put("a", "1"));
  engine.SetFailing(true);
  const LogEntry entry = CommandEntry(LogIndex(2), {Command{{Put("a", "2")}}});
  EXPECT_FALSE(partition.state.Apply({entry}, "").ok());
  EXPECT_EQ(partition.state.applied().index, LogIndex(1));
}

}  // namespace
}  // namespace quorate::kv
