#include "base/suggest.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

const std::vector<std::string> kNames = {"listen", "peer-listen", "data-dir", "tick"};

TEST(SuggestTest, FindsTheNameBehindASwapOfLetters) {
  EXPECT_EQ(NearestName("listne", kNames), "listen");
  EXPECT_EQ(DidYouMean("datadir", kNames), "; did you mean \"data-dir\"?");
}

TEST(SuggestTest, IsSilentWhereNothingIsNear) {
  EXPECT_EQ(NearestName("replicas", kNames), std::nullopt);
  EXPECT_EQ(DidYouMean("x", kNames), "");
  EXPECT_EQ(NearestName(std::string(1 << 20, 'a'), kNames), std::nullopt);
}

}  // namespace
}  // namespace quorate
