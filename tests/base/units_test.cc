#include "base/units.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

TEST(UnitsTest, ReadsSizesInPowersOf1024AndOf1000) {
  EXPECT_EQ(*ParseBytes("64MiB"), 64u << 20);
  EXPECT_EQ(*ParseBytes("1.5KiB"), 1536u);
  EXPECT_EQ(*ParseBytes("10kB"), 10'000u);
  EXPECT_EQ(*ParseBytes("7B"), 7u);
  EXPECT_EQ(*ParseBytes("0"), 0u);
}

TEST(UnitsTest, RefusesSizesThatLeaveTheUnitOrAPartOfAByteOpen) {
  for (const char* text :
       {"", "64", "MiB", "-1KiB", "64 mib", "0.3B", "nanKiB", "infB", "9e30GiB"}) {
    EXPECT_FALSE(ParseBytes(text).ok()) << text;
  }
}

TEST(UnitsTest, WritesASizeSoThatItReadsBack) {
  for (uint64_t bytes :
       {uint64_t{0}, uint64_t{1}, uint64_t{1000}, uint64_t{1024}, uint64_t{3} << 30}) {
    EXPECT_EQ(*ParseBytes(FormatBytes(bytes)), bytes);
  }
  EXPECT_EQ(FormatBytes(64 << 20), "64MiB");
}

TEST(UnitsTest, RefusesTimeSpansWithoutUnitNegativeOrEndless) {
  EXPECT_EQ(*ParseDuration("1m30s"), absl::Seconds(90));
  for (const char* text : {"150", "-1s", "inf", "soon", ""}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

}  // namespace
}  // namespace quorate
