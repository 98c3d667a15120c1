#include "check/linearizable.h"

#include "base/random.h"
#include "check/format.h"
#include "check/operations.h"
#include "check/random_history.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

Verdict VerdictOf(std::vector<Operation> operations) {
  return CheckLinearizable(HistoryOf(std::move(operations))).verdict;
}

// Something concurrent on another key, so that a short history isn't void.
std::vector<Operation> Beside(std::vector<Operation> operations) {
  operations.push_back(Put("other", "x", {0, 10}));
  operations.push_back(Get("other", "x", {5, 10}));
  return operations;
}

TEST(LinearizableTest, AReadMayMissAWriteOnlyWhileItIsUnderWay) {
  EXPECT_EQ(VerdictOf({Put("a", "x", {0, 10}), Get("a", std::nullopt, {1, 5})}), Verdict::kPassed);
  EXPECT_EQ(VerdictOf({Put("a", "x", {0, 10}), Get("a", "x", {1, 5})}), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Beside({Put("a", "x", {0, 10}), Get("a", std::nullopt, {11, 15})})),
            Verdict::kViolated);
}

TEST(LinearizableTest, WhatEndsAndBeginsInOneMicrosecondIsConcurrent) {
  EXPECT_EQ(VerdictOf({Put("a", "x", {0, 10}), Get("a", std::nullopt, {10, 15})}),
            Verdict::kPassed);
}

TEST(LinearizableTest, ReadsDoNotGoBack) {
  EXPECT_EQ(
      VerdictOf({Put("a", "x", {0, 30}), Get("a", "x", {5, 10}), Get("a", std::nullopt, {11, 20})}),
      Verdict::kViolated);
}

TEST(LinearizableTest, AnUnknownWriteMayTakeEffectLateOnceOrNever) {
  const Operation put = Put("a", "old", {0, 1});
  const Operation lost = Unknown(Put("a", "new", {2, 2}));
  EXPECT_EQ(VerdictOf(Beside({put, lost, Get("a", "old", {5, 9})})), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Beside({put, lost, Get("a", "old", {5, 9}), Get("a", "new", {10, 11})})),
            Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Beside({put, lost, Get("a", "new", {5, 9}), Get("a", "old", {10, 11})})),
            Verdict::kViolated);
  EXPECT_EQ(VerdictOf(Beside({put, lost, Get("a", "new", {5, 9}), Put("a", "newer", {10, 11}),
                              Get("a", "new", {12, 13})})),
            Verdict::kViolated);
}

TEST(LinearizableTest, AFailedWriteIsNeverSeen) {
  EXPECT_EQ(VerdictOf(Beside({Failed(Put("a", "x", {0, 1})), Get("a", "x", {2, 3})})),
            Verdict::kViolated);
}

TEST(LinearizableTest, OneOfTwoCompareAndSetsOfAVersionWins) {
  const Operation put = Put("a", "x", {0, 1}, 7);
  const auto cas = [](std::string value, bool success, Span span) {
    return If(IfVersion(7), success, Put("a", std::move(value), span));
  };
  EXPECT_EQ(VerdictOf({put, cas("y", true, {2, 9}), cas("z", false, {3, 9})}), Verdict::kPassed);
  EXPECT_EQ(VerdictOf({put, cas("y", true, {2, 9}), cas("z", true, {3, 9})}), Verdict::kViolated);
  EXPECT_EQ(VerdictOf({put, cas("y", false, {2, 9}), cas("z", false, {3, 9})}), Verdict::kViolated);
}

TEST(LinearizableTest, CountersAddUp) {
  EXPECT_EQ(VerdictOf({Add("a", 1, 1, {0, 9}), Add("a", 2, 3, {0, 9}), Get("a", "3", {10, 11})}),
            Verdict::kPassed);
  EXPECT_EQ(VerdictOf({Add("a", 1, 1, {0, 9}), Add("a", 2, 2, {0, 9})}), Verdict::kViolated);
  // Twice: a retry ran again.
  EXPECT_EQ(VerdictOf({Add("a", 1, 1, {0, 9}), Add("a", 1, 2, {0, 9}), Get("a", "3", {10, 11})}),
            Verdict::kViolated);
}

