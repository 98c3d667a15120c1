#include "rpc/turn_end.h"

#include <gtest/gtest.h>

#include <vector>

namespace quorate::rpc {
namespace {

TEST(TurnEndTest, RunsWhatWasPutOffInOrderWhenTheTurnEnds) {
  std::vector<int> ran;
  {
    TurnEnd::Scope turn;
    EXPECT_TRUE(TurnEnd::InTurn());
    TurnEnd::Defer([&] { ran.push_back(1); });
    TurnEnd::Defer([&] {
      ran.push_back(2);
      TurnEnd::Defer([&] { ran.push_back(3); });  // no turn any more: at once
    });
    EXPECT_TRUE(ran.empty());
  }
  EXPECT_EQ(ran, (std::vector<int>{1, 2, 3}));
}

TEST(TurnEndTest, RunsAtOnceOutsideATurn) {
  bool ran = false;
  TurnEnd::Defer([&] { ran = true; });
  EXPECT_TRUE(ran);
  EXPECT_FALSE(TurnEnd::InTurn());
}

}  // namespace
}  // namespace quorate::rpc
