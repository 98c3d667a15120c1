#include "quorum/counter_set.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace quorate::quorum {
namespace {

CounterSet Of(const std::vector<CounterRange>& ranges) {
  CounterSet set;
  for (const CounterRange& range : ranges) set.Add(range);
  return set;
}

TEST(CounterSetTest, TheBaseEndsAtTheFirstHole) {
  CounterSet set = Of({{1, 3}, {5, 5}});
  EXPECT_EQ(set.base(), 3u);
  EXPECT_FALSE(set.Contains(4));
  set.Add(4);
  EXPECT_EQ(set, Of({{1, 5}}));
  EXPECT_EQ(Of({{2, 9}}).base(), 0u);
}

TEST(CounterSetTest, IsTheSameWhateverTheOrder) {
  EXPECT_EQ(Of({{7, 9}, {1, 2}, {3, 4}, {8, 12}}), Of({{1, 4}, {7, 12}}));
  EXPECT_EQ(Of({{1, 2}, {4, 5}, {7, 8}, {2, 7}}), Of({{1, 8}}));
}

// Against plain sets of numbers.
TEST(CounterSetTest, DoesWhatASetOfNumbersDoes) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const auto some = [&](std::set<uint64_t>& numbers) {
      CounterSet set;
      for (uint64_t i = random.Below(8); i > 0; --i) {
        const uint64_t first = random.Between(1, 30);
        const uint64_t last = first + random.Below(6);
        set.Add({first, last});
        for (uint64_t at = first; at <= last; ++at) numbers.insert(at);
      }
      return set;
    };
    std::set<uint64_t> a_numbers;
    std::set<uint64_t> b_numbers;
    const CounterSet a = some(a_numbers);
    const CounterSet b = some(b_numbers);
    CounterSet rest = a;
    rest.Subtract(b);
    CounterSet all = a;
    all.Merge(b);
    const CounterSet both = Intersect(a, b);
    bool covers = true;
    for (uint64_t at = 1; at <= 40; ++at) {
      const bool in_a = a_numbers.contains(at);
      const bool in_b = b_numbers.contains(at);
      ASSERT_EQ(a.Contains(at), in_a);
      ASSERT_EQ(rest.Contains(at), in_a && !in_b);
      ASSERT_EQ(all.Contains(at), in_a || in_b);
      ASSERT_EQ(both.Contains(at), in_a && in_b);
      covers = covers && (in_a || !in_b);
    }
    ASSERT_EQ(a.Covers(b), covers);
    ASSERT_EQ(a.size(), a_numbers.size());
    for (size_t i = 1; i < all.ranges().size(); ++i) {
      ASSERT_GT(all.ranges()[i].first, all.ranges()[i - 1].last + 1) << "two ranges for one";
    }
  }
}

}  // namespace
}  // namespace quorate::quorum