TEST(LinearizableTest, ManyUnknownAddsOfOneSizeAreNoRiddle) {
  std::vector<Operation> operations;
  for (int i = 0; i < 60; ++i) operations.push_back(Unknown(Add("a", 1, 0, {i, i})));
  operations.push_back(Get("a", "30", {100, 110}));
  operations.push_back(Put("a", "0", {112, 120}));
  operations.push_back(Get("a", "31", {130, 140}));
  LinearizabilityReport report = CheckLinearizable(HistoryOf(operations));
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_LT(report.keys[0].steps, 20'000u);
}

TEST(LinearizableTest, ManyUnknownWritesThatNobodySawCostLittle) {
  std::vector<Operation> operations;
  for (int i = 0; i < 40; ++i) {
    operations.push_back(Unknown(Put("a", "lost" + std::to_string(i), {i, i})));
  }
  for (int i = 0; i < 40; ++i) {
    operations.push_back(Put("a", std::to_string(i), {100 + i, 150 + i}));
  }
  operations.push_back(Get("a", "0", {300, 310}));
  operations.push_back(Get("a", "1", {320, 330}));
  const LinearizabilityReport report = CheckLinearizable(HistoryOf(operations));
  EXPECT_NE(report.verdict, Verdict::kPassed);
}

TEST(LinearizableTest, AVersionBelongsToOneValueAndGrows) {
  EXPECT_EQ(
      VerdictOf({Put("a", "x", {0, 5}, 3), Put("a", "x", {0, 5}, 4), Get("a", "x", {6, 7}, 3)}),
      Verdict::kViolated);
  EXPECT_EQ(
      VerdictOf({Put("a", "x", {0, 5}, 4), Put("a", "y", {6, 7}, 3), Get("a", "y", {6, 9}, 3)}),
      Verdict::kViolated);
  EXPECT_EQ(VerdictOf({Put("a", "x", {0, 5}, 3), Unknown(Put("a", "y", {2, 2})),
                       Get("a", "y", {6, 7}, 5), Get("a", "y", {8, 9}, 6)}),
            Verdict::kViolated);
}

TEST(LinearizableTest, AWriteWithoutAVersionNeedsRoomForOneUnlessSomeHaveNone) {
  const History history =
      HistoryOf({Put("a", "x", {0, 3}, 3), Put("a", "lost", {4, 20}), Put("a", "y", {10, 30}, 4),
                 Get("a", "y", {31, 40}, 4), Get("a", "y", {41, 50}, 4)});
  EXPECT_EQ(CheckLinearizable(history).verdict, Verdict::kViolated);
  EXPECT_EQ(CheckLinearizable(history, {.each_write_has_version = false}).verdict,
            Verdict::kPassed);
}

TEST(LinearizableTest, GivingUpIsNoPass) {
  History history;
  Random random(6);
  for (Operation& op : DrawOperations({.operations = 200}, random)) history.Append(std::move(op));
  ASSERT_EQ(CheckLinearizable(history).verdict, Verdict::kPassed);
  EXPECT_EQ(CheckLinearizable(history, {.steps_max = 10}).verdict, Verdict::kUndecided);
}

TEST(LinearizableTest, SaysWhenThereWasNothingToCheck) {
  const auto why = [](std::vector<Operation> operations) {
    const LinearizabilityReport report = CheckLinearizable(HistoryOf(std::move(operations)));
    EXPECT_EQ(report.verdict, Verdict::kNothingChecked);
    return report.why_nothing;
  };
  EXPECT_EQ(why({}), "there are no operations");
  EXPECT_EQ(why({Unknown(Put("a", "x", {0, 1})), Failed(Get("a", "x", {0, 1}))}),
            "no operation is known to be done");
  EXPECT_EQ(why({Put("a", "x", {0, 5}), Put("a", "y", {0, 5})}),
            "no reply told anything of a key's state");
  const std::string no_overlap =
      "no operation overlapped a write of the same key: one after the other proves little";
  EXPECT_EQ(why({Put("a", "x", {0, 1}), Get("a", "x", {2, 3}), Get("a", "x", {2, 3})}), no_overlap);
  EXPECT_EQ(why({Put("a", "x", {0, 1}), Get("b", std::nullopt, {0, 3})}), no_overlap);
}

TEST(LinearizableTest, ChecksALongHistoryOfManyKeysInFewSteps) {
  Random random(7);
  const HistoryShape shape{.clients = 100,
                           .operations = 50'000,
                           .keys = 200,
                           .values = 0,
                           .pause_us_max = 50,
                           .half_us_max = 500,
                           .unknown = 0.02,
                           .adds = false};
  History history;
  for (Operation& op : DrawOperations(shape, random)) history.Append(std::move(op));
  const LinearizabilityReport report = CheckLinearizable(history);
  EXPECT_EQ(report.verdict, Verdict::kPassed);
  EXPECT_EQ(report.keys.size(), 200u);
  EXPECT_GT(report.overlapping, 10'000u);
  uint64_t steps = 0;
  for (const KeyReport& key : report.keys) steps += key.steps;
  EXPECT_LT(steps, 50'000u * 40);
}

}  // namespace
}  // namespace quorate::check
