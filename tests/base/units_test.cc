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

TEST(UnitsTest, ReadsSharesInPercentAndInPartsPerMillion) {
  EXPECT_EQ(*ParsePpm("1%"), 10'000u);
  EXPECT_EQ(*ParsePpm("0.0003%"), 3u);
  EXPECT_EQ(*ParsePpm("200ppm"), 200u);
  EXPECT_EQ(*ParsePpm("100%"), 1'000'000u);
  EXPECT_EQ(*ParsePpm("0"), 0u);
  for (const char* text : {"", "1", "%", "-1%", "101%", "0.5ppm", "nan%", "1 percent"}) {
    EXPECT_FALSE(ParsePpm(text).ok()) << text;
  }
}

TEST(UnitsTest, WritesAShareSoThatItReadsBack) {
  for (uint32_t ppm : {0u, 1u, 500u, 12'345u, 99'999u, 100'000u}) {
    EXPECT_EQ(*ParsePpm(FormatPpm(ppm)), ppm) << FormatPpm(ppm);
  }
  EXPECT_EQ(FormatPpm(10'000), "1%");
}

}  // namespace
}  // namespace quorate
