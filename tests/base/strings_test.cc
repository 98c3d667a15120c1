#include "base/strings.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

TEST(StringsTest, BothKindsOfViewsAreJoined) {
  const std::string_view std_view = "a";
  std::string text = StrCat(std_view, ToAbsl("b"), 3, "c");
  StrAppend(&text, std_view, 4);
  EXPECT_EQ(text, "ab3ca4");
}

TEST(PrintableBytesTest, EscapesAndCuts) {
  EXPECT_EQ(PrintableBytes("user:42"), "user:42");
  EXPECT_EQ(PrintableBytes(std::string("a\0\xff\n", 4)), "a\\x00\\xff\\n");
  EXPECT_EQ(PrintableBytes(std::string(64, 'x')), std::string(64, 'x'));
  EXPECT_EQ(PrintableBytes(std::string(65, 'x')), std::string(64, 'x') + "... (65 bytes)");
}

}  // namespace
}  // namespace quorate
