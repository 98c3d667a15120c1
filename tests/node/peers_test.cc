#include "node/peers.h"

#include <gtest/gtest.h>

#include "base/boot.h"

namespace quorate {
namespace {

constexpr absl::Duration kSilence = absl::Milliseconds(500);
const NodeId kPeer(2);

class PeersTest : public ::testing::Test {
 protected:
  PeersTest() { peers.SetMembers({NodeId(1), kPeer}, absl::ZeroDuration()); }
  Peers peers{NodeId(1), kSilence};
};

TEST_F(PeersTest, AMessageOfAnOlderLifeIsRefused) {
  EXPECT_TRUE(peers.Hear(kPeer, {Boot(5), Epoch(1)}, absl::ZeroDuration()).accepted);
  EXPECT_FALSE(peers.Hear(kPeer, {Boot(4), Epoch(9)}, absl::Seconds(9)).accepted);
  const Boot next = NextBoot(Boot(5), 7);
  EXPECT_TRUE(peers.Hear(kPeer, {next, Epoch(1)}, absl::ZeroDuration()).accepted);
  EXPECT_FALSE(peers.Hear(kPeer, {NextBoot(Boot(5), 9), Epoch(1)}, absl::ZeroDuration()).accepted)
      << "another start after the same one: of an older copy of the disk";
}

Peers::Word Starts(uint64_t boot, uint64_t log_began, uint64_t log_record) {
  return {.boot = Boot(boot), .epoch = Epoch(1), .log_began = log_began, .log_record = log_record};
}

// With the record it has forgotten an acknowledgement or a vote.
TEST_F(PeersTest, ALifeWhoseLogLacksWhatAnEarlierOneHadToldOfIsRefused) {
  EXPECT_TRUE(peers.Hear(kPeer, Starts(5, 0, 100), absl::ZeroDuration()).accepted);
  EXPECT_TRUE(peers.disowned().empty());
  const Peers::Heard shorter = peers.Hear(kPeer, Starts(6, 99, 120), absl::ZeroDuration());
  EXPECT_FALSE(shorter.accepted);
  EXPECT_EQ(shorter.log_lost, 100u);
  EXPECT_EQ(peers.boot(kPeer), Boot(5)) << "not heard of: its right disk may start as this one";
  EXPECT_EQ(peers.disowned(), std::vector<NodeId>{kPeer});
  EXPECT_FALSE(peers.Hear(kPeer, Starts(7, 120, 120), absl::ZeroDuration()).log_lost)
      << "on its right disk, which had more than others knew";
  EXPECT_TRUE(peers.disowned().empty());
}

TEST_F(PeersTest, ALogThatOnlyLacksWhatNobodyWasToldOfIsTaken) {
  peers.Hear(kPeer, Starts(5, 0, 100), absl::ZeroDuration());
  peers.Hear(kPeer, Starts(5, 0, 90), absl::ZeroDuration());  // a frame that came late
  EXPECT_TRUE(peers.Hear(kPeer, Starts(6, 100, 100), absl::ZeroDuration()).accepted);
  EXPECT_FALSE(peers.Hear(kPeer, Starts(7, 99, 200), absl::ZeroDuration()).accepted);
}

TEST_F(PeersTest, ANodeThatDoesNotTellItsLogIsTaken) {
  peers.Hear(kPeer, Starts(5, 0, 100), absl::ZeroDuration());
  EXPECT_TRUE(peers.Hear(kPeer, {Boot(6), Epoch(1)}, absl::ZeroDuration()).accepted);
}

TEST_F(PeersTest, ARestartIsTold) {
  EXPECT_FALSE(peers.Hear(kPeer, {Boot(5), Epoch(1)}, absl::ZeroDuration()).restarted);
  EXPECT_FALSE(peers.Hear(kPeer, {Boot(5), Epoch(1)}, absl::ZeroDuration()).restarted);
  EXPECT_TRUE(peers.Hear(kPeer, {Boot(6), Epoch(1)}, absl::ZeroDuration()).restarted);
}

TEST_F(PeersTest, SilenceIsToldOnceAndEndsWithTheNextWord) {
  peers.Hear(kPeer, {Boot(1), Epoch(1)}, absl::ZeroDuration());
  EXPECT_TRUE(peers.TakeSilent(kSilence - absl::Milliseconds(1)).empty());
  EXPECT_EQ(peers.TakeSilent(kSilence), std::vector<NodeId>{kPeer});
  EXPECT_TRUE(peers.TakeSilent(kSilence * 2).empty());
  EXPECT_FALSE(peers.alive(kPeer));
  EXPECT_TRUE(peers.Hear(kPeer, {Boot(1), Epoch(1)}, kSilence * 3).back);
  EXPECT_FALSE(peers.Hear(kPeer, {Boot(1), Epoch(1)}, kSilence * 3).back);
  EXPECT_TRUE(peers.alive(kPeer));
}

TEST_F(PeersTest, ABrokenConnectionCountsOnce) {
  EXPECT_TRUE(peers.Lose(kPeer));
  EXPECT_FALSE(peers.Lose(kPeer));
  EXPECT_EQ(peers.gone(), std::vector<NodeId>{kPeer});
}

TEST_F(PeersTest, WhoIsGoneNeedsNotKnow) {
  EXPECT_EQ(peers.KnownByAll(), Epoch());
  EXPECT_TRUE(peers.Hear(kPeer, {Boot(1), Epoch(4)}, absl::ZeroDuration()).learned);
  EXPECT_FALSE(peers.Hear(kPeer, {Boot(1), Epoch(4)}, absl::ZeroDuration()).learned);
  EXPECT_EQ(peers.KnownByAll(), Epoch(4));
  peers.Lose(kPeer);
  EXPECT_GT(peers.KnownByAll(), Epoch(1'000'000));
}

TEST_F(PeersTest, ANewLifeIsTaughtAgain) {
  const absl::Duration pause = absl::Milliseconds(100);
  peers.Hear(kPeer, {Boot(1), Epoch(1)}, absl::ZeroDuration());
  EXPECT_TRUE(peers.ClaimTeaching(kPeer, Epoch(2), absl::ZeroDuration(), pause));
  EXPECT_FALSE(peers.ClaimTeaching(kPeer, Epoch(2), pause / 2, pause));
  EXPECT_TRUE(peers.ClaimTeaching(kPeer, Epoch(3), pause / 2, pause));
  peers.Hear(kPeer, {Boot(1), Epoch(3)}, pause);
  EXPECT_FALSE(peers.ClaimTeaching(kPeer, Epoch(3), pause * 9, pause));
  peers.Hear(kPeer, {Boot(2), Epoch(1)}, pause);
  EXPECT_TRUE(peers.ClaimTeaching(kPeer, Epoch(3), pause * 9, pause));
}

TEST_F(PeersTest, WhatABuildSpeaksIsWhatItsPresentLifeHasSaid) {
  EXPECT_EQ(peers.Speaks(kPeer), std::nullopt) << "it has not said a word";
  peers.Hear(kPeer, {.boot = Boot(1), .epoch = Epoch(1), .protocol = 2}, absl::ZeroDuration());
  EXPECT_EQ(peers.Speaks(kPeer), 2u);
  peers.Lose(kPeer);
  EXPECT_EQ(peers.Speaks(kPeer), std::nullopt) << "another build may come back";
  peers.Hear(kPeer, {.boot = Boot(2), .epoch = Epoch(1), .protocol = 1}, absl::ZeroDuration());
  EXPECT_EQ(peers.Speaks(kPeer), 1u);
}

}  // namespace
}  // namespace quorate
