#include "storage/memtable_runs.h"

#include <cstring>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <utility>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quorate {
namespace {

// Entries as a memtable lays them out, in the order of their insertion.
class Entries {
 public:
  void Add(const std::string& key, uint64_t tag) {
    std::string bytes(1, static_cast<char>(key.size() + sizeof(tag)));
    bytes += key;
    bytes.append(reinterpret_cast<const char*>(&tag), sizeof(tag));
    auto place = std::make_unique<std::max_align_t[]>(
        (sizeof(MemtableEntry) + bytes.size()) / sizeof(std::max_align_t) + 1);
    auto* entry = new (place.get()) MemtableEntry();
    std::memcpy(entry->bytes(), bytes.data(), bytes.size());
    places_.push_back(std::move(place));
    fresh_.emplace_back(entry);
  }
  // Those since the last call, in order.
  MemtableRun TakeRun() { return SortRun(std::exchange(fresh_, {})); }

 private:
  std::vector<std::unique_ptr<std::max_align_t[]>> places_;
  std::vector<SortedEntry> fresh_;
};

TEST(MemtableRunsTest, OrdersByBytesThenTheYoungerFirst) {
  Entries entries;
  // 16 bytes and more, which differ before, at and behind their 8th and 16th.
  const std::vector<std::string> keys = {"",
                                         std::string(1, '\0'),
                                         "a",
                                         std::string("a\0", 2),
                                         "abcdefgh",
                                         "abcdefgi",
                                         std::string(16, 'k'),
                                         "kkkkkkkkkkkkkkkk!",
                                         "kkkkkkkkkkkkkkkl",
                                         "z\xff"};
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    entries.Add(*key, 1);
    entries.Add(*key, 2);
  }
  const MemtableRun run = entries.TakeRun();
  ASSERT_EQ(run.size(), 2 * keys.size());
  for (size_t i = 0; i < run.size(); ++i) {
    EXPECT_EQ(run[i].entry()->key().key, keys[i / 2]);
    EXPECT_EQ(run[i].entry()->key().tag, i % 2 == 0 ? 2U : 1U);
  }
}

TEST(MemtableRunsTest, StayFewAndHoldEverything) {
  Random random(3);
  Entries entries;
  MemtableRuns runs;
  std::set<std::string> keys;
  uint64_t tag = 0;
  for (int round = 0; round < 2'000; ++round) {
    for (uint64_t count = 1 + random.Below(random.Below(100) + 1); count > 0; --count) {
      const std::string key = std::to_string(random.Below(1'000'000));
      keys.insert(key);
      entries.Add(key, ++tag);
    }
    runs = WithRun(runs, entries.TakeRun());
    ASSERT_LE(runs.size(), 40U);
  }
  size_t count = 0;
  std::set<std::string> seen;
  MemtableCursor cursor(std::make_shared<const MemtableRuns>(runs));
  std::optional<VersionedKey> last;
  for (cursor.ToFirst(); cursor.Valid(); cursor.Next(), ++count) {
    const VersionedKey key = cursor.entry()->key();
    if (last) {
      ASSERT_TRUE(last->IsBefore(key));
    }
    last = key;
    seen.emplace(key.key);
  }
  EXPECT_EQ(count, tag);
  EXPECT_EQ(seen, keys);
}

TEST(MemtableRunsTest, CursorTurnsRoundWhereItStands) {
  Random random(5);
  Entries entries;
  MemtableRuns runs;
  std::set<std::string> keys;
  for (int round = 0; round < 20; ++round) {
    const std::string key = std::to_string(random.Below(1'000));
    if (!keys.insert(key).second) continue;
    entries.Add(key, 9);
    // Of sizes that are never merged.
    runs.push_back(std::make_shared<const MemtableRun>(entries.TakeRun()));
  }
  MemtableCursor cursor(std::make_shared<const MemtableRuns>(runs));
  cursor.ToLast();
  auto expected = std::prev(keys.end());
  for (int step = 0; step < 500; ++step) {
    ASSERT_TRUE(cursor.Valid());
    ASSERT_EQ(cursor.entry()->key().key, *expected);
    const bool forward =
        expected == keys.begin() || (std::next(expected) != keys.end() && random.Below(2) == 0);
    if (forward) {
      cursor.Next();
      ++expected;
    } else {
      cursor.Previous();
      --expected;
    }
  }
  cursor.ToFirst();
  cursor.Previous();
  EXPECT_FALSE(cursor.Valid());
  cursor.ToLast();
  cursor.Next();
  EXPECT_FALSE(cursor.Valid());
}

}  // namespace
}  // namespace quorate
