#include "check/history.h"

#include "check/operations.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

Operation Asked(Operation op) {
  op.outcome = Outcome::kUnknown;
  op.result = {};
  op.return_us.reset();
  return op;
}

TEST(HistoryTest, CallsThatNeverEndStayUnknown) {
  History history;
  history.Invoke(Asked(Put("a", "x", {5, 5})));
  ASSERT_EQ(history.operations().size(), 1u);
  EXPECT_EQ(history.operations()[0].outcome, Outcome::kUnknown);
  EXPECT_FALSE(history.operations()[0].return_us);
}

TEST(HistoryTest, RecordsHowEachCallEnded) {
  History history;
  const CallId done = history.Invoke(Asked(Put("a", "x", {1, 1})));
  const CallId failed = history.Invoke(Asked(Put("a", "y", {2, 2})));
  const CallId lost = history.Invoke(Asked(Put("a", "z", {3, 3})));
  Result result;
  result.version = 9;
  history.LoseTrack(lost, 4);
  history.Done(done, 5, result);
  history.Fail(failed, 6);
  EXPECT_EQ(history.operations()[0], Put("a", "x", {1, 5}, 9));
  EXPECT_EQ(history.operations()[1], Failed(Put("a", "y", {2, 6})));
  EXPECT_EQ(history.operations()[2].outcome, Outcome::kUnknown);
  EXPECT_EQ(history.operations()[2].return_us, 4);
}

TEST(HistoryDeathTest, EndsTheProcessWhereARecorderLies) {
  History history;
  const CallId call = history.Invoke(Asked(Put("a", "x", {5, 5})));
  EXPECT_DEATH(history.Done(call, 4, {}), "contradicts");
  history.Done(call, 6, {});
  EXPECT_DEATH(history.Done(call, 7, {}), "has ended before");
  EXPECT_DEATH(history.Fail(CallId{1}, 7), "not of this history");
}

TEST(ValidateOperationTest, WantsSuccessExactlyForDoneConditionalWrites) {
  Operation op = If(IfAbsent(), true, Put("a", "x", {1, 2}));
  EXPECT_TRUE(ValidateOperation(op).ok());
  op.result.success.reset();
  EXPECT_FALSE(ValidateOperation(op).ok());
  op = Put("a", "x", {1, 2});
  op.result.success = true;
  EXPECT_FALSE(ValidateOperation(op).ok());
}

TEST(ValidateOperationTest, KnowsWhatARefusedWriteMayTell) {
  Operation op = If(IfAbsent(), false, Put("a", "x", {1, 2}));
  op.result.found = true;
  op.result.value = "y";
  op.result.version = 3;
  EXPECT_TRUE(ValidateOperation(op).ok());
  EXPECT_TRUE(IsObserver(op));
  op.result.found = false;
  EXPECT_FALSE(ValidateOperation(op).ok());
  op.result.value.reset();
  EXPECT_FALSE(ValidateOperation(op).ok());  // a version of nothing
}

}  // namespace
}  // namespace quorate::check
