#include "node/handovers.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

constexpr NodeId kFrom{3};
constexpr PartitionId kPartition{7};

TEST(HandoversTest, WhatWasSentBeforeTheNewestThatCameIsNotBegun) {
  Handovers handovers;
  EXPECT_TRUE(handovers.Begin(kFrom, kPartition, 10));
  EXPECT_TRUE(handovers.Begin(kFrom, kPartition, 14));
  EXPECT_FALSE(handovers.Begin(kFrom, kPartition, 12));
  EXPECT_TRUE(handovers.Begin(kFrom, PartitionId(8), 12));
  EXPECT_TRUE(handovers.Begin(NodeId(4), kPartition, 12));
}

}  // namespace
}  // namespace quorate
