#include "base/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace quorate {
namespace {

// Stored records and the places of keys depend on these for ever.
TEST(HashTest, IsXxh3AndNeverChanges) {
  EXPECT_EQ(Hash64(""), 0x2d06800538d394c2u);
  EXPECT_EQ(Hash64("a"), 0xe6c632b61e964e1fu);
  EXPECT_EQ(Hash64("quorate", 42), 0x38d01c4a805faba7u);
  EXPECT_EQ(Hash64(std::string(1000, 'x')), 0xc0a4877b962cba82u);
}

TEST(HashTest, TheSeedMatters) { EXPECT_NE(Hash64("a", 1), Hash64("a", 2)); }

TEST(PlacementTagTest, IsWhatStandsInTheFirstBraces) {
  EXPECT_EQ(PlacementTag("{user1}.name"), "user1");
  EXPECT_EQ(PlacementTag("a{b}c{d}"), "b");
  EXPECT_EQ(PlacementTag("a{b"), "a{b");
  EXPECT_EQ(PlacementTag("a}b{c}"), "c");
  EXPECT_EQ(PlacementTag("{a{b}c}"), "a{b");
}

TEST(PlacementTagTest, IsTheWholeKeyWithoutOne) {
  for (const char* key : {"", "plain", "a}b", "{", "}", "{}", "x{}y{z}", "}{"}) {
    EXPECT_EQ(PlacementTag(key), key);
  }
}

TEST(PlacementTagTest, KeysOfOneTagFallTogether) {
  EXPECT_EQ(KeyHash("{user1}.name"), KeyHash("{user1}.mail"));
  EXPECT_EQ(KeyHash("{user1}.name"), KeyHash("user1"));
  EXPECT_NE(KeyHash("{user1}.name"), KeyHash("{user2}.name"));
}

}  // namespace
}  // namespace quorate
