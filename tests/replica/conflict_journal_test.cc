#include "replica/conflict_journal.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "kv/layout.h"
#include "storage/mem_engine.h"

namespace quorate {
namespace {

constexpr PartitionId kPartition(7);

quorum::Discard Lost(const std::string& key, std::string value) {
  quorum::Discard discard;
  discard.key = key;
  discard.loser.dot = {{NodeId(1), Boot(2)}, 3};
  discard.loser.time = HlcTime(40);
  discard.loser.body = std::move(value);
  discard.winner = {{NodeId(2), Boot(1)}, 9};
  discard.winner_time = HlcTime(50);
  discard.at_us = 60;
  return discard;
}

class ConflictJournalTest : public ::testing::Test {
 protected:
  void Add(const quorum::Discard& discard) {
    EngineBatch batch;
    ASSERT_TRUE(journal_->Stage(discard, batch).ok());
    ASSERT_TRUE(engine_.Write(batch).ok());
  }
  void Reopen() { journal_ = std::make_unique<ConflictJournal>(kPartition, engine_); }

  MemEngine engine_{MemEngineOptions{}};
  std::unique_ptr<ConflictJournal> journal_ =
      std::make_unique<ConflictJournal>(kPartition, engine_);
};

TEST_F(ConflictJournalTest, ListsTheNewestFirstAndFindsEachByItsNumber) {
  Add(Lost("a", "1"));
  Add(Lost("b", "2"));
  Add(Lost("a", "3"));
  const auto all = journal_->List("", 2);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].discard, Lost("a", "3"));
  EXPECT_EQ((*all)[1].discard, Lost("b", "2"));
  const auto of_a = journal_->List("a", 10);
  ASSERT_EQ(of_a->size(), 2u);
  EXPECT_EQ((*of_a)[1].discard, Lost("a", "1"));
  EXPECT_EQ((*journal_->Find((*of_a)[1].number))->discard, Lost("a", "1"));
  EXPECT_EQ(*journal_->Find(99), std::nullopt);
}

TEST_F(ConflictJournalTest, KeepsSoManyAndTheOldestGo) {
  for (size_t i = 0; i < limits::kConflictsKeptMax + 5; ++i) Add(Lost("k", std::to_string(i)));
  const auto all = journal_->List("", 10'000);
  ASSERT_EQ(all->size(), limits::kConflictsKeptMax);
  EXPECT_EQ(all->back().discard.loser.body, "5");
  EXPECT_EQ(*journal_->Find(5), std::nullopt);
}

TEST_F(ConflictJournalTest, KeepsSoManyBytesAndTheNewestWhateverItsSize) {
  const std::string half(limits::kConflictBytesKeptMax / 2 + 1, 'x');
  for (char i = '0'; i < '3'; ++i) Add(Lost("k", half + i));
  EXPECT_EQ(journal_->List("", 10)->size(), 1u);
  Add(Lost("k", half + half));
  ASSERT_EQ(journal_->List("", 10)->size(), 1u);
  EXPECT_EQ(journal_->List("", 10)->front().number, 4u);
}

TEST_F(ConflictJournalTest, UsesNoNumberTwiceAndCountsWhatItFindsAtItsStart) {
  for (int i = 0; i < 3; ++i) Add(Lost("k", std::to_string(i)));
  Reopen();
  Add(Lost("k", "after"));
  EXPECT_EQ(journal_->List("", 1)->front().number, 4u);
  Reopen();
  for (size_t i = 0; i < limits::kConflictsKeptMax; ++i) {
    Add(Lost("k", "more " + std::to_string(i)));
  }
  EXPECT_EQ(journal_->List("", 10'000)->size(), limits::kConflictsKeptMax);
}

TEST_F(ConflictJournalTest, AWriteIsInItOnceHoweverOftenItIsGivenUp) {
  quorum::Discard again = Lost("a", "1");
  again.winner = {};
  again.at_us = 99;
  Add(Lost("a", "1"));
  Add(again);
  Reopen();
  Add(again);
  ASSERT_EQ(journal_->List("", 10)->size(), 1u);
  EXPECT_EQ(journal_->List("", 10)->front().discard, Lost("a", "1"));
  // Once it has gone, it may come again.
  for (size_t i = 0; i < limits::kConflictsKeptMax; ++i) Add(Lost("k", std::to_string(i)));
  Add(again);
  EXPECT_EQ(journal_->List("a", 10)->size(), 1u);
}

TEST_F(ConflictJournalTest, StagesSeveralInOneBatch) {
  EngineBatch batch;
  ASSERT_TRUE(journal_->Stage(Lost("a", "1"), batch).ok());
  ASSERT_TRUE(journal_->Stage(Lost("b", "2"), batch).ok());
  ASSERT_TRUE(engine_.Write(batch).ok());
  EXPECT_EQ(journal_->List("", 10)->size(), 2u);
}

TEST_F(ConflictJournalTest, TellsOfDamage) {
  EngineBatch batch;
  batch.PutKey(kv::DiscardKey(kPartition, 1), quorum::EncodeEffect(quorum::ReserveTime{}));
  ASSERT_TRUE(engine_.Write(batch).ok());
  EXPECT_TRUE(absl::IsDataLoss(journal_->List("", 1).status()));
  EXPECT_TRUE(absl::IsDataLoss(journal_->Find(1).status()));
}

}  // namespace
}  // namespace quorate
