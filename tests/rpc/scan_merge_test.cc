#include "rpc/scan_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"

namespace quorate::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

kv::Page PageOf(std::vector<std::string> keys, bool more = false) {
  kv::Page page;
  for (std::string& key : keys) page.records.push_back({std::move(key), "value", 1});
  page.more = more;
  return page;
}

std::vector<std::string> KeysOf(const kv::Page& page) {
  std::vector<std::string> keys;
  for (const kv::Record& record : page.records) keys.push_back(record.key);
  return keys;
}

constexpr ScanBounds kWide = {1000, 1 << 20};

TEST(ScanMergeTest, OrdersKeysOverAllPartitions) {
  const kv::Page merged =
      MergePages({PageOf({"b", "e"}), PageOf({"a", "d"}), PageOf({"c"})}, kWide);
  EXPECT_THAT(KeysOf(merged), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_FALSE(merged.more);
}

TEST(ScanMergeTest, StopsWhereAPartitionHasNotToldEverything) {
  const kv::Page merged = MergePages({PageOf({"a", "c"}, true), PageOf({"b", "d", "e"})}, kWide);
  EXPECT_THAT(KeysOf(merged), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(merged.more);
}

TEST(ScanMergeTest, StopsAtTheLimitAndSaysThatThereIsMore) {
  const kv::Page merged = MergePages({PageOf({"a", "c"}), PageOf({"b"})}, {2, 1 << 20});
  EXPECT_THAT(KeysOf(merged), ElementsAre("a", "b"));
  EXPECT_TRUE(merged.more);
  EXPECT_FALSE(MergePages({PageOf({"a"}), PageOf({"b"})}, {2, 1 << 20}).more);
}

TEST(ScanMergeTest, StopsOnceTheBytesAreReachedButNeverBeforeOneRecord) {
  EXPECT_THAT(KeysOf(MergePages({PageOf({"a", "c"}), PageOf({"b"})}, {9, 7})),
              ElementsAre("a", "b"));
  EXPECT_THAT(KeysOf(MergePages({PageOf({"a"}), PageOf({"b"})}, {9, 1})), ElementsAre("a"));
}

TEST(ScanMergeTest, ComparesKeysAsUnsignedBytes) {
  const kv::Page merged = MergePages({PageOf({"\xff"}), PageOf({"a"})}, kWide);
  EXPECT_THAT(KeysOf(merged), ElementsAre("a", "\xff"));
}

TEST(ScanMergeTest, NothingComesOfNothing) {
  EXPECT_THAT(KeysOf(MergePages({}, kWide)), IsEmpty());
  EXPECT_FALSE(MergePages({kv::Page(), kv::Page()}, kWide).more);
}

TEST(ScanRangeTest, NarrowsByPrefixAndGoesOnBehindTheLastKey) {
  EXPECT_EQ(ScanRange("", "", "user:", std::nullopt)->start, "user:");
  EXPECT_EQ(ScanRange("", "", "user:", std::nullopt)->end, "user;");
  EXPECT_EQ(ScanRange("user:5", "user:7", "user:", std::nullopt)->start, "user:5");
  EXPECT_EQ(ScanRange("user:5", "user:7", "user:", std::nullopt)->end, "user:7");
  EXPECT_EQ(ScanRange("a", "", "", "k")->start, std::string("k\0", 2));
}

TEST(ScanRangeTest, KnowsWhenNoKeyCanBeInIt) {
  EXPECT_FALSE(ScanRange("b", "a", "", std::nullopt).has_value());
  EXPECT_FALSE(ScanRange("z", "", "a", std::nullopt).has_value());
  EXPECT_FALSE(ScanRange("", "b", "a", "b").has_value());
}

TEST(ScanRangeTest, APrefixOfHighestBytesHasNoEnd) {
  EXPECT_EQ(PrefixEnd("\xff\xff"), "");
  EXPECT_EQ(PrefixEnd("a\xff"), "b");
  EXPECT_EQ(PrefixEnd(""), "");
}

// Pages that a partition would give, over and over, until the scan ends.
std::vector<std::string> ScanAll(const std::vector<std::vector<std::string>>& partitions,
                                 const ScanBounds& bounds, int* pages_taken) {
  std::vector<std::string> all;
  std::optional<std::string> last;
  while (true) {
    ++*pages_taken;
    const ScanBounds share = ShareOf(bounds, partitions.size());
    std::vector<kv::Page> pages;
    for (const auto& keys : partitions) {
      kv::Page page;
      for (const std::string& key : keys) {
        if (last && key <= *last) continue;
        if (page.records.size() == share.limit) {
          page.more = true;
          break;
        }
        page.records.push_back({key, "v", 1});
      }
      pages.push_back(std::move(page));
    }
    const kv::Page merged = MergePages(std::move(pages), bounds);
    for (const std::string& key : KeysOf(merged)) all.push_back(key);
    EXPECT_LE(merged.records.size(), bounds.limit);
    if (!merged.more) return all;
    if (merged.records.empty()) {
      ADD_FAILURE() << "a page without progress";
      return all;
    }
    last = merged.records.back().key;
  }
}

TEST(ScanMergeTest, PagesOverRandomPartitionsGiveEveryKeyOnceInOrder) {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::vector<std::string>> partitions(random.Between(1, 9));
    std::vector<std::string> expected;
    for (uint64_t i = random.Below(300); i > 0; --i) {
      expected.push_back("k" + std::to_string(100000 + i));
    }
    std::sort(expected.begin(), expected.end());
    // Sometimes one partition has nearly all.
    const bool skewed = random.Chance(0.3);
    for (const std::string& key : expected) {
      partitions[skewed && random.Chance(0.9) ? 0 : random.Below(partitions.size())].push_back(key);
    }
    int pages = 0;
    EXPECT_EQ(ScanAll(partitions, {static_cast<uint32_t>(random.Between(1, 60)), 1 << 20}, &pages),
              expected);
    EXPECT_GT(pages, 0);
  }
}

}  // namespace
}  // namespace quorate::rpc
