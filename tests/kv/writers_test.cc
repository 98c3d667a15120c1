#include "kv/writers.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/error.h"
#include "kv/bundle.h"
#include "kv/layout.h"
#include "kv/outcome.h"
#include "kv/snapshot.h"
#include "world.h"

namespace quorate::kv {
namespace {

class WritersTest : public ::testing::Test {
 protected:
  CommandResult Do(Command command, uint64_t time_us = 1000) {
    const LogEntry entry{Term(1), partition_->state.applied().index.next(), EntryKind::kCommand,
                         Payload(EncodeBundle(absl::MakeConstSpan(&command, 1), time_us))};
    auto results = partition_->state.Apply(absl::MakeConstSpan(&entry, 1), "members");
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? results->front().front() : CommandResult();
  }
  uint64_t Open(uint64_t time_us = 1000) {
    Command open;
    open.action = Command::Action::kOpenWriter;
    return Do(open, time_us).writer;
  }
  CommandResult Once(uint64_t writer, uint64_t sequence, Mutation mutation,
                     uint64_t settled_below = 0, uint64_t time_us = 1000) {
    Command command;
    command.mutations.push_back(std::move(mutation));
    command.identity = {writer, sequence, settled_below};
    return Do(std::move(command), time_us);
  }
  CommandResult Resolve(uint64_t writer, uint64_t sequence, bool fence) {
    Command command;
    command.action = fence ? Command::Action::kFence : Command::Action::kLook;
    command.identity = {writer, sequence, 0};
    return Do(command);
  }
  void Restart() { partition_.emplace(*engine_); }

