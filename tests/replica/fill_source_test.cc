#include "replica/fill_source.h"

#include <gtest/gtest.h>

#include "storage/mem_engine.h"

namespace quorate {
namespace {

constexpr PartitionId kPartition{7};
constexpr size_t kPageBytes = 1'000'000;

class FillSourceTest : public ::testing::Test {
 protected:
  static quorum::Message Ask(uint64_t node, uint64_t id) {
    return {{NodeId(node), Boot(1)}, NodeId(1), Boot(), quorum::FillAsk{id, ""}};
  }
  static quorum::Message Page(uint64_t node, bool last, Boot boot = Boot(1)) {
    quorum::FillAnswer page;
    page.complete = last;
    quorum::Record record;
    record.body = std::string(kPageBytes - 1, 'x');
    page.records.push_back({"k", record, {}});
    return {{NodeId(1), Boot(1)}, NodeId(node), boot, page};
  }
  bool MayAnswer(uint64_t node, uint64_t id) {
    quorum::Message ask = Ask(node, id);
    return source_.MayAnswer(ask, now_);
  }
  uint64_t PagesInTenSeconds() {
    uint64_t pages = 0;
    const auto send = [&] {
      source_.Sent(Page(2, false), now_);
      ++pages;
    };
    for (int tick = 0; tick < 200; ++tick) {
      now_ += absl::Milliseconds(50);
      for (size_t due = source_.TakeDue(now_).size(); due > 0; --due) send();
      while (MayAnswer(2, pages)) send();
    }
    return pages;
  }
  ReplicaStatus Status() {
    ReplicaStatus status;
    source_.FillIn(status, now_);
    return status;
  }

  MemEngine engine_{MemEngineOptions{}};
  SnapshotPace pace_{10'000'000, absl::Milliseconds(100)};
  FillSource source_{kPartition, engine_, &pace_};
  absl::Duration now_ = absl::Seconds(1);
};

TEST_F(FillSourceTest, SendsNoFasterThanReplicasMayMoveAndLessWhereClientsWait) {
  EXPECT_EQ(PagesInTenSeconds() / 10, 10u);
  pace_.SetShare(0.25);
  EXPECT_EQ(PagesInTenSeconds() / 10, 2u);
}

TEST_F(FillSourceTest, OfWhoAsksAgainTheNewestQuestionIsAnsweredOnce) {
  ASSERT_TRUE(MayAnswer(2, 1));
  source_.Sent(Page(2, false), now_);
  source_.Sent(Page(2, false), now_);
  EXPECT_FALSE(MayAnswer(2, 2));
  EXPECT_FALSE(MayAnswer(2, 3));
  EXPECT_TRUE(source_.TakeDue(now_).empty());
  now_ += absl::Seconds(1);
  const auto due = source_.TakeDue(now_);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(std::get<quorum::FillAsk>(due.front().body).id, 3u);
  EXPECT_TRUE(source_.TakeDue(now_).empty());
}

TEST_F(FillSourceTest, OtherMessagesDoNotWait) {
  source_.Sent(Page(2, false), now_);
  source_.Sent(Page(2, false), now_);
  quorum::Message ask = Ask(2, 1);
  ask.body = quorum::ReadAsk{};
  EXPECT_TRUE(source_.MayAnswer(ask, now_));
}

TEST_F(FillSourceTest, TellsWhatHasGoneToWhoJoinsInItsPresentLife) {
  source_.Sent(Page(2, false), now_);
  EXPECT_FALSE(Status().filling) << "it does not join: its disk was lost";
  source_.SetJoining(NodeId(2));
  source_.Sent(Page(2, false), now_);
  source_.Sent(Page(2, false), now_);
  now_ += absl::Seconds(3);
  EXPECT_EQ(Status().filling, NodeId(2));
  EXPECT_EQ(Status().filling_since, absl::Seconds(3));
  EXPECT_EQ(Status().filled_bytes, 2 * kPageBytes);
  source_.Sent(Page(2, true, Boot(2)), now_);
  EXPECT_EQ(Status().filling_since, absl::ZeroDuration());
  EXPECT_EQ(Status().filled_bytes, kPageBytes);
  EXPECT_EQ(Status().fill_bytes, kPageBytes);
  source_.SetJoining(NodeId(3));
  EXPECT_FALSE(Status().filling);
}

}  // namespace
}  // namespace quorate
