#include "kv/expiry.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/error.h"
#include "kv/bundle.h"
#include "kv/digest.h"
#include "kv/expired_records.h"
#include "kv/snapshot.h"
#include "storage/mem_engine.h"
#include "world.h"

namespace quorate::kv {
namespace {

constexpr uint64_t kSecond = 1'000'000;
constexpr uint64_t kStart = 1'000 * kSecond;

Mutation PutFor(std::string key, std::string value, uint64_t ttl_us) {
  Mutation put = Put(std::move(key), std::move(value));
  put.ttl_us = ttl_us;
  return put;
}

class ExpiryTest : public ::testing::Test {
 protected:
  CommandResult At(uint64_t time_us, std::vector<Mutation> mutations) {
    Command command;
    command.mutations = std::move(mutations);
    return Entry(time_us, {command}).front();
  }
  void PassTo(uint64_t time_us) { Entry(time_us, {}); }
  std::vector<CommandResult> Entry(uint64_t time_us, const std::vector<Command>& commands) {
    const LogEntry entry{Term(1), partition_->state.applied().index.next(), EntryKind::kCommand,
                         Payload(EncodeBundle(commands, time_us))};
    auto results = partition_->state.Apply(absl::MakeConstSpan(&entry, 1), "members");
    EXPECT_TRUE(results.ok()) << results.status();
    return results->front();
  }
  size_t RecordsStored() const {
    size_t records = 0;
    for (const auto& [key, value] : Dump(engine_)) records += key[8] == '\x02' ? 1 : 0;
    return records;
  }

