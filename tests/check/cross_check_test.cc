// The checker against brute force, on many small histories.
#include "base/random.h"
#include "check/brute_force.h"
#include "check/format.h"
#include "check/key_model.h"
#include "check/linearizable.h"
#include "check/observed.h"
#include "check/operations.h"
#include "check/random_history.h"
#include "check/search.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

constexpr uint64_t kHistories = 10'000;

HistoryShape DrawShape(Random& random) {
  HistoryShape shape;
  shape.clients = 1 + random.Below(4);
  shape.operations = 2 + random.Below(6);
  shape.values = 2 + random.Below(2);
  shape.unknown = random.Chance(0.5) ? 0.0 : 0.3;
  shape.tell_versions = random.Chance(0.5);
  shape.tell_found = random.Chance(0.5);
  shape.adds = random.Chance(0.5);
  shape.conditions = random.Chance(0.6);
  return shape;
}

std::string Print(const std::vector<Operation>& operations) {
  Window window{.operations = operations, .stuck = SIZE_MAX, .possible = {}, .smallest = false};
  return FormatWindow(window);
}

SearchResult::Answer Answer(const std::vector<Operation>& operations, bool look_ahead) {
  std::vector<const Operation*> live;
  for (const Operation& op : operations) {
    if (op.outcome != Outcome::kFailed) live.push_back(&op);
  }
  const KeyModel model(live);
  std::vector<Call> calls;
  for (uint32_t i = 0; i < model.size(); ++i) {
    calls.push_back({.op = i, .required = live[i]->outcome == Outcome::kDone});
  }
  return FindOrder(model, calls, {.steps_max = 1'000'000, .look_ahead = look_ahead}).answer;
}

// The last moment the window speaks of.
int64_t EndOf(const Window& window) { return *window.operations[window.stuck].return_us; }

TEST(CrossCheckTest, FindsAnOrderForEveryHistoryOfALinearizableStore) {
  Random random(1);
  for (uint64_t i = 0; i < kHistories; ++i) {
    const std::vector<Operation> operations = DrawOperations(DrawShape(random), random);
    ASSERT_EQ(Answer(operations, true), SearchResult::Answer::kOrdered) << Print(operations);
  }
}

TEST(CrossCheckTest, AgreesWithBruteForceOnSpoiledHistories) {
  Random random(2);
  uint64_t with_order = 0;
  uint64_t without = 0;
  for (uint64_t i = 0; i < kHistories; ++i) {
    const HistoryShape shape = DrawShape(random);
    std::vector<Operation> operations = DrawOperations(shape, random);
    for (uint64_t times = 1 + random.Below(2); times > 0; --times) Spoil(operations, shape, random);
    const bool expected = HasOrderByBruteForce(operations);
    (expected ? with_order : without)++;
    for (const bool look_ahead : {true, false}) {
      ASSERT_EQ(Answer(operations, look_ahead),
                expected ? SearchResult::Answer::kOrdered : SearchResult::Answer::kNoOrder)
          << "history " << i << "\n"
          << Print(operations);
    }
  }
  EXPECT_GT(with_order, kHistories / 10);
  EXPECT_GT(without, kHistories / 10);
}

// With values that tell which write they are of, versions do so as well.
TEST(CrossCheckTest, AgreesWithBruteForceWhereVersionsStandForValues) {
  Random random(5);
  uint64_t with_order = 0;
  uint64_t without = 0;
  for (uint64_t i = 0; i < kHistories; ++i) {
    HistoryShape shape = DrawShape(random);
    shape.values = random.Chance(0.8) ? 0 : 3;
    shape.tell_versions = true;
    shape.adds = random.Chance(0.1);
    std::vector<Operation> operations = DrawOperations(shape, random);
    for (uint64_t times = random.Below(3); times > 0; --times) Spoil(operations, shape, random);
    History history;
    for (Operation& op : operations) {
      if (op.result.success == false && random.Chance(0.7)) op.result.value.reset();
      history.Append(op);
    }
    const LinearizabilityReport report = CheckLinearizable(history);
    if (report.Count(Verdict::kNothingChecked) > 0) continue;
    const bool expected = HasOrderByBruteForce(operations);
    (expected ? with_order : without)++;
    ASSERT_EQ(report.Count(Verdict::kViolated) == 0, expected) << "history " << i << "\n"
                                                               << Print(operations);
    ASSERT_EQ(report.Count(Verdict::kUndecided), 0u);
  }
  EXPECT_GT(with_order, kHistories / 10);
  EXPECT_GT(without, kHistories / 10);
}

TEST(CrossCheckTest, AgreesWithBruteForceThatAWindowHasNoOrder) {
  Random random(3);
  uint64_t shrunk = 0;
  for (uint64_t i = 0; i < kHistories; ++i) {
    const HistoryShape shape = DrawShape(random);
    std::vector<Operation> operations = DrawOperations(shape, random);
    Spoil(operations, shape, random);
    History history;
    for (const Operation& op : operations) history.Append(op);
    const LinearizabilityReport report = CheckLinearizable(history);
    if (report.verdict != Verdict::kViolated) continue;
    const Window& window = report.keys[0].window;
    ASSERT_TRUE(window.smallest);
    ASSERT_LT(window.stuck, window.operations.size());
    ASSERT_FALSE(HasOrderByBruteForce(window.operations, EndOf(window)))
        << Print(operations) << FormatWindow(window);
    if (window.operations.size() < operations.size()) ++shrunk;
  }
  EXPECT_GT(shrunk, kHistories / 20);
}

// What Shrink leaves out must never be what makes an order impossible.
TEST(CrossCheckTest, LeavingOutWhatNothingFollowsKeepsAnOrder) {
  Random random(4);
  uint64_t writes_left_out = 0;
  for (uint64_t i = 0; i < kHistories; ++i) {
    const std::vector<Operation> all = DrawOperations(DrawShape(random), random);
    std::vector<Operation> kept;
    std::vector<Operation> maybe;
    for (const Operation& op : all) {
      if (op.outcome == Outcome::kFailed) continue;
      (random.Chance(0.5) ? kept : maybe).push_back(op);
    }
    for (bool moved = true; moved;) {
      moved = false;
      Observed observed;
      for (const Operation& op : kept) observed.Add(op);
      for (size_t j = 0; j < maybe.size() && !moved; ++j) {
        if (IsObserver(maybe[j]) || !observed.MayFollow(maybe[j])) continue;
        kept.push_back(maybe[j]);
        maybe.erase(maybe.begin() + static_cast<ptrdiff_t>(j));
        moved = true;
      }
    }
    for (const Operation& op : maybe) writes_left_out += IsAcknowledgedWrite(op) ? 1 : 0;
    ASSERT_TRUE(HasOrderByBruteForce(kept)) << Print(all) << Print(kept);
  }
  EXPECT_GT(writes_left_out, kHistories / 10);
}

}  // namespace
}  // namespace quorate::check
