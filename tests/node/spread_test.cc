#include "node/spread.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

class SpreadTest : public ::testing::Test {
 protected:
  void Add(uint64_t epoch, absl::Duration until) {
    spread_.Add(Epoch(epoch), until, [this, epoch] { told_.push_back(epoch); });
  }
  Spread spread_;
  std::vector<uint64_t> told_;
};

TEST_F(SpreadTest, WaitsUntilEverybodyKnows) {
  Add(2, absl::InfiniteDuration());
  Add(3, absl::InfiniteDuration());
  spread_.Check(Epoch(1), absl::Seconds(1));
  EXPECT_TRUE(told_.empty());
  spread_.Check(Epoch(2), absl::Seconds(1));
  EXPECT_EQ(told_, std::vector<uint64_t>{2});
  spread_.Check(Epoch(9), absl::Seconds(1));
  spread_.Check(Epoch(9), absl::Seconds(1));
  EXPECT_EQ(told_, (std::vector<uint64_t>{2, 3}));
}

TEST_F(SpreadTest, GivesUpInTime) {
  Add(2, absl::Seconds(2));
  spread_.Check(Epoch(1), absl::Seconds(1));
  EXPECT_TRUE(told_.empty());
  spread_.Check(Epoch(1), absl::Seconds(2));
  EXPECT_EQ(told_, std::vector<uint64_t>{2});
}

TEST_F(SpreadTest, WhoIsToldMayWaitForMore) {
  spread_.Add(Epoch(2), absl::InfiniteDuration(), [this] { Add(3, absl::InfiniteDuration()); });
  spread_.Check(Epoch(2), absl::ZeroDuration());
  spread_.Check(Epoch(3), absl::ZeroDuration());
  EXPECT_EQ(told_, std::vector<uint64_t>{3});
}

}  // namespace
}  // namespace quorate