  ExpiredRecords expired_;
  MemEngine engine_{{.seed = 1, .flush_chance = 0, .filter = &expired_}};
  std::optional<Partition> partition_{std::in_place, engine_};
};

TEST_F(ExpiryTest, AKeyIsGoneFromTheMomentThatItsTimeIsOver) {
  At(kStart, {PutFor("a", "1", kSecond)});
  PassTo(kStart + kSecond - 1);
  EXPECT_EQ(partition_->ValueOf("a"), "1");
  EXPECT_EQ((*partition_->state.Get("a"))->expires_at_us, kStart + kSecond);
  PassTo(kStart + kSecond);
  EXPECT_EQ(partition_->ValueOf("a"), "-");
  EXPECT_TRUE(partition_->state.Scan({})->records.empty());
}

TEST_F(ExpiryTest, AnExpiredKeyIsAbsentForConditionsDeletesAndAdditions) {
  At(kStart, {PutFor("a", "5", kSecond), PutFor("b", "5", kSecond), PutFor("c", "5", kSecond)});
  const uint64_t later = kStart + 2 * kSecond;
  EXPECT_TRUE(At(later, {If(Condition::Kind::kAbsent, Put("a", "new"))}).status.ok());
  EXPECT_FALSE(At(later, {Delete("b")}).results[0].existed);
  EXPECT_EQ(At(later, {Add("c", 1)}).results[0].counter, 1);
}

TEST_F(ExpiryTest, APutWithoutATimeToLiveStays) {
  At(kStart, {PutFor("a", "1", kSecond)});
  At(kStart, {Put("a", "2")});
  PassTo(kStart + 2 * kSecond);
  EXPECT_EQ(partition_->ValueOf("a"), "2");
}

TEST_F(ExpiryTest, AnAdditionLeavesTheTimeToLiveOfAKeyThatIsThere) {
  At(kStart, {PutFor("n", "1", kSecond)});
  Mutation add = Add("n", 1);
  add.ttl_us = 100 * kSecond;
  At(kStart, {add});
  add.key = "new";
  At(kStart, {add});
  PassTo(kStart + kSecond);
  EXPECT_EQ(partition_->ValueOf("n"), "-");
  EXPECT_EQ(partition_->ValueOf("new"), "1");
  PassTo(kStart + 100 * kSecond);
  EXPECT_EQ(partition_->ValueOf("new"), "-");
}

TEST_F(ExpiryTest, TimeNeverGoesBack) {
  At(kStart, {PutFor("a", "1", kSecond)});
  PassTo(kStart + kSecond);
  PassTo(kStart);
  EXPECT_EQ(partition_->ValueOf("a"), "-");
  // A new leader whose clock is behind: what it writes lives from the later time on.
  At(kStart, {PutFor("b", "1", kSecond)});
  EXPECT_EQ((*partition_->state.Get("b"))->expires_at_us, kStart + 2 * kSecond);
}

TEST_F(ExpiryTest, ATimeToLiveBeyondAllTimeIsForEver) {
  At(kStart, {PutFor("a", "1", UINT64_MAX)});
  PassTo(UINT64_MAX - 1);
  EXPECT_EQ(partition_->ValueOf("a"), "1");
}

TEST_F(ExpiryTest, TellsWhenTheNextKeysExpire) {
  EXPECT_EQ(partition_->state.next_expiry_us(), Expiry::kNever);
  At(kStart, {PutFor("a", "1", 3 * kSecond), PutFor("b", "1", kSecond + 1)});
  EXPECT_EQ(partition_->state.next_expiry_us(), kStart + kSecond + Expiry::kStepUs);
  At(kStart + 2 * kSecond, {PutFor("c", "1", 10 * kSecond)});
  EXPECT_EQ(partition_->state.next_expiry_us(), kStart + 3 * kSecond);
  partition_.emplace(engine_);
  EXPECT_EQ(partition_->state.next_expiry_us(), kStart + 3 * kSecond);
  PassTo(kStart + 4 * kSecond);
  EXPECT_EQ(partition_->state.next_expiry_us(), kStart + 12 * kSecond);
  PassTo(kStart + 12 * kSecond);
  EXPECT_EQ(partition_->state.next_expiry_us(), Expiry::kNever);
}

TEST_F(ExpiryTest, TheEngineDropsWhatHasExpiredInTheDurableState) {
  At(kStart, {PutFor("a", "1", kSecond), Put("b", "1")});
  PassTo(kStart + kSecond);
  ASSERT_TRUE(engine_.Flush().ok());
  EXPECT_EQ(RecordsStored(), 2u) << "nobody has said yet how far the durable state has come";
  const uint64_t digest = *ComputeDigest(kPartition, engine_);
  expired_.SetDurable(kPartition, partition_->state.Durable()->time_us);
  ASSERT_TRUE(engine_.Flush().ok());
  EXPECT_EQ(RecordsStored(), 1u);
  EXPECT_EQ(*ComputeDigest(kPartition, engine_), digest)
      << "what is dropped makes no replica differ";
}

TEST_F(ExpiryTest, WhatASnapshotUnderWayStillSeesIsNotDropped) {
  At(kStart, {PutFor("a", "1", kSecond)});
  auto reader = *SnapshotReader::Open(kPartition, engine_, 64, &expired_);
  PassTo(kStart + kSecond);
  ASSERT_TRUE(engine_.Flush().ok());
  expired_.SetDurable(kPartition, partition_->state.Durable()->time_us);
  ASSERT_TRUE(engine_.Flush().ok());
  EXPECT_EQ(RecordsStored(), 1u);
  reader.reset();
  ASSERT_TRUE(engine_.Flush().ok());
  EXPECT_EQ(RecordsStored(), 0u);
}

TEST_F(ExpiryTest, ASnapshotLeavesOutWhatHasExpired) {
  At(kStart, {PutFor("a", "1", kSecond), PutFor("b", "1", 9 * kSecond)});
  PassTo(kStart + kSecond);
  auto reader = *SnapshotReader::Open(kPartition, engine_, 1 << 20);
  MemEngine target;
  auto writer = *SnapshotWriter::Begin(kPartition, target);
  ASSERT_TRUE(writer->Add(reader->Next()->data).ok());
  ASSERT_TRUE(writer->Commit(reader->applied().index, reader->applied().term).ok());
  StateMachine state(kPartition, target);
  ASSERT_TRUE(state.Load().ok());
  EXPECT_EQ(*ComputeDigest(kPartition, target), *ComputeDigest(kPartition, engine_));
  EXPECT_EQ(state.next_expiry_us(), kStart + 9 * kSecond);
}

}  // namespace
}  // namespace quorate::kv
