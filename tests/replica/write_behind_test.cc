#include "replica/write_behind.h"

#include <gtest/gtest.h>

#include "kv/layout.h"
#include "replica/quorum_store.h"
#include "storage/mem_engine.h"

namespace quorate {
namespace {

constexpr PartitionId kPartition{7};

quorum::Record RecordOf(uint64_t counter, std::string value) {
  return {
      .dot = {{NodeId(1), Boot(1)}, counter}, .time = HlcTime(counter), .body = std::move(value)};
}

quorum::Effect Put(const std::string& key, uint64_t counter, std::string value) {
  quorum::Record record = RecordOf(counter, std::move(value));
  return quorum::PutRecord{key, record, {record.dot}, std::nullopt};
}

class WriteBehindTest : public ::testing::Test {
 protected:
  absl::Status Apply(const std::vector<quorum::Effect>& effects, LogIndex index) {
    return store_.Apply(EncodeEffects(effects), index);
  }
  bool EngineHas(const std::string& key) {
    return engine_.Get(kv::RecordKey(kPartition, key))->has_value();
  }

  MemEngine engine_{MemEngineOptions{}};
  QuorumStore store_{kPartition, engine_};
};

TEST_F(WriteBehindTest, AWriteIsSeenBeforeTheEngineHasIt) {
  ASSERT_TRUE(Apply({Put("b", 1, "one"), Put("a", 2, "two")}, LogIndex(1)).ok());
  EXPECT_FALSE(EngineHas("a"));
  EXPECT_EQ(store_.Lookup("a")->body, "two");
  EXPECT_EQ(store_.Keys("", "", 10), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(store_.Keys("", "b", 10), (std::vector<std::string>{"a"}));
  EXPECT_EQ(store_.Keys("", "", 1), (std::vector<std::string>{"a"}));
}

TEST_F(WriteBehindTest, KeysAreThoseOfBothInOrderWithoutTheDeletedOnes) {
  ASSERT_TRUE(Apply({Put("a", 1, "1"), Put("c", 2, "2"), Put("e", 3, "3")}, LogIndex(1)).ok());
  ASSERT_TRUE(store_.Releasable().ok());
  ASSERT_TRUE(EngineHas("e"));
  ASSERT_TRUE(Apply({Put("b", 4, "4"), Put("c", 5, "5"), Put("f", 6, "6"),
                     quorum::Checkpoint{{}, true, {}, {"a", "e"}}},
                    LogIndex(2))
                  .ok());
  EXPECT_EQ(store_.Keys("", "", 10), (std::vector<std::string>{"b", "c", "f"}));
  EXPECT_EQ(store_.Keys("", "", 2), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(store_.Keys("c", "f", 10), (std::vector<std::string>{"c"}));
  EXPECT_FALSE(store_.Lookup("a"));
  EXPECT_EQ(store_.Lookup("c")->body, "5");
}

TEST_F(WriteBehindTest, AScanSeesAll) {
  ASSERT_TRUE(Apply({Put("a", 1, "1")}, LogIndex(1)).ok());
  const auto page = store_.Scan({}, 0);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->items.size(), 1u);
  EXPECT_EQ(page->items.front().record.body, "1");
}

TEST_F(WriteBehindTest, TheEngineGetsItAfterAWhile) {
  ASSERT_TRUE(Apply({Put("a", 1, "1")}, LogIndex(1)).ok());
  store_.Tick(absl::Seconds(1));
  EXPECT_FALSE(EngineHas("a"));
  store_.Tick(absl::Seconds(2));
  EXPECT_TRUE(EngineHas("a"));
  EXPECT_TRUE(store_.status().ok());
}

TEST_F(WriteBehindTest, TheEngineGetsItWhenItIsMuch) {
  LogIndex index;
  for (uint64_t write = 1; write < 3000; ++write) {
    index = index.next();
    ASSERT_TRUE(Apply({Put("k" + std::to_string(write), write, "v")}, index).ok());
  }
  EXPECT_TRUE(EngineHas("k1"));
  const std::string mib(1 << 20, 'x');
  ASSERT_TRUE(Apply({Put("big", 9000, mib)}, index.next()).ok());
  EXPECT_TRUE(EngineHas("big"));
}

// A log that is let go up to there leaves nothing behind that the engine lacks.
TEST_F(WriteBehindTest, TheLogIsNotLetGoOfWhatWaits) {
  ASSERT_TRUE(Apply({Put("a", 1, "1")}, LogIndex(1)).ok());
  ASSERT_TRUE(Apply({quorum::Checkpoint{{}, true, {}, {}}}, LogIndex(2)).ok());
  ASSERT_TRUE(engine_.Flush().ok());  // without it
  EXPECT_EQ(*engine_.GetDurable(kv::AppliedKey(kPartition)), std::nullopt);
  const auto releasable = store_.Releasable();
  ASSERT_TRUE(releasable.ok());
  EXPECT_EQ(*releasable, LogIndex(0));
}

// What the engine tells of a dot it must be able to show.
TEST_F(WriteBehindTest, NoDotIsInTheEngineBeforeItsRecord) {
  size_t dots = 0;
  for (uint64_t write = 1; write <= 4; ++write) {
    ASSERT_TRUE(Apply({Put("k" + std::to_string(write), write, "v")}, LogIndex(write)).ok());
    ASSERT_TRUE(store_.Releasable().ok());
    const auto rows = engine_.Scan(kv::DotsBegin(kPartition), kv::DotsEnd(kPartition));
    for (dots = 0; rows->Valid(); rows->Next(), ++dots) {
      EXPECT_TRUE(EngineHas(std::string(rows->value()))) << rows->value();
    }
  }
  EXPECT_GT(dots, 0u);
}

// The engine's own record says up to where it has all, not more.
TEST_F(WriteBehindTest, WhatWaitedAtACrashIsAppliedOnceMore) {
  ASSERT_TRUE(Apply({Put("a", 1, "1")}, LogIndex(1)).ok());
  ASSERT_TRUE(store_.Releasable().ok());
  ASSERT_TRUE(Apply({Put("a", 2, "2")}, LogIndex(2)).ok());
  QuorumStore after_crash(kPartition, engine_);
  EXPECT_EQ(*after_crash.Open(), LogIndex(1));
  EXPECT_EQ(after_crash.Lookup("a")->body, "1");
}

TEST_F(WriteBehindTest, OfAKeyTheLastWriteCountsWaitingOrNot) {
  ASSERT_TRUE(Apply({Put("a", 1, "1"), Put("b", 2, "2"), Put("a", 3, "3")}, LogIndex(1)).ok());
  EXPECT_EQ(store_.Lookup("a")->body, "3");
  ASSERT_TRUE(Apply({Put("b", 4, "4"), quorum::Checkpoint{{}, true, {}, {"a"}}}, LogIndex(2)).ok());
  EXPECT_FALSE(store_.Lookup("a"));
  EXPECT_EQ(store_.Keys("", "", 10), (std::vector<std::string>{"b"}));
  ASSERT_TRUE(store_.Releasable().ok());
  EXPECT_FALSE(EngineHas("a"));
  EXPECT_EQ(store_.Lookup("b")->body, "4");
}

TEST_F(WriteBehindTest, ARunIsAppliedWriteByWriteAndItsDotsAreLogged) {
  quorum::RunBuilder builder(RecordOf(1, "").dot);
  builder.Add("a", RecordOf(1, "1"));
  builder.Add("b", RecordOf(2, "2"));
  builder.Add("a", RecordOf(3, "3"));
  const quorum::Effect run = quorum::PutRun{builder.Build()};
  ASSERT_TRUE(Apply({run}, LogIndex(1)).ok());
  const auto dots = [](const QuorumStore& store) {
    std::vector<quorum::LoggedDot> found;
    store.DotLog(RecordOf(1, "").dot.identity, {1, 9}, 10, found);
    std::string text;
    for (const quorum::LoggedDot& one : found) text += one.dot.ToString() + " " + one.key + " ";
    return text;
  };
  EXPECT_EQ(dots(store_), "n1b1.1 a n1b1.2 b n1b1.3 a ");
  EXPECT_EQ(store_.Lookup("a")->body, "3");
  ASSERT_TRUE(store_.Releasable().ok());
  EXPECT_EQ(store_.Lookup("b")->body, "2");
  // As after a crash: the engine has them, the dots are in the log alone.
  QuorumStore again(kPartition, engine_);
  ASSERT_TRUE(again.Open().ok());
  again.Recall({{run}}, LogIndex(1));
  EXPECT_EQ(dots(again), dots(store_));
}

}  // namespace
}  // namespace quorate
