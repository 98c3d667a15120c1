#include "check/quote.h"

#include "gtest/gtest.h"

namespace quorate::check {
namespace {

TEST(QuoteBytesTest, EscapesWhatIsNoTextAndCutsWhatIsLong) {
  EXPECT_EQ(QuoteBytes("ü\"\n"), "\"ü\\\"\\n\"");
  EXPECT_EQ(QuoteBytes("\xff\x01z"), "\"\\xff\\x01z\"");
  EXPECT_EQ(QuoteBytes(std::string(50, 'x')), "\"" + std::string(40, 'x') + "\"… (50 bytes)");
  EXPECT_EQ(QuoteBytes(std::string(39, 'x') + "üü"),
            "\"" + std::string(39, 'x') + "\"… (43 bytes)");
}

}  // namespace
}  // namespace quorate::check
