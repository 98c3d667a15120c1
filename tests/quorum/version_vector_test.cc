#include "quorum/version_vector.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace quorate::quorum {
namespace {

using Order = VersionVector::Order;

Identity Of(uint64_t node, uint64_t boot = 1) { return {NodeId(node), Boot(boot)}; }

VersionVector Vector(std::initializer_list<Dot> dots) {
  VersionVector vector;
  for (const Dot& dot : dots) vector.Add(dot);
  return vector;
}

TEST(VersionVectorTest, CoversADotAndThoseOfItsIdentityBefore) {
  const VersionVector vector = Vector({{Of(1), 5}, {Of(2), 3}});
  EXPECT_TRUE(vector.Covers(Dot{Of(1), 5}));
  EXPECT_TRUE(vector.Covers(Dot{Of(1), 1}));
  EXPECT_FALSE(vector.Covers(Dot{Of(1), 6}));
  EXPECT_FALSE(vector.Covers(Dot{Of(1, 2), 1}));
  EXPECT_FALSE(vector.Covers(Dot{Of(3), 1}));
}

TEST(VersionVectorTest, TellsWhichOfTwoSawMore) {
  const VersionVector low = Vector({{Of(1), 1}});
  const VersionVector high = Vector({{Of(1), 2}, {Of(2), 1}});
  const VersionVector other = Vector({{Of(3), 1}});
  EXPECT_EQ(low.Compare(high), Order::kBefore);
  EXPECT_EQ(high.Compare(low), Order::kAfter);
  EXPECT_EQ(low.Compare(low), Order::kEqual);
  EXPECT_EQ(low.Compare(other), Order::kConcurrent);
  EXPECT_EQ(VersionVector().Compare(low), Order::kBefore);
}

TEST(VersionVectorTest, MergesToWhatBothSaw) {
  VersionVector a = Vector({{Of(1), 4}, {Of(2), 1}});
  a.Merge(Vector({{Of(1), 2}, {Of(2), 6}, {Of(3), 1}}));
  EXPECT_EQ(a, Vector({{Of(1), 4}, {Of(2), 6}, {Of(3), 1}}));
  a.Add(Dot{Of(1), 2});  // never back
  a.Add(Dot());
  EXPECT_EQ(a.CounterOf(Of(1)), 4u);
  EXPECT_EQ(a.entries().size(), 3u);
}

TEST(VersionVectorTest, ReadsWhatItWrote) {
  for (const VersionVector& vector :
       {VersionVector(), Vector({{Of(1), 1}}), Vector({{Of(9, 1000), ~uint64_t{1}}, {Of(1), 7}})}) {
    const absl::StatusOr<VersionVector> read = VersionVector::Decode(vector.Encode());
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, vector);
  }
}

std::string ReasonFor(const std::string& bytes) {
  const absl::StatusOr<VersionVector> read = VersionVector::Decode(bytes);
  return read.ok() ? "fine" : ReasonOf(read.status());
}

TEST(VersionVectorTest, RefusesWhatItNeverWrote) {
  const std::string good = Vector({{Of(1), 1}, {Of(2), 3}}).Encode();
  EXPECT_EQ(ReasonFor(""), "BAD_VERSION_VECTOR");
  EXPECT_EQ(ReasonFor(std::string(1, '\0')), "BAD_VERSION_VECTOR");
  EXPECT_EQ(ReasonFor("\2"), "NEWER_FORMAT");
  EXPECT_EQ(ReasonFor(good + "x"), "BAD_VERSION_VECTOR");
  for (size_t i = 1; i < good.size(); ++i) {
    EXPECT_EQ(ReasonFor(good.substr(0, i)), "BAD_VERSION_VECTOR") << i;
  }
  EXPECT_EQ(ReasonFor({1, 2, 2, 1, 3, 1, 1, 1}), "BAD_VERSION_VECTOR");  // n2 before n1
  EXPECT_EQ(ReasonFor({1, 1, 1, 1, 0}), "BAD_VERSION_VECTOR");           // counter 0
}

TEST(VersionVectorTest, ReadsGarbageToTheSameBytesOrNotAtAll) {
  Random random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(1, '\1');
    for (uint64_t n = random.Below(12); n > 0; --n) {
      bytes.push_back(static_cast<char>(random.Below(random.Chance(0.8) ? 4 : 256)));
    }
    const absl::StatusOr<VersionVector> read = VersionVector::Decode(bytes);
    if (!read.ok()) continue;
    const absl::StatusOr<VersionVector> again = VersionVector::Decode(read->Encode());
    ASSERT_TRUE(again.ok() && *again == *read);
  }
}

}  // namespace
}  // namespace quorate::quorum
