// Each truth against brute force, on thousands of small histories with reads
// that are right as often as not.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/counter_truth.h"
#include "check/format.h"
#include "check/list_truth.h"
#include "check/lww_truth.h"
#include "check/members_truth.h"
#include "check/operations.h"
#include "check/register_truth.h"
#include "check/truth_brute_force.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

constexpr uint64_t kHistories = 10'000;

int64_t UpTo(Random& random, uint64_t max) { return static_cast<int64_t>(random.Below(max + 1)); }

Span DrawSpan(Random& random) {
  const int64_t invoke_us = UpTo(random, 20);
  return {invoke_us, invoke_us + UpTo(random, 8)};
}

// Writes of one key, "1", "2", … , one in four of unknown outcome.
std::vector<Operation> DrawWrites(Random& random, const std::vector<Action>& actions) {
  std::vector<Operation> writes;
  const uint64_t count = 1 + random.Below(5);
  for (uint64_t i = 0; i < count; ++i) {
    Operation op = Done(actions[random.Below(actions.size())], "a", DrawSpan(random));
    if (HasValue(op.action)) op.value = std::to_string(i + 1);
    if (op.action == Action::kAdd) op.delta = random.Chance(0.3) ? -1 : 1;
    if (random.Chance(0.25)) op = Unknown(op);
    writes.push_back(std::move(op));
  }
  return writes;
}

// Versions as an order gives them that agrees with time, told or not, and
// sometimes two of them exchanged.
void DrawVersions(Random& random, double told, bool by_time, std::vector<Operation>& writes) {
  std::vector<std::pair<int64_t, size_t>> effects;
  for (size_t i = 0; i < writes.size(); ++i) {
    const int64_t until_us = writes[i].return_us.value_or(writes[i].invoke_us + 10);
    const auto span = static_cast<uint64_t>(until_us - writes[i].invoke_us);
    effects.emplace_back(by_time ? writes[i].invoke_us + UpTo(random, span) : UpTo(random, 20), i);
  }
  std::sort(effects.begin(), effects.end());
  for (size_t rank = 0; rank < effects.size(); ++rank) {
    Operation& op = writes[effects[rank].second];
    if (op.outcome == Outcome::kDone && random.Chance(told)) op.result.version = rank + 1;
  }
  if (!random.Chance(0.15) || writes.size() < 2) return;
  Operation& one = writes[random.Below(writes.size())];
  Operation& other = writes[random.Below(writes.size())];
  if (one.outcome == Outcome::kDone && other.outcome == Outcome::kDone) {
    std::swap(one.result.version, other.result.version);
  }
}

// Gives any of the values, none, or one that nobody wrote.
Operation DrawRead(Random& random, const std::vector<Operation>& writes, double told) {
  Operation read = Get("a", std::nullopt, DrawSpan(random));
  if (random.Chance(0.2)) return read;
  const Operation& write = writes[random.Below(writes.size())];
  read.result.found = true;
  read.result.value = write.action != Action::kPut || random.Chance(0.03) ? "?" : write.value;
  if (random.Chance(told)) {
    read.result.version =
        write.result.version != 0 ? write.result.version : 1 + random.Below(writes.size());
  }
  return read;
}

History ToHistory(const std::vector<Operation>& writes, const std::vector<Operation>& reads) {
  History history;
  for (const Operation& op : writes) history.Append(op);
  for (const Operation& op : reads) history.Append(op);
  return history;
}

// As told by their replies, or by the first read of their value.
std::vector<uint64_t> VersionsOf(const KeyHistory& key) {
  std::vector<uint64_t> versions;
  for (const Operation* op : key.writes) {
    versions.push_back(
        op->action == Action::kDelete && op->result.found != true ? 0 : op->result.version);
    for (const Operation* read : key.reads) {
      if (versions.back() != 0 || op->action != Action::kPut) break;
      const auto same = [&](const Operation* other) {
        return other->action == Action::kPut && other->value == op->value;
      };
      if (std::count_if(key.writes.begin(), key.writes.end(), same) != 1) break;
      if (read->result.value == op->value) versions.back() = read->result.version;
    }
  }
  return versions;
}

