#include "base/varint.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

TEST(VarintTest, ComesBackAndTakesNoMoreThanItsOwn) {
  for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, ~uint64_t{0}}) {
    std::string bytes;
    AppendVarint(value, bytes);
    bytes += "rest";
    std::string_view left = bytes;
    EXPECT_EQ(TakeVarint(left), value);
    EXPECT_EQ(left, "rest");
  }
}

TEST(VarintTest, ACutOffOrEndlessOneIsNone) {
  const std::string endless(11, '\x80');
  for (std::string_view bytes :
       {std::string_view(), std::string_view(endless).substr(0, 1), std::string_view(endless)}) {
    EXPECT_EQ(TakeVarint(bytes), std::nullopt);
  }
}

}  // namespace
}  // namespace quorate
