#include "sim/network.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "sim/partition_shapes.h"

namespace quorate::sim {
namespace {

const NodeId kA{1};
const NodeId kB{2};

class NetworkTest : public ::testing::Test {
 protected:
  Network Make(NetworkProfile profile) {
    return Network(queue_, trace_, Random(7), profile,
                   {[this](NodeId node) { return lives_[node]; },
                    [this](NodeId, NodeId, std::string frame) { got_.push_back(frame); }});
  }
  void Settle() { queue_.RunUntil(queue_.now() + absl::Seconds(1)); }

  EventQueue queue_;
  Trace trace_{queue_, 0, nullptr};
  std::map<NodeId, uint64_t> lives_{{kA, 1}, {kB, 1}};
  std::vector<std::string> got_;
};

TEST_F(NetworkTest, KeepsTheOrderOfAConnectionUnlessToldOtherwise) {
  NetworkProfile profile;
  profile.tail_chance = 0.5;
  Network network = Make(profile);
  std::vector<std::string> sent;
  for (int i = 0; i < 100; ++i) {
    sent.push_back(std::to_string(i));
    network.Send(kA, kB, sent.back());
  }
  Settle();
  EXPECT_EQ(got_, sent);
}

TEST_F(NetworkTest, LetsFramesOvertakeWhenReordering) {
  NetworkProfile profile;
  profile.tail_chance = 0.5;
  profile.reordering = 1;
  Network network = Make(profile);
  for (int i = 0; i < 100; ++i) network.Send(kA, kB, std::to_string(1000 + i));
  Settle();
  EXPECT_EQ(got_.size(), 100u);
  EXPECT_FALSE(std::is_sorted(got_.begin(), got_.end()));
}

TEST_F(NetworkTest, LosesAndDoublesAboutAsOftenAsAsked) {
  NetworkProfile profile;
  profile.loss = 0.5;
  Network lossy = Make(profile);
  for (int i = 0; i < 1000; ++i) lossy.Send(kA, kB, "x");
  Settle();
  EXPECT_GT(got_.size(), 400u);
  EXPECT_LT(got_.size(), 600u);
  got_.clear();
  profile = {};
  profile.duplication = 1;
  Network doubling = Make(profile);
  doubling.Send(kA, kB, "x");
  Settle();
  EXPECT_EQ(got_.size(), 2u);
}

TEST_F(NetworkTest, ACutLinkLosesWhatIsUnderWayToo) {
  Network network = Make({});
  network.Send(kA, kB, "under way");
  const auto cut = network.Break(OneWay({kA}, {kB}, LinkFault::kCut));
  network.Send(kA, kB, "into the cut");
  network.Send(kB, kA, "the other way");
  Settle();
  EXPECT_EQ(got_, (std::vector<std::string>{"the other way"}));
  network.Mend(cut);
  network.Send(kA, kB, "mended");
  Settle();
  EXPECT_EQ(got_.back(), "mended");
}

TEST_F(NetworkTest, AStalledLinkDeliversAllInOrderOnceItIsMended) {
  Network network = Make({});
  const auto stall = network.Break(OneWay({kA}, {kB}, LinkFault::kStall));
  network.Send(kA, kB, "1");
  network.Send(kA, kB, "2");
  Settle();
  EXPECT_TRUE(got_.empty());
  network.Mend(stall);
  Settle();
  EXPECT_EQ(got_, (std::vector<std::string>{"1", "2"}));
}

TEST_F(NetworkTest, AFrameToAFormerLifeVanishes) {
  Network network = Make({});
  network.Send(kA, kB, "to the first life");
  lives_[kB] = 2;
  network.Send(kA, kB, "to the second");
  Settle();
  EXPECT_EQ(got_, (std::vector<std::string>{"to the second"}));
  lives_[kB] = 0;
  network.Send(kA, kB, "to nobody");
  lives_[kB] = 3;
  Settle();
  EXPECT_EQ(got_.size(), 1u);
}

TEST_F(NetworkTest, OverlappingFaultsAreTakenBackOneByOne) {
  Network network = Make({});
  const auto one = network.Break(Isolate({kA, kB}, kA));
  const auto other = network.Break(Isolate({kA, kB}, kB));
  network.Mend(one);
  EXPECT_TRUE(network.IsCut(kA, kB));
  network.Mend(other);
  EXPECT_FALSE(network.IsCut(kA, kB));
}

}  // namespace
}  // namespace quorate::sim