std::string Print(const History& history) {
  return FormatOperations(history.operations(), SIZE_MAX, "");
}

// Both all of a moment and some by name.
struct DrawnMust {
  DrawnMust(Random& random, const KeyHistory& key, const Operation& read) {
    must.ended_before_us = random.Chance(0.3) ? INT64_MIN : read.invoke_us - UpTo(random, 6);
    for (uint32_t i = 0; i < key.writes.size(); ++i) {
      const Operation& op = *key.writes[i];
      const bool may = op.outcome == Outcome::kDone && op.invoke_us <= *read.return_us;
      if (may && random.Chance(0.1)) also.push_back(i);
    }
    must.also = also;
  }
  std::vector<uint32_t> also;
  MustSee must;
};

struct Tally {
  uint64_t explained = 0;
  uint64_t not_explained = 0;
  void Count(bool yes) { (yes ? explained : not_explained)++; }
  void ExpectBoth() const {
    EXPECT_GT(explained, kHistories / 10);
    EXPECT_GT(not_explained, kHistories / 10);
  }
};

TEST(RegisterTruthTest, AgreesWithEveryOrderOfTheWrites) {
  Random random(11);
  Tally tally;
  uint64_t no_order = 0;
  for (uint64_t i = 0; i < kHistories; ++i) {
    std::vector<Operation> writes =
        DrawWrites(random, {Action::kPut, Action::kPut, Action::kDelete});
    if (random.Chance(0.2) && writes.size() > 1 && writes[0].action == writes[1].action) {
      writes[1].value = writes[0].value;
    }
    const double told = random.Chance(0.4) ? 0 : random.Chance(0.5) ? 1 : 0.6;
    DrawVersions(random, told, true, writes);
    for (Operation& op : writes) {
      if (op.action == Action::kDelete && op.outcome == Outcome::kDone) op.result.found = true;
    }
    std::vector<Operation> reads;
    for (uint64_t n = 1 + random.Below(2); n > 0; --n) {
      reads.push_back(DrawRead(random, writes, told));
    }
    const History history = ToHistory(writes, reads);
    const std::vector<KeyHistory> keys = SplitByKey(history);
    const KeyHistory& key = keys[0];
    const RegisterTruth truth(key, Counts(key.writes.size(), true), {});
    const std::vector<uint64_t> versions = VersionsOf(key);
    if (!HasWriteOrder(key, versions)) {
      ++no_order;
      continue;
    }
    ASSERT_FALSE(truth.VersionsGoBack()) << Print(history);
    for (const Operation* read : key.reads) {
      const DrawnMust drawn(random, key, *read);
      const bool expected = RegisterByBruteForce(key, versions, *read, drawn.must);
      const Answer answer = truth.Explain(*read, drawn.must);
      ASSERT_EQ(answer.explained(), expected)
          << "history " << i << ", seen all before " << drawn.must.ended_before_us << ", also "
          << drawn.also.size() << ": " << answer.what << "\n"
          << Print(history) << DescribeOperation(*read);
      tally.Count(expected);
    }
  }
  tally.ExpectBoth();
  EXPECT_LT(no_order, kHistories / 2);
}

TEST(RegisterTruthTest, SaysWhichWritesVersionsContradictTime) {
  Random random(12);
  uint64_t found = 0;
  for (uint64_t i = 0; i < kHistories; ++i) {
    std::vector<Operation> writes = DrawWrites(random, {Action::kPut});
    DrawVersions(random, 1, true, writes);
    const History history = ToHistory(writes, {});
    const std::vector<KeyHistory> keys = SplitByKey(history);
    const RegisterTruth truth(keys[0], Counts(keys[0].writes.size(), true), {});
    const bool order = HasWriteOrder(keys[0], VersionsOf(keys[0]));
    ASSERT_EQ(truth.VersionsGoBack().has_value(), !order) << Print(history);
    found += order ? 0 : 1;
  }
  EXPECT_GT(found, kHistories / 50);
}

