#include "check/bytes.h"

#include "gtest/gtest.h"

namespace quorate::check {
namespace {

TEST(IsUtf8Test, KnowsWellFormedText) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("aü€😀\x7f"));
  EXPECT_TRUE(IsUtf8("\xf4\x8f\xbf\xbf"));
}

TEST(IsUtf8Test, RefusesOverlongSurrogateAndCutSequences) {
  for (const char* bytes : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"}) {
    EXPECT_FALSE(IsUtf8(bytes));
  }
}

TEST(QuoteBytesTest, EscapesWhatIsNoTextAndCutsWhatIsLong) {
  EXPECT_EQ(QuoteBytes("ü\"\n"), "\"ü\\\"\\n\"");
  EXPECT_EQ(QuoteBytes("\xff\x01z"), "\"\\xff\\x01z\"");
  EXPECT_EQ(QuoteBytes(std::string(50, 'x')), "\"" + std::string(40, 'x') + "\"… (50 bytes)");
  EXPECT_EQ(QuoteBytes(std::string(39, 'x') + "üü"),
            "\"" + std::string(39, 'x') + "\"… (43 bytes)");
}

}  // namespace
}  // namespace quorate::check
