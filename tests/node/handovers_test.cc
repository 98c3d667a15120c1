#include "node/handovers.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate {
namespace {

constexpr NodeId kFrom{3};
constexpr PartitionId kPartition{7};

class HandoversTest : public ::testing::Test {
 protected:
  ReplyFn Into(std::vector<std::string>& told) {
    return [&told](Reply reply) {
      told.push_back(reply.status.ok() ? "done" : ReasonOf(reply.status));
    };
  }
  Handovers handovers_;
  std::vector<std::string> told_;
};

TEST_F(HandoversTest, WhatComesAgainIsAnsweredAndNotDoneAgain) {
  ReplyFn first = Into(told_);
  ASSERT_TRUE(handovers_.Begin(kFrom, kPartition, 5, first));
  ReplyFn again = Into(told_);
  EXPECT_FALSE(handovers_.Begin(kFrom, kPartition, 5, again));
  std::move(first)(Reply());
  EXPECT_EQ(told_, std::vector<std::string>{"done"}) << "to who asked last";
  ReplyFn late = Into(told_);
  EXPECT_FALSE(handovers_.Begin(kFrom, kPartition, 5, late));
  EXPECT_EQ(told_, (std::vector<std::string>{"done", "done"}));
}

TEST_F(HandoversTest, WhatWasCertainlyNotDoneIsDoneWhenItComesAgain) {
  ReplyFn first = Into(told_);
  ASSERT_TRUE(handovers_.Begin(kFrom, kPartition, 5, first));
  Reply refused;
  refused.status = MakeError(absl::StatusCode::kUnavailable, "REPLICA_FILLING", "not yet");
  std::move(first)(std::move(refused));
  ReplyFn again = Into(told_);
  EXPECT_TRUE(handovers_.Begin(kFrom, kPartition, 5, again));
}

TEST_F(HandoversTest, WhatMayHaveBeenDoneIsNotDoneAgain) {
  ReplyFn first = Into(told_);
  ASSERT_TRUE(handovers_.Begin(kFrom, kPartition, 5, first));
  Reply lost;
  lost.status =
      MakeError(absl::StatusCode::kUnavailable, "REPLICAS_LOST", "perhaps", Applied::kUnknown);
  std::move(first)(std::move(lost));
  ReplyFn again = Into(told_);
  EXPECT_FALSE(handovers_.Begin(kFrom, kPartition, 5, again));
  EXPECT_EQ(told_.back(), "REPLICAS_LOST");
}

TEST_F(HandoversTest, TheNextAndThoseOfOtherPartitionsAndSendersAreDone) {
  for (const auto& [from, partition, hint] :
       {std::tuple{kFrom, kPartition, 5}, std::tuple{kFrom, kPartition, 6},
        std::tuple{kFrom, PartitionId(8), 5}, std::tuple{NodeId(4), kPartition, 5}}) {
    ReplyFn reply = Into(told_);
    EXPECT_TRUE(handovers_.Begin(from, partition, static_cast<uint64_t>(hint), reply));
  }
  ReplyFn old = Into(told_);
  EXPECT_FALSE(handovers_.Begin(kFrom, kPartition, 5, old));
}

}  // namespace
}  // namespace quorate
