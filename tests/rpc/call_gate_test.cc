#include "rpc/call_gate.h"

#include <gtest/gtest.h>

#include "base/call_weight.h"

namespace quorate::rpc {
namespace {

constexpr uint64_t kMin = limits::kCallsUnderWayMin;

class CallGateTest : public ::testing::Test {
 protected:
  // Until it is refused, by calls of that weight; how many were let in.
  uint64_t Fill(uint32_t weight = 1) {
    uint64_t entered = 0;
    while (gate_.Enter(weight)) ++entered;
    return entered;
  }
  void Leave(uint64_t calls, bool served = true) {
    for (uint64_t i = 0; i < calls; ++i) gate_.Leave(1, served, now_);
  }
  // So many a second for that long, one after the other.
  void Serve(uint64_t per_second, absl::Duration length, bool served = true) {
    const absl::Duration step = absl::Seconds(1) / static_cast<int64_t>(per_second);
    for (const absl::Duration end = now_ + length; now_ < end; now_ += step) {
      if (gate_.Enter(1)) gate_.Leave(1, served, now_);
    }
  }

  CallGate gate_;
  absl::Duration now_ = absl::Seconds(1000);
};

TEST_F(CallGateTest, LetsInAsManyAsAreTakenOnAnywayAndAgainAsManyAsLeave) {
  EXPECT_FALSE(gate_.IsFull());
  EXPECT_EQ(Fill(), kMin);
  EXPECT_TRUE(gate_.IsFull());
  Leave(10);
  EXPECT_FALSE(gate_.IsFull());
  EXPECT_EQ(Fill(), 10u);
}

TEST_F(CallGateTest, LetsInWhatIsAnsweredWithinTheWaitWhereThatIsMore) {
  Serve(100'000, absl::Seconds(2));
  const double expected = 100'000 * absl::ToDoubleSeconds(limits::kCallWaitMax);
  EXPECT_NEAR(static_cast<double>(Fill()), expected, expected / 10);
}

TEST_F(CallGateTest, CountsNothingThatWasAnsweredForWantOfTime) {
  Serve(100'000, absl::Seconds(2), /*served=*/false);
  EXPECT_EQ(Fill(), kMin);
}

TEST_F(CallGateTest, ForgetsWithinASecondThatMuchWasServed) {
  Serve(100'000, absl::Seconds(2));
  Serve(1000, absl::Seconds(1));
  EXPECT_EQ(Fill(), kMin);
}

TEST_F(CallGateTest, WeighsWhatACallBrings) {
  EXPECT_EQ(CallWeightOf(0), 1u);
  EXPECT_EQ(CallWeightOf(16 << 10), 17u);
  EXPECT_EQ(Fill(17), (kMin + 16) / 17);
}

TEST_F(CallGateTest, LetsInOneThatWeighsMoreThanAllWhereNothingIsUnderWay) {
  EXPECT_TRUE(gate_.Enter(2 * kMin));
  EXPECT_FALSE(gate_.Enter(1));
  gate_.Leave(2 * kMin, true, now_);
  EXPECT_TRUE(gate_.Enter(1));
}

}  // namespace
}  // namespace quorate::rpc
