// Properties of the CRDT policies over random schedules, which shrink. The same on
// every run; RC_PARAMS="seed=n max_success=m" asks for others.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>

#include "base/random.h"
#include "crdt_kinds.h"

namespace rc {

template <>
struct Arbitrary<quorate::quorum::CrdtStep> {
  static Gen<quorate::quorum::CrdtStep> arbitrary() {
    using Step = quorate::quorum::CrdtStep;
    const auto byte = gen::inRange<uint8_t>(0, 254);
    return gen::build<Step>(gen::set(&Step::what, byte), gen::set(&Step::at, byte),
                            gen::set(&Step::with, byte), gen::set(&Step::kind, byte),
                            gen::set(&Step::value, byte));
  }
};

}  // namespace rc

namespace quorate::quorum {

void showValue(const CrdtStep& step, std::ostream& out) {
  out << "{" << int{step.what} << "," << int{step.at} << "," << int{step.with} << ","
      << int{step.kind} << "," << int{step.value} << "}";
}

namespace {

using Steps = std::vector<CrdtStep>;

const int kSeeded = setenv("RC_PARAMS", "seed=1 max_success=200", 0);

template <class T>
class CrdtPropertyTest : public ::testing::Test {};
using Kinds = ::testing::Types<CounterKind, SiblingsKind, SetKind, MapKind>;
TYPED_TEST_SUITE(CrdtPropertyTest, Kinds);

Steps LongSchedule() { return *rc::gen::scale(3.0, rc::gen::arbitrary<Steps>()); }

template <class Body>
std::string Merged(Body a, const Body& b) {
  a.Merge(b);
  return a.Encode();
}

TYPED_TEST(CrdtPropertyTest, MergesInAnyOrderAndAnyNumberOfTimesTheSame) {
  EXPECT_TRUE(rc::check([] {
    CrdtWorld<TypeParam> world({.forget = false});
    for (const CrdtStep& step : LongSchedule()) world.Take(step);
    auto a = world.body(0);
    auto b = world.body(1);
    const auto c = world.body(2);
    RC_ASSERT(Merged(a, b) == Merged(b, a));
    RC_ASSERT(Merged(a, a) == a.Encode());
    auto left = a;
    left.Merge(b);
    b.Merge(c);
    RC_ASSERT(Merged(left, c) == Merged(a, b));
    RC_ASSERT(Merged(left, a) == left.Encode());
  }));
}

TYPED_TEST(CrdtPropertyTest, ShowsWhatItsWritesSayAtEachStepAndLosesNone) {
  EXPECT_TRUE(rc::check([] {
    CrdtWorld<TypeParam> world({.forget = false});
    for (const CrdtStep& step : LongSchedule()) {
      world.Take(step);
      RC_ASSERT(world.Complaint() == "");
    }
    world.Settle();
    RC_ASSERT(world.Complaint() == "");
    RC_ASSERT(world.Disagreement() == "");
  }));
}

// Vectors forget, and what one of them forgot may still come late.
TYPED_TEST(CrdtPropertyTest, BringsNothingBackThatWasForgottenOnceCovered) {
  size_t forgotten = 0;
  EXPECT_TRUE(rc::check([&] {
    CrdtWorld<TypeParam> world;
    for (const CrdtStep& step : LongSchedule()) {
      world.Take(step);
      RC_ASSERT(world.Complaint() == "");
    }
    world.Settle();
    RC_ASSERT(world.Complaint() == "");
    RC_ASSERT(world.Disagreement() == "");
    forgotten += world.forgotten();
  }));
  const size_t wanted = std::is_same_v<TypeParam, CounterKind> ? 0 : 5;
  EXPECT_GE(forgotten, wanted);
}

// The first run of `seeds_max` that shows the fault; 0: none.
template <class T>
uint64_t Hunt(CrdtWorldOptions options, uint64_t seeds_max) {
  for (uint64_t seed = 1; seed <= seeds_max; ++seed) {
    Random random(seed);
    CrdtWorld<T> world(options);
    for (int i = 0; i < 80; ++i) {
      const uint64_t bits = random.Next();
      world.Take({static_cast<uint8_t>(bits), static_cast<uint8_t>(bits >> 8),
                  static_cast<uint8_t>(bits >> 16), static_cast<uint8_t>((bits >> 24) % 254),
                  static_cast<uint8_t>(bits >> 32)});
    }
    if (!world.Complaint().empty()) return seed;
    world.Settle();
    if (!world.Complaint().empty() || !world.Disagreement().empty()) return seed;
  }
  return 0;
}

TYPED_TEST(CrdtPropertyTest, HoldsOverManyLongSchedules) {
  EXPECT_EQ(Hunt<TypeParam>({}, 2000), 0u);
}

TEST(CrdtFaultTest, CatchesFoldingBeforeTheEndedBootsAreSettled) {
  const uint64_t seed = Hunt<CounterKind>({.fold_unsettled = true}, 500);
  EXPECT_NE(seed, 0u);
  RecordProperty("runs", std::to_string(seed));
}

TEST(CrdtFaultTest, CatchesForgettingBeforeAllIsCovered) {
  EXPECT_NE(Hunt<SiblingsKind>({.forget_uncovered = true}, 500), 0u);
  EXPECT_NE(Hunt<SetKind>({.forget_uncovered = true}, 500), 0u);
}

}  // namespace
}  // namespace quorate::quorum
