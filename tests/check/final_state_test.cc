#include "check/final_state.h"

#include "check/format.h"
#include "check/operations.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

using Records = std::map<std::string, ReplicaContents::Record>;

FinalStateReport Check(std::vector<Operation> operations, std::vector<Records> replicas) {
  History history = HistoryOf(std::move(operations));
  int number = 0;
  for (Records& records : replicas) {
    history.AppendReplica(
        {.replica = "n" + std::to_string(++number), .records = std::move(records)});
  }
  return CheckFinalState(history);
}

const Records kX = {{"a", {"x", 0}}};
const Records kY = {{"a", {"y", 0}}};

TEST(FinalStateTest, AnAcknowledgedWriteIsThereOrBeatenByWhatDidNotEndBefore) {
  const Operation x = Put("a", "x", {0, 10});
  EXPECT_EQ(Check({x}, {kX, kX}).verdict, Verdict::kPassed);
  EXPECT_EQ(Check({x, Put("a", "y", {20, 30})}, {kY}).verdict, Verdict::kPassed);
  EXPECT_EQ(Check({x, Put("a", "y", {5, 30})}, {kX}).verdict, Verdict::kPassed);
  EXPECT_EQ(Check({x, Unknown(Put("a", "y", {5, 5}))}, {kY}).verdict, Verdict::kPassed);
  EXPECT_EQ(Check({x, Unknown(Delete("a", {5, 5}))}, {{}}).verdict, Verdict::kPassed);
}

TEST(FinalStateTest, AWriteIsLostWhereAnOlderOneIsStillThere) {
  const FinalStateReport report = Check({Put("a", "x", {0, 10}), Put("a", "y", {20, 30})}, {kX});
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  ASSERT_EQ(report.lost.size(), 1u);
  EXPECT_EQ(report.lost[0].replica, "n1");
  EXPECT_EQ(report.lost[0].last_write->value, "y");
  EXPECT_NE(FormatReport(report).find("found \"x\", which no write explains; last acknowledged: "
                                      "c2 put \"y\" -> ok at 30 us"),
            std::string::npos);
}

TEST(FinalStateTest, AWriteIsLostWhereNothingIsThere) {
  EXPECT_EQ(Check({Put("a", "x", {0, 10})}, {{}}).lost.size(), 1u);
  EXPECT_EQ(Check({Put("a", "x", {0, 10}), Delete("a", {5, 12})}, {{}}).verdict, Verdict::kPassed);
}

TEST(FinalStateTest, NothingDeletedComesBack) {
  EXPECT_EQ(Check({Put("a", "x", {0, 10}), Delete("a", {20, 30})}, {kX}).lost.size(), 1u);
}

TEST(FinalStateTest, AWriteThatFailedOrWasRefusedExplainsNothing) {
  EXPECT_EQ(Check({Failed(Put("a", "x", {0, 10})), Put("b", "x", {0, 10})},
                  {{{"a", {"x", 0}}, {"b", {"x", 0}}}})
                .lost.size(),
            1u);
  EXPECT_EQ(Check({If(IfAbsent(), false, Put("a", "x", {0, 10})), Put("a", "y", {0, 1})}, {kX})
                .lost.size(),
            1u);
}

TEST(FinalStateTest, AVersionTellsEqualValuesApart) {
  const std::vector<Operation> operations = {Put("a", "x", {0, 10}, 1), Put("a", "x", {20, 30}, 2)};
  EXPECT_EQ(Check(operations, {{{"a", {"x", 2}}}}).verdict, Verdict::kPassed);
  EXPECT_EQ(Check(operations, {{{"a", {"x", 1}}}}).lost.size(), 1u);
}

TEST(FinalStateTest, ACounterHoldsWhatWasAcknowledgedAndMayHoldTheRest) {
  const std::vector<Operation> adds = {Add("a", 5, 5, {0, 1}), Add("a", -2, 3, {2, 3}),
                                       Unknown(Add("a", 4, 0, {4, 4}))};
  const auto found = [&](std::string value) {
    return Check(adds, {{{"a", {std::move(value), 0}}}}).verdict;
  };
  EXPECT_EQ(found("3"), Verdict::kPassed);
  EXPECT_EQ(found("7"), Verdict::kPassed);
  EXPECT_EQ(found("2"), Verdict::kViolated);
  EXPECT_EQ(found("8"), Verdict::kViolated);
  EXPECT_EQ(found("x"), Verdict::kViolated);
  EXPECT_EQ(Check(adds, {{}}).verdict, Verdict::kViolated);
}

TEST(FinalStateTest, CountsKeysItCannotJudge) {
  const FinalStateReport report =
      Check({Put("a", "5", {0, 1}), Add("a", 1, 6, {2, 3})}, {{{"a", {"6", 0}}}});
  EXPECT_EQ(report.keys_not_judged, 1u);
  EXPECT_EQ(report.verdict, Verdict::kNothingChecked);
}

TEST(FinalStateTest, ReplicasAreEqualToTheVersion) {
  const std::vector<Operation> operations = {Put("a", "x", {0, 10}), Put("a", "y", {0, 10})};
  const FinalStateReport report = Check(operations, {kX, kX, kY});
  EXPECT_TRUE(report.lost.empty());
  ASSERT_EQ(report.differences.size(), 1u);
  EXPECT_EQ(report.differences[0].found,
            (std::vector<std::string>{"n1 has \"x\"", "n2 has \"x\"", "n3 has \"y\""}));
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_EQ(Check(operations, {{{"a", {"x", 1}}}, {{"a", {"x", 2}}}}).differences.size(), 1u);
  EXPECT_EQ(Check(operations, {kX, {}}).differences.size(), 1u);
}

TEST(FinalStateTest, SaysWhenThereWasNothingToCheck) {
  EXPECT_EQ(Check({Put("a", "x", {0, 1})}, {}).why_nothing, "no replica was read after the run");
  EXPECT_EQ(Check({Unknown(Put("a", "x", {0, 1}))}, {kX}).why_nothing,
            "no acknowledged write could be judged");
  EXPECT_EQ(Check({}, {{}}).verdict, Verdict::kNothingChecked);
}

}  // namespace
}  // namespace quorate::check
