#include "base/hash.h"
#include "gtest/gtest.h"

namespace quorate {
namespace {

TEST(ArcOfTest, CutsTheRingIntoEqualArcs) {
  EXPECT_EQ(ArcOf(0, 4), 0u);
  EXPECT_EQ(ArcOf((uint64_t{1} << 62) - 1, 4), 0u);
  EXPECT_EQ(ArcOf(uint64_t{1} << 62, 4), 1u);
  EXPECT_EQ(ArcOf(~uint64_t{0}, 4), 3u);
  EXPECT_EQ(ArcOf(~uint64_t{0}, 1), 0u);
}

TEST(ArcOfTest, IsStableBecauseItDecidesWhereKeysLive) {
  EXPECT_EQ(ArcOf(~uint64_t{0}, 4096), 4095u);
  EXPECT_EQ(ArcOf(0x5555'5555'5555'5555u, 3), 0u);
  EXPECT_EQ(ArcOf(0x5555'5555'5555'5556u, 3), 1u);
}

}  // namespace
}  // namespace quorate
