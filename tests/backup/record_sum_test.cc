#include "backup/record_sum.h"

#include <gtest/gtest.h>

#include "backup/heaps.h"

namespace quorate::backup {
namespace {

RecordSum SumOf(const Heap& heap) {
  RecordSum sum;
  for (const auto& [key, record] : heap) sum.Add(record, record.SerializeAsString());
  return sum;
}

TEST(RecordSumTest, IsTheSameHoweverTheRecordsAreSpread) {
  const Heap heap = RandomHeap(100, 1);
  RecordSum even, odd;
  bool is_odd = false;
  for (auto at = heap.rbegin(); at != heap.rend(); ++at, is_odd = !is_odd) {
    (is_odd ? odd : even).Add(at->second, at->second.SerializeAsString());
  }
  even.Add(odd);
  EXPECT_EQ(even, SumOf(heap));
}

TEST(RecordSumTest, TellsARecordThatIsMissingChangedOrThereTwice) {
  const Heap heap = RandomHeap(100, 1);
  Heap other = heap;
  other.erase(other.begin());
  EXPECT_FALSE(SumOf(other).SameLasting(SumOf(heap)));
  other = heap;
  other.begin()->second.set_value("changed");
  EXPECT_EQ(SumOf(other).records(), SumOf(heap).records());
  EXPECT_FALSE(SumOf(other).SameLasting(SumOf(heap)));
  RecordSum twice = SumOf(heap);
  twice.Add(SumOf({*heap.begin()}));
  EXPECT_FALSE(twice == SumOf(heap));
}

TEST(RecordSumTest, WhenARecordExpiresDoesNotMatterButThatItDoes) {
  Heap later, never;
  Heap heap;
  Put(heap, "k", "v", 1000);
  Put(later, "k", "v", 2000);
  Put(never, "k", "v");
  EXPECT_EQ(SumOf(heap), SumOf(later));
  EXPECT_FALSE(SumOf(heap) == SumOf(never));
  EXPECT_EQ(SumOf(heap).expiring(), 1u);
  Put(later, "k", "w", 2000);
  EXPECT_FALSE(SumOf(heap).SameExpiring(SumOf(later)));
}

TEST(RecordSumTest, TheOrderOfSiblingsDoesNotMatterButWhatTheyAre) {
  const auto with = [](const std::vector<std::string>& values) {
    Heap heap;
    heap["k"].set_key("k");
    for (const std::string& value : values) {
      heap["k"].mutable_merged()->add_siblings()->set_value(value);
    }
    return heap;
  };
  EXPECT_EQ(SumOf(with({"a", "b"})), SumOf(with({"b", "a"})));
  EXPECT_FALSE(SumOf(with({"a", "b"})) == SumOf(with({"a"})));
  EXPECT_FALSE(SumOf(with({"a", "b"})) == SumOf(with({"a", "c"})));
}

TEST(RecordSumTest, IsStoredAndReadAgain) {
  Heap heap = RandomHeap(10, 1);
  Put(heap, "expires", "v", 1000);
  v1::RecordSum stored;
  SumOf(heap).Fill(stored);
  EXPECT_EQ(RecordSum(stored), SumOf(heap));
}

}  // namespace
}  // namespace quorate::backup