TEST(LwwTruthTest, AgreesWithEveryChoiceOfTheWrites) {
  Random random(13);
  Tally tally;
  for (uint64_t i = 0; i < kHistories; ++i) {
    std::vector<Operation> writes =
        DrawWrites(random, {Action::kPut, Action::kPut, Action::kDelete});
    const double told = random.Chance(0.3) ? 0.5 : 1;
    DrawVersions(random, told, false, writes);
    const History history = ToHistory(writes, {DrawRead(random, writes, told)});
    const std::vector<KeyHistory> keys = SplitByKey(history);
    const KeyHistory& key = keys[0];
    const LwwTruth truth(key, Counts(key.writes.size(), true), 0);
    const DrawnMust drawn(random, key, *key.reads[0]);
    const bool expected = LwwByBruteForce(key, *key.reads[0], drawn.must);
    ASSERT_EQ(truth.Explain(*key.reads[0], drawn.must).explained(), expected)
        << "history " << i << ", seen all before " << drawn.must.ended_before_us << ", also "
        << drawn.also.size() << "\n"
        << Print(history);
    tally.Count(expected);
  }
  tally.ExpectBoth();
}

TEST(CounterTruthTest, AgreesWithEveryChoiceOfTheAdditions) {
  Random random(14);
  Tally tally;
  for (uint64_t i = 0; i < kHistories; ++i) {
    const std::vector<Operation> writes = DrawWrites(random, {Action::kAdd});
    Operation read = Get("a", std::nullopt, DrawSpan(random));
    if (random.Chance(0.8)) {
      read = Get("a", std::to_string(UpTo(random, 5) - 1), {read.invoke_us, *read.return_us});
    }
    const History history = ToHistory(writes, {read});
    const std::vector<KeyHistory> keys = SplitByKey(history);
    const KeyHistory& key = keys[0];
    const CounterTruth truth(key, Counts(key.writes.size(), true));
    const DrawnMust drawn(random, key, read);
    const bool expected = CounterByBruteForce(key, read, drawn.must);
    ASSERT_EQ(truth.Explain(read, drawn.must).explained(), expected)
        << "history " << i << ", seen all before " << drawn.must.ended_before_us << ", also "
        << drawn.also.size() << "\n"
        << Print(history);
    tally.Count(expected);
  }
  tally.ExpectBoth();
}

TEST(MembersTruthTest, AgreesWithEveryChoiceOfTheWrites) {
  Random random(15);
  Tally tally;
  for (uint64_t i = 0; i < 3 * kHistories; ++i) {
    const bool siblings = random.Chance(0.5);
    std::vector<Operation> writes =
        DrawWrites(random, siblings ? std::vector{Action::kPut, Action::kPut, Action::kDelete}
                                    : std::vector{Action::kSetAdd, Action::kSetAdd,
                                                  Action::kSetRemove, Action::kDelete});
    for (size_t n = 0; n < writes.size(); ++n) {
      Operation& op = writes[n];
      // What a put replaces was there before it: there are no circles.
      const bool put = op.action == Action::kPut;
      const std::string other = std::to_string(random.Below(put ? n + 1 : writes.size()) + !put);
      if (op.action == Action::kSetRemove) op.value = other;
      const bool contexts = op.action == Action::kPut || op.action == Action::kDelete;
      if (contexts && other != "0" && random.Chance(0.8)) op.replaced = {other};
    }
    Operation read = Done(Action::kGet, "a", DrawSpan(random));
    read.result.found = true;
    read.result.elements.emplace();
    for (size_t n = 1; n <= writes.size(); ++n) {
      if (random.Chance(0.5)) read.result.elements->push_back(std::to_string(n));
    }
    const History history = ToHistory(writes, {read});
    const std::vector<KeyHistory> keys = SplitByKey(history);
    const KeyHistory& key = keys[0];
    const MembersTruth truth(key, Counts(key.writes.size(), true));
    const DrawnMust drawn(random, key, *key.reads[0]);
    const bool expected = MembersByBruteForce(key, *key.reads[0], drawn.must);
    const Answer answer = truth.Explain(*key.reads[0], drawn.must);
    ASSERT_EQ(answer.explained(), expected)
        << "history " << i << ", seen all before " << drawn.must.ended_before_us << ", also "
        << drawn.also.size() << ": " << answer.what << "\n"
        << Print(history);
    tally.Count(expected);
  }
  tally.ExpectBoth();
}

}  // namespace
}  // namespace quorate::check
