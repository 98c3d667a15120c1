#include "check/shrink.h"

#include "base/random.h"
#include "check/format.h"
#include "check/linearizable.h"
#include "check/operations.h"
#include "check/random_history.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

Window WindowOf(const History& history) {
  const LinearizabilityReport report = CheckLinearizable(history);
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  for (const KeyReport& key : report.keys) {
    if (key.verdict == Verdict::kViolated) return key.window;
  }
  return {};
}

TEST(ShrinkTest, FindsTheThreeOperationsOfAStaleReadAmongHundreds) {
  Random random(8);
  HistoryShape shape{.operations = 300, .values = 0, .unknown = 0.05};
  History history;
  for (Operation& op : DrawOperations(shape, random)) history.Append(std::move(op));
  const Operation old = Put("k0", "old", {100'000, 100'001});
  const Operation now = Put("k0", "new", {100'010, 100'011});
  const Operation stale = Get("k0", "old", {100'020, 100'021});
  for (const Operation& op : {old, now, Get("k0", "new", {100'012, 100'015}), stale,
                              Put("k0", "later", {100'030, 100'040})}) {
    history.Append(op);
  }
  const Window window = WindowOf(history);
  EXPECT_EQ(window.operations, (std::vector<Operation>{old, now, stale}));
  EXPECT_EQ(window.stuck, 2u);
  EXPECT_EQ(window.possible, std::vector<std::string>{"\"new\""});
  EXPECT_TRUE(window.smallest);
}

TEST(ShrinkTest, KeepsAnUnknownWriteThatMakesTheCase) {
  const Operation lost = Unknown(Put("a", "x", {0, 0}));
  const Operation seen = Get("a", "x", {10, 11});
  const Operation gone = Get("a", std::nullopt, {20, 21});
  const Window window = WindowOf(HistoryOf({lost, Get("a", std::nullopt, {1, 2}), seen, gone,
                                            Put("b", "x", {0, 9}), Get("b", "x", {1, 9})}));
  ASSERT_EQ(window.operations.size(), 3u) << FormatWindow(window);
  EXPECT_EQ(window.operations[0].outcome, Outcome::kUnknown);
  EXPECT_EQ(window.operations[1].invoke_us, 10);
  EXPECT_EQ(window.operations[2].invoke_us, 20);
}

TEST(ShrinkTest, PrintsTimesClientsAndWhatIsWrong) {
  const History history = HistoryOf({Put("a", "x", {10, 20}, 3), Put("b", "x", {0, 9}),
                                     Get("b", "x", {1, 9}), Get("a", std::nullopt, {30, 40})});
  EXPECT_EQ(FormatReport(CheckLinearizable(history)),
            R"(linearizability: anomaly
  operations: 4 done, 0 failed, 0 unknown; 2 observed, 1 overlapped
  keys: 1 passed, 1 violated, 0 undecided, 0 with nothing to check
key "a" is not linearizable: 2 of its 2 operations show it
     invoke_us      return_us  client operation
            10             20  c1     put "x" -> ok version 3
            30             40  c4     get -> absent   <- no order explains it; the key could be "x" (version 3)
)");
}

TEST(ShrinkTest, GivesWhatItHasWhenStepsRunOut) {
  std::vector<Operation> operations;
  for (int i = 0; i < 400; ++i) operations.push_back(Add("a", 1, i + 1, {10 * i, 10 * i + 5}));
  operations.push_back(Get("a", "7", {9000, 9001}));
  operations.push_back(Get("a", "400", {9000, 9001}));
  operations.push_back(Put("a", "0", {9001, 9002}));
  const History history = HistoryOf(operations);
  const LinearizabilityReport report = CheckLinearizable(history, {.steps_max = 1500});
  ASSERT_EQ(report.verdict, Verdict::kViolated);
  const Window& window = report.keys[0].window;
  EXPECT_FALSE(window.smallest);
  EXPECT_LT(window.stuck, window.operations.size());
  EXPECT_NE(FormatWindow(window).find("more\n"), std::string::npos);
}

TEST(ShrinkTest, LooksForSoManyWindowsOnly) {
  std::vector<Operation> operations;
  for (const std::string key : {"a", "b", "c"}) {
    operations.push_back(Put(key, "x", {0, 5}));
    operations.push_back(Get(key, "y", {0, 5}));
  }
  const LinearizabilityReport report = CheckLinearizable(HistoryOf(operations), {.windows_max = 2});
  EXPECT_EQ(report.Count(Verdict::kViolated), 3u);
  EXPECT_FALSE(report.keys[1].window.operations.empty());
  EXPECT_TRUE(report.keys[2].window.operations.empty());
}

}  // namespace
}  // namespace quorate::check