  std::unique_ptr<Engine> engine_ = MakeEngine(EngineKind::kMemory);
  std::optional<Partition> partition_{std::in_place, *engine_};
};

TEST_F(WritersTest, AWriteSentTwiceHappensOnceAndIsAnsweredAlike) {
  const uint64_t writer = Open();
  const CommandResult first = Once(writer, 1, Add("n", 5));
  const CommandResult second = Once(writer, 1, Add("n", 5));
  EXPECT_EQ(partition_->ValueOf("n"), "5");
  EXPECT_EQ(second.version, first.version);
  ASSERT_EQ(second.results.size(), 1u);
  EXPECT_EQ(second.results[0].counter, 5);
}

TEST_F(WritersTest, ARefusedConditionIsRefusedAgainThoughItWouldHoldNow) {
  const uint64_t writer = Open();
  const CommandResult first = Once(writer, 1, If(Condition::Kind::kPresent, Put("a", "1")));
  EXPECT_EQ(ReasonOf(first.status), "CONDITION_FAILED");
  Once(writer, 2, Put("a", "0"));
  const CommandResult second = Once(writer, 1, If(Condition::Kind::kPresent, Put("a", "1")));
  EXPECT_EQ(second.status.message(), first.status.message());
  EXPECT_EQ(partition_->ValueOf("a"), "0");
}

TEST_F(WritersTest, WritesComeInAnyOrder) {
  const uint64_t writer = Open();
  for (uint64_t sequence : {3u, 1u, 2u, 3u, 1u}) Once(writer, sequence, Add("n", 1));
  EXPECT_EQ(partition_->ValueOf("n"), "3");
}

TEST_F(WritersTest, TwoWritersHaveNothingToDoWithEachOther) {
  const uint64_t one = Open();
  const uint64_t two = Open();
  EXPECT_NE(one, two);
  Once(one, 1, Add("n", 1));
  Once(two, 1, Add("n", 1));
  EXPECT_EQ(partition_->ValueOf("n"), "2");
}

TEST_F(WritersTest, ARestartForgetsNothing) {
  const uint64_t writer = Open();
  Once(writer, 1, Add("n", 1));
  Once(writer, 2, If(Condition::Kind::kPresent, Put("none", "x")));
  Restart();
  Once(writer, 1, Add("n", 1));
  EXPECT_EQ(partition_->ValueOf("n"), "1");
  EXPECT_EQ(ReasonOf(Once(writer, 2, If(Condition::Kind::kPresent, Put("none", "x"))).status),
            "CONDITION_FAILED");
  EXPECT_GT(Open(), writer);
}

TEST_F(WritersTest, ARestartForgetsNoneOfMany) {
  std::vector<uint64_t> writers;
  for (int i = 0; i < 200; ++i) writers.push_back(Open());
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    for (uint64_t writer : writers) Once(writer, sequence, Add("n", 1));
  }
  Restart();
  for (uint64_t writer : writers) Once(writer, 3, Add("n", 1));
  EXPECT_EQ(partition_->ValueOf("n"), "600");
}

TEST_F(WritersTest, ABusyOneIsWrittenWithThePartitionsOwnRecord) {
  const uint64_t writer = Open();
  for (uint64_t sequence = 1; sequence <= 9; ++sequence) {
    Once(writer, sequence, Put("k", "v"), sequence);
  }
  EXPECT_EQ(*engine_->Get(WriterKey(kPartition, writer)), std::nullopt);
  EXPECT_FALSE(partition_->state.applied().busy_writers.empty());
}

TEST_F(WritersTest, AForgottenOneDoesNotComeBackFromAnOlderRecord) {
  const uint64_t writer = Open(/*time_us=*/1000);
  for (int i = 0; i < 400; ++i) Open(1000);  // by now its record has a key of its own
  ASSERT_NE(*engine_->Get(WriterKey(kPartition, writer)), std::nullopt);
  Once(writer, 1, Add("n", 1));  // and a newer one beside it
  Open(1000 + kWriterIdleMaxUs);
  Restart();
  EXPECT_EQ(ReasonOf(Once(writer, 2, Add("n", 1), 0, 1000 + kWriterIdleMaxUs).status),
            "WRITER_EXPIRED");
}

TEST_F(WritersTest, EqualStatesHaveOneDigestHoweverTheirEntriesWereAppliedTogether) {
  std::vector<LogEntry> entries;
  const auto add = [&](Command command) {
    entries.push_back({Term(1), LogIndex(entries.size() + 1), EntryKind::kCommand,
                       Payload(EncodeBundle(absl::MakeConstSpan(&command, 1), 1000))});
  };
  for (uint64_t writer = 1; writer <= 150; ++writer) {
    Command open;
    open.action = Command::Action::kOpenWriter;
    add(std::move(open));
    Command once;
    once.mutations.push_back(Add("n", 1));
    once.identity = {writer, 1, 0};
    add(std::move(once));
  }
  const auto other_engine = MakeEngine(EngineKind::kMemory);
  Partition other(*other_engine);
  ASSERT_TRUE(other.state.Apply(entries, "members").ok());
  for (const LogEntry& entry : entries) {
    ASSERT_TRUE(partition_->state.Apply(absl::MakeConstSpan(&entry, 1), "members").ok());
  }
  EXPECT_NE(other.state.applied().busy_writers, partition_->state.applied().busy_writers);
  EXPECT_EQ(other.Digest(), partition_->Digest());
}

TEST_F(WritersTest, ASnapshotCarriesThem) {
  const uint64_t writer = Open();
  Once(writer, 1, Add("n", 1));
  auto target = MakeEngine(EngineKind::kMemory);
  auto reader = *SnapshotReader::Open(kPartition, *engine_, 64);
  auto sink = *SnapshotWriter::Begin(kPartition, *target);
  for (bool last = false; !last;) {
    auto chunk = *reader->Next();
    ASSERT_TRUE(sink->Add(chunk.data).ok());
    last = chunk.last;
  }
  ASSERT_TRUE(sink->Commit(reader->applied().index, reader->applied().term).ok());
  partition_.emplace(*target);
  Once(writer, 1, Add("n", 1));
  EXPECT_EQ(partition_->ValueOf("n"), "1");
}

TEST_F(WritersTest, AnotherBodyUnderTheSameIdentityIsRefused) {
  const uint64_t writer = Open();
  Once(writer, 1, Put("a", "1"));
  EXPECT_EQ(ReasonOf(Once(writer, 1, Put("a", "2")).status), "IDENTITY_REUSED");
  EXPECT_EQ(ReasonOf(Once(writer, 1, Put("b", "1")).status), "IDENTITY_REUSED");
  EXPECT_EQ(partition_->ValueOf("a"), "1");
}

TEST_F(WritersTest, WhatIsSettledIsForgottenAndNotDoneAgain) {
  const uint64_t writer = Open();
  Once(writer, 1, Add("n", 1));
  Once(writer, 2, Add("n", 1), /*settled_below=*/2);
  const CommandResult late = Once(writer, 1, Add("n", 1));
  EXPECT_EQ(ReasonOf(late.status), "WRITE_SETTLED");
  EXPECT_EQ(AppliedOf(late.status), Applied::kUnknown);
  EXPECT_EQ(partition_->ValueOf("n"), "2");
  EXPECT_EQ(Resolve(writer, 1, false).fate, Fate::kSettled);
}

TEST_F(WritersTest, AnUnknownWriterIsRefused) {
  const CommandResult refused = Once(99, 1, Put("a", "1"));
  EXPECT_EQ(ReasonOf(refused.status), "WRITER_EXPIRED");
  EXPECT_EQ(AppliedOf(refused.status), Applied::kUnknown);
  EXPECT_EQ(partition_->ValueOf("a"), "-");
}

TEST_F(WritersTest, AWriterIdleForAnHourIsForgottenWhenAnotherIsOpened) {
  const uint64_t idle = Open(1000);
  const uint64_t busy = Open(1000);
  Once(busy, 1, Put("a", "1"), 0, 1000 + kWriterIdleMaxUs / 2);
  Open(1000 + kWriterIdleMaxUs);
  EXPECT_EQ(ReasonOf(Once(idle, 1, Put("b", "1")).status), "WRITER_EXPIRED");
  EXPECT_TRUE(Once(busy, 2, Put("b", "2")).status.ok());
  Restart();
  EXPECT_EQ(ReasonOf(Once(idle, 1, Put("b", "1")).status), "WRITER_EXPIRED");
}

TEST_F(WritersTest, TheLongestIdleGoesWhereThereAreTooMany) {
  const uint64_t first = Open(1000);
  const uint64_t second = Open(1001);
  for (size_t i = 2; i < kWritersMax; ++i) Open(2000);
  EXPECT_TRUE(Once(first, 1, Put("a", "1"), 0, 3000).status.ok());
  Open(3000);
  EXPECT_EQ(ReasonOf(Once(second, 1, Put("a", "1")).status), "WRITER_EXPIRED");
  EXPECT_TRUE(Once(first, 2, Put("a", "1")).status.ok());
}

TEST_F(WritersTest, TooManyUnsettledWritesAreRefusedAndNotDone) {
  const uint64_t writer = Open();
  uint64_t sequence = 1;
  CommandResult result;
  for (; sequence <= kOutcomesMax + 1 && result.status.ok(); ++sequence) {
    result = Once(writer, sequence, Add("n", 1));
  }
  EXPECT_EQ(ReasonOf(result.status), "WRITER_FULL");
  EXPECT_EQ(partition_->ValueOf("n"), std::to_string(sequence - 2));
  EXPECT_TRUE(Once(writer, sequence, Add("n", 1), /*settled_below=*/sequence - 1).status.ok());
}

TEST_F(WritersTest, SequencesBeginAtOneAndASentWriteIsNotSettled) {
  const uint64_t writer = Open();
  EXPECT_EQ(ReasonOf(Once(writer, 0, Put("a", "1")).status), "IDENTITY_INVALID");
  EXPECT_EQ(ReasonOf(Once(writer, 1, Put("a", "1"), 2).status), "IDENTITY_INVALID");
  EXPECT_EQ(partition_->ValueOf("a"), "-");
}

TEST_F(WritersTest, ResolveTellsWhatBecameOfAWrite) {
  const uint64_t writer = Open();
  const CommandResult put = Once(writer, 1, Put("a", "1"));
  Once(writer, 2, If(Condition::Kind::kAbsent, Put("a", "2")));
  const CommandResult applied = Resolve(writer, 1, true);
  EXPECT_EQ(applied.fate, Fate::kApplied);
  EXPECT_EQ(applied.version, put.version);
  const CommandResult failed = Resolve(writer, 2, true);
  EXPECT_EQ(failed.fate, Fate::kFailed);
  EXPECT_EQ(ReasonOf(failed.status), "CONDITION_FAILED");
  EXPECT_EQ(Resolve(99, 1, true).fate, Fate::kExpired);
}

TEST_F(WritersTest, WhatIsFencedNeverHappens) {
  const uint64_t writer = Open();
  EXPECT_EQ(Resolve(writer, 1, false).fate, Fate::kPossible);
  EXPECT_EQ(Resolve(writer, 1, true).fate, Fate::kNever);
  Restart();
  EXPECT_EQ(Resolve(writer, 1, false).fate, Fate::kNever);
  const CommandResult late = Once(writer, 1, Put("a", "1"));
  EXPECT_EQ(ReasonOf(late.status), "WRITE_FENCED");
  EXPECT_EQ(AppliedOf(late.status), Applied::kNo);
  EXPECT_EQ(partition_->ValueOf("a"), "-");
}

TEST_F(WritersTest, ADamagedRecordStopsTheReplica) {
  Open();
  EngineBatch batch;
  batch.PutKey(std::string("\0\0\0\0\0\0\0\x07\x03\0\0\0\0\0\0\0\x01", 17), "garbage in here");
  ASSERT_TRUE(engine_->Write(batch).ok());
  EXPECT_EQ(ReasonOf(StateMachine(kPartition, *engine_).Load()), "WRITER_DAMAGED");
}

TEST(OutcomeTest, EveryKindComesBack) {
  CommandResult batch;
  batch.version = 9;
  batch.results = {{9, true, 0}, {0, true, 0}, {9, false, -7}};
  for (const auto& result : {batch, CommandResult()}) {
    const auto back = DecodeOutcome(EncodeOutcome(77, result));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->body, 77u);
    EXPECT_EQ(back->result.version, result.version);
    ASSERT_EQ(back->result.results.size(), result.results.size());
  }
  EXPECT_EQ(DecodeOutcome(EncodeOutcome(77, batch))->result.results[2].counter, -7);
  EXPECT_TRUE(DecodeOutcome(EncodeFenced())->fenced);
  EXPECT_EQ(ReasonOf(DecodeOutcome("").status()), "WRITER_DAMAGED");
  EXPECT_EQ(ReasonOf(DecodeOutcome(std::string(9, 9)).status()), "WRITER_DAMAGED");
}

}  // namespace
}  // namespace quorate::kv
