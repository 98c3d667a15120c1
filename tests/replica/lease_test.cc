// The lease by itself, and three replicas whose leader reads under one.
#include "replica/lease.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "raft_world.h"
#include "replica/raft_replica.h"

namespace quorate {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(10);

TEST(LeaseTest, CountsFromWhenTheRoundBegan) {
  Lease lease;
  EXPECT_FALSE(lease.Holds(1, At(0), kPromise));
  lease.Began(1, At(0), kPromise);
  lease.Began(2, At(50), kPromise);
  EXPECT_FALSE(lease.Holds(0, At(50), kPromise));
  EXPECT_TRUE(lease.Holds(1, At(89), kPromise));
  EXPECT_FALSE(lease.Holds(1, At(90), kPromise));
  EXPECT_TRUE(lease.Holds(2, At(139), kPromise));
  EXPECT_FALSE(lease.Holds(7, At(140), kPromise));
}

TEST(LeaseTest, IsNotMadeYoungerByHearingOfARoundAgain) {
  Lease lease;
  lease.Began(1, At(0), kPromise);
  lease.Began(1, At(80), kPromise);
  EXPECT_FALSE(lease.Holds(1, At(90), kPromise));
  lease.GiveUp();
  lease.Began(1, At(95), kPromise);
  EXPECT_FALSE(lease.Holds(1, At(96), kPromise));
}

TEST(LeaseTest, NothingThatBeganBeforeItWasGivenUpCounts) {
  Lease lease;
  lease.Began(1, At(0), kPromise);
  lease.GiveUp();
  EXPECT_FALSE(lease.Holds(1, At(1), kPromise));
  lease.Began(2, At(2), kPromise);
  EXPECT_FALSE(lease.Holds(1, At(3), kPromise));
  EXPECT_TRUE(lease.Holds(2, At(3), kPromise));
}

TEST(LeaseTest, OnASlowerClockIsShorterThanThePromise) {
  for (const uint32_t ppm : {0u, 1u, 1'000u, 100'000u}) {
    const absl::Duration length = LeaseLength(kPromise, ppm);
    // The follower's clock counts so much while the leader's counts `length`.
    EXPECT_LE(length + length * (ppm / 1e6), kPromise) << ppm;
  }
  EXPECT_EQ(LeaseLength(kPromise, 0), kPromise);
  EXPECT_EQ(LeaseLength(kPromise, 100'000), kPromise * 9 / 10);
  EXPECT_EQ(LeaseLength(-kTick, 10), absl::ZeroDuration());
}

class LeaseReadTest : public RaftWorld {
 protected:
  LeaseReadTest() {
    for (auto& [id, replica] : replicas_) replica->SetLeaseDrift(1000);
    TickLeader(2);
  }
};

TEST_F(LeaseReadTest, IsAnsweredAtOnceAndBeginsNoRoundWhileTheLeaseHolds) {
  const uint64_t rounds = leader().raft().round();
  for (int i = 0; i < 10; ++i) {
    const auto& read = Read(1);
    ASSERT_TRUE(read.has_value());
    ASSERT_TRUE(read->status.ok()) << read->status;
    EXPECT_EQ(read->receipt.asked, Level::kLease);
    EXPECT_EQ(read->receipt.achieved, Level::kLease);
    Take(1);
  }
  EXPECT_EQ(leader().raft().round(), rounds);
  EXPECT_TRUE(sent_.empty());
}

TEST_F(LeaseReadTest, TakesARoundAndSaysSoWhereTheLeaseHasRunOut) {
  now_ += kPromise;
  const auto& read = Read(1);
  EXPECT_FALSE(read.has_value());
  Settle();
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->receipt.asked, Level::kLease);
  EXPECT_EQ(read->receipt.achieved, Level::kLinearizable);
  EXPECT_TRUE(Read(1).has_value()) << "the round has brought the lease again";
}

TEST_F(LeaseReadTest, TakesARoundAfterAJumpOfTheClock) {
  leader().ClockJumped(absl::UnixEpoch() + now_, now_, true);
  EXPECT_FALSE(Read(1).has_value());
}

TEST_F(LeaseReadTest, TakesARoundWhereTheKeyspaceDoesNotAllowIt) {
  leader().SetLeaseDrift(0);
  EXPECT_FALSE(Read(1).has_value());
}

TEST_F(LeaseReadTest, TakesARoundOnceAnotherWasToldToCampaign) {
  deaf_ = true;
  ASSERT_TRUE(leader().TransferLeadership(NodeId(2)).ok());
  EXPECT_FALSE(Read(1).has_value());
  Settle();
  ASSERT_TRUE(replicas_[2]->leading());
  ASSERT_TRUE(leader().leading()) << "it does not know yet";
  EXPECT_FALSE(Read(1).has_value());
}

TEST_F(LeaseReadTest, WaitsForTheStateToHoldAllThatIsCommitted) {
  Write("v");
  Turn turn;
  ASSERT_TRUE(leader().Collect(turn, now_).value());
  // The others have it on disk before the leader does.
  for (PeerMessage& message : turn.sends) sent_.push_back({NodeId(1), std::move(message)});
  for (; !sent_.empty(); sent_.pop_front()) {
    auto& [from, message] = sent_.front();
    const uint64_t to = message.to.value();
    replicas_[to]->Receive(from, message.payload, now_);
    if (to != 1) Take(to);
  }
  ASSERT_GT(leader().raft().commit_index(), leader().state().applied().index);
  const auto& read = Read(1);
  EXPECT_FALSE(read.has_value());
  leader().Persisted(turn.persist_token, now_);
  Take(1);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->receipt.achieved, Level::kLease);
  ASSERT_TRUE(read->found.front().has_value());
  EXPECT_EQ(read->found.front()->value, "v");
}

TEST_F(LeaseReadTest, IsTheLeadersAlone) {
  EXPECT_FALSE(replicas_[2]->Serves(Level::kLease, /*write=*/false));
  EXPECT_TRUE(replicas_[2]->Serves(Level::kLinearizable, /*write=*/false));
  EXPECT_TRUE(leader().Serves(Level::kLease, /*write=*/false));
  const auto& read = Read(2);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(ReasonOf(read->status), "NOT_LEADER");
}

TEST_F(LeaseReadTest, AJumpOfTheClockAlsoEndsWhatIsKnownOfFreshness) {
  Read(2, Level::kLinearizable);
  Settle();
  ASSERT_TRUE(Read(2, Level::kOne)->receipt.staleness.has_value());
  replicas_[2]->ClockJumped(absl::UnixEpoch() + now_, now_, true);
  EXPECT_FALSE(Read(2, Level::kOne)->receipt.staleness.has_value());
}

}  // namespace
}  // namespace quorate
