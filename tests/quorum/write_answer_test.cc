#include <gtest/gtest.h>

#include "quorum/message.h"

namespace quorate::quorum {
namespace {

TEST(WriteAnswerTest, TakesInTheNextIdIfTheAnswerIsTheSame) {
  WriteAnswer answer{7, false};
  EXPECT_TRUE(answer.TakeIn({8, false}));
  EXPECT_TRUE(answer.TakeIn({9, false}));
  EXPECT_EQ(answer, (WriteAnswer{7, false, {}, 3}));
}

TEST(WriteAnswerTest, TakesInNothingElse) {
  const std::map<NodeId, Boot> lives = {{NodeId(3), Boot(7)}};
  WriteAnswer answer{7, false, {}, 2};
  for (const WriteAnswer& other : {WriteAnswer{8, false}, WriteAnswer{10, false},
                                   WriteAnswer{9, true}, WriteAnswer{9, false, lives}}) {
    EXPECT_FALSE(answer.TakeIn(other));
  }
  EXPECT_EQ(answer, (WriteAnswer{7, false, {}, 2}));
}

TEST(WriteAnswerTest, StandsForNoMoreThanAReceiverTakes) {
  WriteAnswer answer{1, false, {}, WriteAnswer::kCountMax - 1};
  EXPECT_TRUE(answer.TakeIn({WriteAnswer::kCountMax, false}));
  EXPECT_FALSE(answer.TakeIn({WriteAnswer::kCountMax + 1, false}));
  const Identity from{NodeId(1), Boot(1)};
  EXPECT_TRUE(
      DecodeMessage(from.node, NodeId(2), EncodeMessage({from, NodeId(2), Boot(), answer})).ok());
  ++answer.count;
  EXPECT_FALSE(
      DecodeMessage(from.node, NodeId(2), EncodeMessage({from, NodeId(2), Boot(), answer})).ok());
}

}  // namespace
}  // namespace quorate::quorum
