#include "rpc/scan_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::rpc {
namespace {

const uint64_t kMark = ScanMark(7, "user:", "");

TEST(ScanCursorTest, GivesBackTheLastKey) {
  const std::string key("a\0b", 3);
  EXPECT_EQ(*DecodeCursor(EncodeCursor(kMark, key), kMark), key);
}

TEST(ScanCursorTest, RefusesEveryFlippedBit) {
  const std::string good = EncodeCursor(kMark, "user:42");
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(ReasonOf(DecodeCursor(bad, kMark).status()), "BAD_CURSOR") << "bit " << bit;
  }
}

TEST(ScanCursorTest, RefusesWhatIsCutOrMadeUp) {
  const std::string good = EncodeCursor(kMark, "user:42");
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(DecodeCursor(good.substr(0, size), kMark).ok()) << size;
  }
  EXPECT_FALSE(DecodeCursor("next", kMark).ok());
}

TEST(ScanCursorTest, RefusesTheCursorOfAnotherScan) {
  const std::string cursor = EncodeCursor(kMark, "user:42");
  for (uint64_t other : {ScanMark(8, "user:", ""), ScanMark(7, "user", ""),
                         ScanMark(7, "user:", "x"), ScanMark(7, "", "user:")}) {
    const absl::Status status = DecodeCursor(cursor, other).status();
    EXPECT_EQ(ReasonOf(status), "BAD_CURSOR");
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("another scan"));
  }
}

}  // namespace
}  // namespace quorate::rpc
