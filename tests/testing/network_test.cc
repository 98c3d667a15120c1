#include "testing/network.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::testing {
namespace {

TEST(NetworkTest, PassesWithinGroupsOnly) {
  Network network(4);
  EXPECT_TRUE(network.Passes(1, 2));
  ASSERT_TRUE(network.Partition({{1, 2}, {3}}).ok());
  EXPECT_TRUE(network.Passes(1, 2) && network.Passes(2, 1));
  EXPECT_FALSE(network.Passes(1, 3) || network.Passes(3, 1));
  EXPECT_FALSE(network.Passes(4, 1) || network.Passes(1, 4) || network.Passes(4, 3));
  network.Heal();
  EXPECT_TRUE(network.Passes(1, 3) && network.Passes(4, 1));
}

TEST(NetworkTest, CutsOneWay) {
  Network network(3);
  ASSERT_TRUE(network.Cut(1, 2).ok());
  EXPECT_FALSE(network.Passes(1, 2));
  EXPECT_TRUE(network.Passes(2, 1));
  ASSERT_TRUE(network.Partition({{1, 2, 3}}).ok());
  EXPECT_TRUE(network.Passes(1, 2));
}

TEST(NetworkTest, RefusesWhatMakesNoSenseAndChangesNothingThen) {
  Network network(3);
  EXPECT_EQ(ReasonOf(network.Partition({{1}, {2, 4}})), "NO_SUCH_NODE");
  EXPECT_EQ(ReasonOf(network.Partition({{1}, {2, 1}})), "NODE_TWICE");
  EXPECT_EQ(ReasonOf(network.Cut(0, 1)), "NO_SUCH_NODE");
  EXPECT_TRUE(network.Passes(1, 2));
}

}  // namespace
}  // namespace quorate::testing
