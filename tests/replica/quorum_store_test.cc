#include "replica/quorum_store.h"

#include <gtest/gtest.h>

#include "kv/layout.h"
#include "quorum/lww.h"
#include "storage/mem_engine.h"

namespace quorate {
namespace {

using quorum::Dot;
using quorum::Effect;
using quorum::Record;

constexpr PartitionId kPartition{7};
const quorum::Identity kSelf{NodeId(1), Boot(1)};

quorum::PutRecord Put(uint64_t counter, uint64_t writer) {
  const Dot dot{kSelf, counter};
  quorum::PutRecord put{.key = std::string(1, 'k'), .record = Record(), .dots = {dot}};
  put.record->dot = dot;
  put.record->time = HlcTime(counter);
  put.record->body.assign(1, 'v');
  if (writer != 0) {
    quorum::Operation operation;
    operation.id = {writer, 1};
    operation.dot = dot;
    operation.time = put.record->time;
    put.operation = operation;
  }
  return put;
}

// The engine was flushed before a sync, and a crash prevented that sync.
class LostLogTest : public ::testing::Test {
 protected:
  void Write(std::vector<Effect> effects) {
    effects.insert(effects.begin(), quorum::Checkpoint());
    QuorumStore store(kPartition, engine_);
    ASSERT_TRUE(store.Open().ok());
    ASSERT_TRUE(store.Apply(EncodeEffects(effects), LogIndex(1)).ok());
    ASSERT_TRUE(store.Restore().ok()) << "which brings all into the engine";
  }
  quorum::SeenClock SeenAfterTheCrash() {
    QuorumStore store(kPartition, engine_);
    EXPECT_TRUE(store.Open().ok());
    EXPECT_TRUE(store.RecallLost(quorum::LastWriteWins()).ok());
    auto restored = store.Restore();
    EXPECT_TRUE(restored.ok());
    quorum::SeenClock seen = restored->checkpoint.seen;
    seen.Merge(restored->logged);
    return seen;
  }

  MemEngine engine_;
};

// A crash may bring back what the copy before had flushed.
TEST(QuorumStoreTest, ACopyKeepsItsLogUntilTheEngineHasMoreThanTheOneBeforeItLeft) {
  MemEngine engine({.flush_chance = 0});
  const auto write = [&](QuorumStore& store, uint64_t epoch, uint64_t index) {
    ASSERT_TRUE(store.Open().ok());
    const std::vector<Effect> effects = {quorum::Checkpoint(), quorum::EnterEpoch{Epoch(epoch)}};
    ASSERT_TRUE(store.Apply(EncodeEffects(effects), LogIndex(index)).ok());
    ASSERT_TRUE(store.Restore().ok()) << "which brings all into the engine";
  };
  QuorumStore former(kPartition, engine);
  write(former, 2, 1);
  ASSERT_TRUE(engine.Flush().ok());
  EXPECT_EQ(*former.Releasable(), LogIndex(1));
  EngineBatch gone;
  gone.DeleteKeys(kv::PartitionBegin(kPartition), kv::PartitionEnd(kPartition));
  ASSERT_TRUE(engine.Write(gone).ok());
  QuorumStore copy(kPartition, engine, Epoch(5));
  write(copy, 5, 1);
  EXPECT_EQ(*copy.Releasable(), LogIndex());
  ASSERT_TRUE(engine.Flush().ok());
  EXPECT_EQ(*copy.Releasable(), LogIndex(1));
}

TEST_F(LostLogTest, WhatARecordShowsIsSeen) {
  Write({Put(1, 0), Put(2, 0)});
  const quorum::SeenClock seen = SeenAfterTheCrash();
  EXPECT_TRUE(seen.Contains({kSelf, 2}));
  EXPECT_FALSE(seen.Contains({kSelf, 1})) << "nothing is left of it, and nobody was told";
}

// Whoever asks for its fate is told, and takes it for seen.
TEST_F(LostLogTest, WhatAnOperationsRowAloneShowsIsSeenToo) {
  Write({Put(1, 4096), Put(2, 0)});
  EXPECT_TRUE(SeenAfterTheCrash().Contains({kSelf, 1}));
}

}  // namespace
}  // namespace quorate
