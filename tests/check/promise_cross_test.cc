// Sessions, lists and batches against brute force: what needs more than one
// read to be judged.
#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/batches.h"
#include "check/format.h"
#include "check/level_order.h"
#include "check/level_reads.h"
#include "check/operations.h"
#include "check/truth_brute_force.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

constexpr uint64_t kHistories = 10'000;

const JobInfo kRaft = {"j", "session", "raft", "", 3};

int64_t UpTo(Random& random, uint64_t max) { return static_cast<int64_t>(random.Below(max + 1)); }

Span DrawSpan(Random& random) {
  const int64_t invoke_us = UpTo(random, 20);
  return {invoke_us, invoke_us + UpTo(random, 8)};
}

std::string Print(const History& history) {
  return FormatOperations(history.operations(), SIZE_MAX, "");
}

struct Tally {
  uint64_t kept = 0;
  uint64_t broken = 0;
  void Count(bool yes) { (yes ? kept : broken)++; }
  void ExpectBoth() const {
    EXPECT_GT(kept, kHistories / 10);
    EXPECT_GT(broken, kHistories / 10);
  }
};

// A session that writes and reads one key, beside others that write to it. All
// versions are told, in an order that agrees with time or, rarely, does not.
History DrawSession(Random& random) {
  std::vector<Operation> operations;
  int64_t now_us = 0;
  for (uint64_t n = 2 + random.Below(4); n > 0; --n) {
    const bool mine = random.Chance(0.3);
    Span span = DrawSpan(random);
    if (mine) span = {now_us + 1 + UpTo(random, 3), 0};
    if (mine) span.return_us = now_us = span.invoke_us + UpTo(random, 6);
    Operation op =
        random.Chance(0.8) ? Put("a", std::to_string(operations.size()), span) : Delete("a", span);
    op.session = mine ? 1 : 0;
    op.level = "QUORUM";
    operations.push_back(std::move(op));
  }
  std::vector<size_t> order(operations.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::vector<int64_t> effects_us;
  for (const Operation& op : operations) {
    effects_us.push_back(op.invoke_us +
                         UpTo(random, static_cast<uint64_t>(*op.return_us - op.invoke_us)));
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return effects_us[a] < effects_us[b]; });
  for (size_t rank = 0; rank < order.size(); ++rank) {
    operations[order[rank]].result.version = rank + 1;
    if (operations[order[rank]].action == Action::kDelete) {
      operations[order[rank]].result.found = true;
    }
  }
  History history;
  for (const Operation& op : operations) history.Append(op);
  for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
    const int64_t invoke_us = 1 + UpTo(random, 30);
    Operation read = Get("a", std::nullopt, {invoke_us, invoke_us});
    read.session = 1;
    read.level = "SESSION";
    const Operation& write = operations[random.Below(operations.size())];
    if (write.action == Action::kPut && random.Chance(0.9)) {
      read.result.found = true;
      read.result.value = write.value;
      read.result.version = write.result.version;
    }
    history.Append(read);
  }
  return history;
}

// One after the other, as a session's operations are.
bool FollowOneAnother(const KeyHistory& key) {
  std::vector<const Operation*> mine;
  for (const auto* operations : {&key.writes, &key.reads}) {
    for (const Operation* op : *operations) {
      if (op->session == 1) mine.push_back(op);
    }
  }
  std::sort(mine.begin(), mine.end(),
            [](const Operation* a, const Operation* b) { return a->invoke_us < b->invoke_us; });
  for (size_t i = 1; i < mine.size(); ++i) {
    if (*mine[i - 1]->return_us >= mine[i]->invoke_us) return false;
  }
  return true;
}

TEST(SessionCrossTest, AgreesWithEveryOrderOfTheWrites) {
  Random random(21);
  Tally tally;
  for (uint64_t i = 0; tally.kept + tally.broken < kHistories; ++i) {
    const History history = DrawSession(random);
    const std::vector<KeyHistory> keys = SplitByKey(history);
    if (!FollowOneAnother(keys[0])) continue;
    std::vector<uint64_t> versions;
    for (const Operation* op : keys[0].writes) versions.push_back(op->result.version);
    const bool expected = SessionByBruteForce(keys[0], versions, 1);
    const PromiseVerdict verdict = JudgeReads(keys, kRaft, "SESSION", 0);
    ASSERT_EQ(verdict.anomalies == 0, expected) << "history " << i << "\n" << Print(history);
    tally.Count(expected);
  }
  tally.ExpectBoth();
}

