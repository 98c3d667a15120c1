#include "client/scan.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quorate {
namespace {

using testing::ElementsAre;

ScanPage Page(std::vector<std::string> keys, std::string cursor) {
  ScanPage page;
  for (std::string& key : keys) page.records.push_back({std::move(key), "value", 1});
  page.cursor = std::move(cursor);
  return page;
}

// Pages by the cursor that leads to them; the first one's is empty.
ScanCursor::FetchPage Pages(std::map<std::string, absl::StatusOr<ScanPage>> pages) {
  return [pages](const std::string& cursor) { return pages.at(cursor); };
}

std::vector<std::string> KeysOf(ScanCursor& scan) {
  std::vector<std::string> keys;
  for (const Record& record : scan) keys.push_back(record.key);
  return keys;
}

TEST(ScanCursorTest, WalksOverAllPages) {
  ScanCursor scan(Pages({{"", Page({"a", "b"}, "x")}, {"x", Page({"c"}, "")}}), 0);
  EXPECT_THAT(KeysOf(scan), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(scan.status().ok());
}

TEST(ScanCursorTest, PassesOverEmptyPagesThatAreNotTheLast) {
  ScanCursor scan(Pages({{"", Page({}, "x")}, {"x", Page({}, "y")}, {"y", Page({"a"}, "")}}), 0);
  EXPECT_THAT(KeysOf(scan), ElementsAre("a"));
}

TEST(ScanCursorTest, EndsAtOnceWhereThereIsNothing) {
  ScanCursor scan(Pages({{"", Page({}, "")}}), 0);
  EXPECT_FALSE(scan.Next());
  EXPECT_FALSE(scan.Next());
  EXPECT_TRUE(scan.status().ok());
}

TEST(ScanCursorTest, StopsAtItsLimitWithoutAskingForMore) {
  ScanCursor scan(Pages({{"", Page({"a", "b"}, "x")}}), 2);  // "x" would throw
  EXPECT_THAT(KeysOf(scan), ElementsAre("a", "b"));
}

TEST(ScanCursorTest, TellsAnEarlyEndFromTheEnd) {
  ScanCursor scan(Pages({{"", Page({"a"}, "x")}, {"x", absl::UnavailableError("gone")}}), 0);
  EXPECT_THAT(KeysOf(scan), ElementsAre("a"));
  EXPECT_EQ(scan.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(scan.Next());
}

}  // namespace
}  // namespace quorate
