#include "http2/headers.h"

#include <gtest/gtest.h>

#include <string>

namespace quorate::http2 {
namespace {

TEST(HeadersTest, ReadsATimeoutInEachUnit) {
  EXPECT_EQ(ParseTimeout("2H"), absl::Hours(2));
  EXPECT_EQ(ParseTimeout("3M"), absl::Minutes(3));
  EXPECT_EQ(ParseTimeout("4S"), absl::Seconds(4));
  EXPECT_EQ(ParseTimeout("250m"), absl::Milliseconds(250));
  EXPECT_EQ(ParseTimeout("6u"), absl::Microseconds(6));
  EXPECT_EQ(ParseTimeout("7n"), absl::Nanoseconds(7));
  EXPECT_EQ(ParseTimeout("0m"), absl::ZeroDuration());
  EXPECT_EQ(ParseTimeout("99999999H"), absl::Hours(99'999'999));
  EXPECT_EQ(ParseTimeout("00000001S"), absl::Seconds(1));
}

TEST(HeadersTest, RefusesWhatIsNoTimeout) {
  for (const char* text : {"", "S", "5", "123456789m", "-1S", "+1S", " 1S", "1S ", "1 S", "1.5S",
                           "1s", "1h", "1x", "0x1S", "١S", "1Sm"}) {
    EXPECT_EQ(ParseTimeout(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseTimeout(std::string("1\0S", 3)), std::nullopt);
}

TEST(HeadersTest, EncodesWhatAHeaderCannotCarry) {
  EXPECT_EQ(PercentEncode(""), "");
  EXPECT_EQ(PercentEncode("plain text, ~!"), "plain text, ~!");
  EXPECT_EQ(PercentEncode("100%"), "100%25");
  EXPECT_EQ(PercentEncode("a\nb\r\t\x7f"), "a%0Ab%0D%09%7F");
  EXPECT_EQ(PercentEncode("5 µs…"), "5 %C2%B5s%E2%80%A6");
  EXPECT_EQ(PercentEncode(std::string("\0\xff", 2)), "%00%FF");
}

TEST(HeadersTest, BinaryHeadersComeBackAsTheyWere) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    const auto decoded = DecodeBinary(EncodeBinary(bytes));
    ASSERT_TRUE(decoded) << i;
    EXPECT_EQ(*decoded, bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST(HeadersTest, BinaryHeadersAreSentWithoutPaddingAndReadEitherWay) {
  EXPECT_EQ(EncodeBinary("a"), "YQ");
  EXPECT_EQ(EncodeBinary("ab"), "YWI");
  EXPECT_EQ(EncodeBinary("abc"), "YWJj");
  EXPECT_EQ(DecodeBinary("YQ"), "a");
  EXPECT_EQ(DecodeBinary("YQ=="), "a");
  EXPECT_EQ(DecodeBinary("YWI="), "ab");
  EXPECT_EQ(DecodeBinary("/+8"), "\xff\xef");
  EXPECT_EQ(DecodeBinary(""), "");
}

TEST(HeadersTest, RefusesWhatIsNotBase64) {
  for (const char* text : {"Y", "YQ=", "YQ===", "Y*==", "%%%%", "ä"}) {
    EXPECT_EQ(DecodeBinary(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace quorate::http2
