#include "ring/upgrade.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::ring {
namespace {

Topology At(uint32_t protocol) {
  return *Bootstrap("cluster", {{NodeId(1), "h:1", "h:2", "", 100}}, protocol);
}

TEST(UpgradeTest, ItIsRaisedInTwoEpochsAndUsedInTheSecond) {
  constexpr Feature kFeature{"feature", 3};
  const Topology before = At(2);
  const auto next = WithProtocolNext(before, 3);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->epoch, before.epoch.next());
  EXPECT_EQ(next->protocol.needed(), 3u);
  EXPECT_FALSE(next->Active(kFeature));
  const Topology reached = WithProtocolReached(*next);
  EXPECT_EQ(reached.epoch, next->epoch.next());
  EXPECT_EQ(reached.protocol, (ClusterProtocol{.active = 3}));
  EXPECT_TRUE(reached.Active(kFeature));
}

TEST(UpgradeTest, ItIsNeverLoweredAndNotRaisedTwiceAtOnce) {
  EXPECT_EQ(*WithProtocolNext(At(2), 1), At(2));
  EXPECT_EQ(*WithProtocolNext(At(2), 2), At(2));
  const Topology raising = *WithProtocolNext(At(2), 3);
  EXPECT_EQ(*WithProtocolNext(raising, 3), raising);
  EXPECT_EQ(ReasonOf(WithProtocolNext(raising, 4).status()), "RAISE_UNDER_WAY");
}

TEST(UpgradeTest, WhereNothingIsOnTheWayNothingIsReached) {
  EXPECT_EQ(WithProtocolReached(At(2)), At(2));
}

TEST(UpgradeTest, ItIsKeptWithTheTopology) {
  const Topology raising = *WithProtocolNext(At(1), 2);
  EXPECT_EQ(*DecodeTopology(EncodeTopology(raising)), raising);
}

// As a build wrote it that knew of no versions.
TEST(UpgradeTest, ATopologyThatSaysNothingOfItIsAtTheFirst) {
  Topology silent = At(1);
  silent.protocol.active = 0;
  EXPECT_EQ(DecodeTopology(EncodeTopology(silent))->protocol, ClusterProtocol());
}

}  // namespace
}  // namespace quorate::ring