TEST(ListCrossTest, AgreesWithEveryOrderOfAppendsAndReads) {
  Random random(22);
  Tally tally;
  for (uint64_t i = 0; i < 2 * kHistories; ++i) {
    std::vector<std::pair<int64_t, Operation>> effects;
    const uint64_t appends = 1 + random.Below(4);
    for (uint64_t n = 0; n < appends + random.Below(4); ++n) {
      Operation op = Done(n < appends ? Action::kAppend : Action::kGet, "l", DrawSpan(random));
      const auto span = static_cast<uint64_t>(*op.return_us - op.invoke_us);
      const int64_t effect_us = op.invoke_us + UpTo(random, span + (random.Chance(0.1) ? 6 : 0));
      if (n < appends) op.value = std::to_string(n);
      if (n < appends && random.Chance(0.25)) op = Unknown(op);
      effects.emplace_back(effect_us, std::move(op));
    }
    std::stable_sort(effects.begin(), effects.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> list;
    History history;
    for (auto& [effect_us, op] : effects) {
      if (op.action == Action::kGet) {
        op.result.found = true;
        op.result.elements = list;
        if (random.Chance(0.1) && list.size() > 1)
          std::swap((*op.result.elements)[0], (*op.result.elements)[1]);
        if (random.Chance(0.1) && !list.empty()) op.result.elements->pop_back();
      } else if (op.outcome == Outcome::kDone || random.Chance(0.5)) {
        list.push_back(op.value);
      }
      history.Append(op);
    }
    const std::vector<KeyHistory> keys = SplitByKey(history);
    const bool expected = ListByBruteForce(keys[0]);
    const PromiseVerdict verdict = JudgeOrder(keys, kRaft, "", {}, 0);
    ASSERT_EQ(verdict.anomalies == 0, expected) << "history " << i << "\n" << Print(history);
    tally.Count(expected);
  }
  tally.ExpectBoth();
}

TEST(BatchCrossTest, AgreesWithEveryOrderOfTheBatches) {
  Random random(23);
  Tally tally;
  for (uint64_t i = 0; tally.kept + tally.broken < kHistories; ++i) {
    History history;
    const uint64_t units = 1 + random.Below(4);
    for (uint64_t unit = 1; unit <= units; ++unit) {
      const Span span = DrawSpan(random);
      const uint64_t which = random.Below(5);
      for (const std::string key : {"a", "b"}) {
        if (which == 3 && key == "a") continue;
        if (which == 4 && key == "b") continue;
        Operation put = Put(key, std::to_string(unit), span);
        put.batch = which < 3 ? unit : 0;
        history.Append(put);
      }
    }
    for (const std::string key : {"a", "b"}) {
      std::optional<std::string> value;
      if (const uint64_t unit = random.Below(units + 1); unit > 0) value = std::to_string(unit);
      Operation read = Get(key, value, {40, 41});
      read.batch = 100;
      history.Append(read);
    }
    const std::vector<KeyHistory> keys = SplitByKey(history);
    std::vector<const Operation*> writes;
    std::vector<const Operation*> pieces;
    bool good = true;
    for (const KeyHistory& key : keys) {
      writes.insert(writes.end(), key.writes.begin(), key.writes.end());
      pieces.insert(pieces.end(), key.reads.begin(), key.reads.end());
      for (const Operation* read : key.reads) {
        good = good && (read->result.found == false ||
                        std::any_of(key.writes.begin(), key.writes.end(), [&](const auto* write) {
                          return write->value == read->result.value;
                        }));
      }
    }
    if (!good) continue;  // from nowhere: told elsewhere
    const PromiseVerdict verdict = JudgeBatches(keys, "");
    if (verdict.checked == 0) continue;
    const bool expected = BatchByBruteForce(writes, pieces);
    ASSERT_EQ(verdict.anomalies == 0, expected) << "history " << i << "\n" << Print(history);
    tally.Count(expected);
  }
  tally.ExpectBoth();
}

}  // namespace
}  // namespace quorate::check
