// What each level promises, told as stories of a few operations.
#include "check/judge.h"

#include <optional>
#include <string>
#include <vector>

#include "check/judged.h"
#include "check/operations.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

Operation Members(std::string level, std::vector<std::string> members, Span span) {
  Operation op = At(std::move(level), Done(Action::kGet, "a", span));
  op.result.found = true;
  op.result.elements = std::move(members);
  return op;
}

Operation SetAdd(std::string element, Span span) {
  Operation op = At("QUORUM", Done(Action::kSetAdd, "a", span));
  op.value = std::move(element);
  return op;
}

// --- mode raft

TEST(JudgeTest, AStaleReadAtOneIsAllowedAndCountedWhileLinearizableStaysClean) {
  const History history =
      Of(kRaft, {At("QUORUM", Put("a", "x", {0, 10}, 1)), At("QUORUM", Put("a", "y", {20, 30}, 2)),
                 At("LINEARIZABLE", Get("a", "y", {25, 50}, 2)),
                 At("ONE", Get("a", "x", {40, 50}, 1)), At("ONE", Get("a", "y", {60, 70}, 2))});
  const PromiseVerdict one = LineOf(history, "ONE");
  EXPECT_EQ(one.verdict, Verdict::kPassed);
  EXPECT_EQ(one.checked, 2u);
  EXPECT_EQ(one.allowed, 1u);
  EXPECT_EQ(one.allowed_what, "stale");
  const PromiseVerdict linearizable = LineOf(history, "LINEARIZABLE");
  EXPECT_EQ(linearizable.verdict, Verdict::kPassed) << KindOf(linearizable);
  EXPECT_EQ(linearizable.allowed, 0u);
}

TEST(JudgeTest, AReadAtOneGivesNothingFromNowhere) {
  const std::vector<Operation> writes = {
      At("QUORUM", Put("a", "x", {0, 10}, 1)), At("QUORUM", Unknown(Put("a", "u", {0, 10}))),
      At("QUORUM", Failed(Put("a", "f", {0, 10}))), At("QUORUM", Put("a", "late", {90, 95}, 2))};
  const auto reads = [&](const std::string& value) {
    std::vector<Operation> operations = writes;
    operations.push_back(At("ONE", Get("a", value, {40, 50})));
    return LineOf(kRaft, operations, "ONE");
  };
  EXPECT_EQ(reads("x").verdict, Verdict::kPassed);
  EXPECT_EQ(reads("u").verdict, Verdict::kPassed);
  for (const std::string value : {"f", "late", "?"}) {
    EXPECT_EQ(KindOf(reads(value)), "value from nowhere") << value;
  }
}

TEST(JudgeTest, ABoundedReadIsNoOlderThanItsBoundByTheTrueClock) {
  const std::vector<Operation> writes = {At("QUORUM", Put("a", "x", {0, 10}, 1)),
                                         At("QUORUM", Put("a", "y", {20, 1000}, 2))};
  const auto read_at = [&](int64_t invoke_us) {
    std::vector<Operation> operations = writes;
    operations.push_back(At("BOUNDED(2ms)", Get("a", "x", {invoke_us, invoke_us + 5}, 1)));
    return LineOf(kRaft, operations, "BOUNDED(2ms)");
  };
  EXPECT_EQ(read_at(3000).verdict, Verdict::kPassed);
  EXPECT_EQ(read_at(3000).allowed, 1u);
  const PromiseVerdict late = read_at(3001);
  EXPECT_EQ(KindOf(late), "stale read");
  ASSERT_EQ(late.found.size(), 1u);
  EXPECT_EQ(late.found[0].operations.size(), 3u);  // what it gave, what it missed, and the read
  EXPECT_EQ(late.found[0].wrong, 2u);
}

TEST(JudgeTest, AReceiptsBoundMustBeTrue) {
  std::vector<Operation> operations = {At("QUORUM", Put("a", "x", {0, 10}, 1)),
                                       At("QUORUM", Put("a", "y", {20, 1000}, 2)),
                                       At("ONE", Get("a", "x", {3000, 3010}, 1))};
  operations.back().result.stale_us = 2000;
  EXPECT_EQ(LineOf(kRaft, operations, "ONE").verdict, Verdict::kPassed);
  operations.back().result.stale_us = 1999;
  EXPECT_EQ(KindOf(LineOf(kRaft, operations, "ONE")), "receipt is wrong");
}

// It holds for writes that the level itself does not overlap with.
TEST(JudgeTest, AReceiptsBoundHoldsForWritesAtEveryLevelThatIsOnAReplica) {
  const auto line = [](const std::string& write) {
    std::vector<Operation> operations = {At(write, Put("a", "x", {0, 10}, 1)),
                                         At(write, Put("a", "y", {20, 1000}, 2)),
                                         At("ONE", Get("a", "x", {3000, 3010}, 1))};
    operations.back().result.stale_us = 1999;
    return KindOf(LineOf(kLww, operations, "ONE"));
  };
  EXPECT_EQ(line("ONE"), "receipt is wrong");
  EXPECT_EQ(line("ANY"), "");
}

TEST(JudgeTest, ASessionReadsItsWritesAndNeverGoesBack) {
  const std::vector<Operation> writes = {At("QUORUM", Put("a", "x", {0, 10}, 1), 1),
                                         At("QUORUM", Put("a", "y", {20, 30}, 2), 2)};
  const auto line = [&](std::vector<Operation> reads) {
    std::vector<Operation> operations = writes;
    operations.insert(operations.end(), reads.begin(), reads.end());
    return LineOf(kRaft, operations, "SESSION");
  };
  const Operation x = At("SESSION", Get("a", "x", {40, 41}, 1), 1);
  EXPECT_EQ(line({x}).verdict, Verdict::kPassed);
  EXPECT_EQ(KindOf(line({At("SESSION", Get("a", "x", {40, 41}, 1), 2)})), "stale read");
  EXPECT_EQ(KindOf(line({At("SESSION", Get("a", std::nullopt, {40, 41}), 1)})), "stale read");
  // Seen by a read of any level.
  const PromiseVerdict back = line({At("ONE", Get("a", "y", {35, 36}, 2), 1), x});
  EXPECT_EQ(KindOf(back), "stale read");
  ASSERT_EQ(back.found.size(), 1u);
  EXPECT_EQ(back.found[0].operations.size(), 4u);
}

TEST(JudgeTest, AWriteOfASessionComesAfterWhatItHasSeen) {
  const auto line = [](uint64_t version, const Operation& before) {
    return LineOf(kLww,
                  {At("QUORUM", Put("a", "other", {0, 10}, 50)), before,
                   At("QUORUM", Put("a", "mine", {40, 50}, version), 1),
                   At("SESSION", Get("a", "other", {20, 21}, 50), 2)},
                  "SESSION");
  };
  const Operation read = At("ONE", Get("a", "other", {30, 31}, 50), 1);
  EXPECT_EQ(line(51, read).verdict, Verdict::kPassed);
  EXPECT_EQ(KindOf(line(49, read)), "write does not follow read");
  EXPECT_EQ(KindOf(line(49, At("QUORUM", Put("a", "first", {12, 13}, 60), 1))),
            "writes not monotonic");
}

TEST(JudgeTest, AWriteAtOneMayBeLostWithItsLeader) {
  History history =
      Of(kRaft, {At("QUORUM", Put("a", "x", {0, 10}, 1)), At("ONE", Put("a", "y", {20, 30}, 2)),
                 At("LINEARIZABLE", Get("a", "x", {5, 50}, 1)),
                 At("LINEARIZABLE", Get("a", "x", {40, 50}, 1))});
  HeldEverywhere({"x", 1}, history);
  EXPECT_EQ(LineOf(history, "LINEARIZABLE").verdict, Verdict::kPassed);
  const PromiseVerdict end = LineOf(history, "final");
  EXPECT_EQ(end.verdict, Verdict::kPassed);
  EXPECT_EQ(end.allowed, 3u);
  EXPECT_EQ(end.allowed_what, "lost at ONE");
}

TEST(JudgeTest, ABatchIsSeenWholeOrNotAtAll) {
  std::vector<Operation> operations;
  for (const std::string key : {"{t}1", "{t}2"}) {
    operations.push_back(At("QUORUM", Put(key, "old", {0, 10}, 1)));
    operations.push_back(At("QUORUM", Put(key, "new", {20, 90}, 2)));
    operations[operations.size() - 2].batch = 1;
    operations.back().batch = 2;
  }
  const auto read = [&](const std::string& first, const std::string& second) {
    std::vector<Operation> all = operations;
    all.push_back(At("ONE", Get("{t}1", first, {40, 50})));
    all.push_back(At("ONE", Get("{t}2", second, {40, 50})));
    all[all.size() - 2].batch = all.back().batch = 3;
    for (PromiseVerdict& line : JudgeHistory(Of(kRaft, all))) {
      if (line.promise == "a batch is seen whole or not at all") return line;
    }
    return PromiseVerdict();
  };
  EXPECT_EQ(read("old", "old").verdict, Verdict::kPassed);
  EXPECT_EQ(read("new", "new").verdict, Verdict::kPassed);
  EXPECT_EQ(KindOf(read("new", "old")), "torn batch");
  EXPECT_EQ(read("old", "new").found.at(0).operations.size(), 5u);
}

// --- mode quorum

TEST(JudgeTest, QuorumsThatOverlapSeeWhatWasAcknowledgedOrWhatBeatIt) {
  const auto line = [](const std::string& write, const std::string& read, uint64_t version) {
    return LineOf(kLww,
                  {At(write, Put("a", "x", {0, 10}, 5)), At(write, Put("a", "y", {0, 10}, 7)),
                   At(write, Unknown(Put("a", "z", {0, 10}))),
                   At(read, Get("a",
                                version == 5   ? "x"
                                : version == 7 ? "y"
                                               : "z",
                                {20, 30}, version))},
                  read);
  };
  EXPECT_EQ(line("QUORUM", "QUORUM", 7).verdict, Verdict::kPassed);
  EXPECT_EQ(line("QUORUM", "QUORUM", 9).verdict, Verdict::kPassed);
  EXPECT_EQ(KindOf(line("QUORUM", "QUORUM", 5)), "stale read");
  EXPECT_EQ(KindOf(line("ALL", "ONE", 5)), "");
  for (const std::string level : {"ONE", "TWO"}) {
    const PromiseVerdict weak = line("ONE", level, 5);
    EXPECT_EQ(weak.verdict, Verdict::kPassed) << level;
    EXPECT_EQ(weak.allowed, 1u) << level;
  }
  EXPECT_EQ(KindOf(line("TWO", "TWO", 5)), "stale read");  // of three
}

TEST(JudgeTest, AWriteThatLostByItsTimeStampIsNoAnomaly) {
  // The later one by the clients' clock has the smaller stamp.
  History history =
      Of(kLww, {At("QUORUM", Put("a", "x", {0, 10}, 7)), At("QUORUM", Put("a", "y", {20, 30}, 5)),
                At("QUORUM", Get("a", "x", {40, 50}, 7))});
  HeldEverywhere({"x", 7}, history);
  for (const PromiseVerdict& line : JudgeHistory(history)) {
    EXPECT_EQ(line.verdict, Verdict::kPassed) << line.read << " " << KindOf(line);
  }
}

TEST(JudgeTest, ARegistersWeakReadMayShowAWriteThatComesToNothing) {
  const std::vector<Operation> operations = {At("LINEARIZABLE", Put("a", "x", {0, 10}, 5)),
                                             At("LINEARIZABLE", Failed(Put("a", "y", {20, 30}))),
                                             At("ONE", Get("a", "y", {25, 28}, 6)),
                                             At("QUORUM", Get("a", "x", {40, 45}, 5))};
  EXPECT_EQ(LineOf(kRegister, operations, "ONE").verdict, Verdict::kPassed);
  EXPECT_EQ(LineOf(kRegister, operations, "QUORUM").verdict, Verdict::kPassed);
}

TEST(JudgeTest, SetsLoseNothingAndGiveNothingBack) {
  Operation remove = At("QUORUM", Done(Action::kSetRemove, "a", {40, 50}));
  remove.value = "1";
  const auto line = [&](std::vector<std::string> members, int64_t at_us) {
    return LineOf(kSet,
                  {SetAdd("1", {0, 10}), SetAdd("2", {0, 10}), remove,
                   Members("QUORUM", std::move(members), {at_us, at_us + 5})},
                  "QUORUM");
  };
  EXPECT_EQ(line({"2", "1"}, 20).verdict, Verdict::kPassed);
  EXPECT_EQ(KindOf(line({"1"}, 20)), "stale read");
  EXPECT_EQ(KindOf(line({"2"}, 20)), "stale read");
  EXPECT_EQ(line({"2"}, 45).verdict, Verdict::kPassed);
  EXPECT_EQ(KindOf(line({"1", "2"}, 60)), "removed value is back");
  EXPECT_EQ(KindOf(line({"1", "2", "3"}, 20)), "value from nowhere");
}

TEST(JudgeTest, FollowsEachElementUntilAllReadsHaveIt) {
  const PromiseVerdict line =
      LineOf(kSet,
             {SetAdd("1", {0, 10}), SetAdd("2", {0, 10}), SetAdd("3", {0, 100}),
              Members("ONE", {"1"}, {20, 25}), Members("ONE", {"1", "2"}, {30, 35})},
             "ONE");
  EXPECT_EQ(line.note,
            "3 elements acknowledged: 1 never read, 0 not in their last read, 1 missing from some; "
            "all reads had them after 10 us (median), 10 us at most");
  EXPECT_EQ(line.allowed, 1u);
}

TEST(JudgeTest, ASiblingStaysUntilAContextReplacesIt) {
  Operation merged = At("QUORUM", Put("a", "z", {30, 40}));
  merged.replaced = {"x", "y"};
  const auto line = [&](std::vector<std::string> values, int64_t at_us) {
    Operation read = At("QUORUM", Done(Action::kGet, "a", {at_us, at_us + 5}));
    read.result.found = true;
    read.result.values = std::move(values);
    return LineOf(
        kSiblings,
        {At("QUORUM", Put("a", "x", {0, 10})), At("QUORUM", Put("a", "y", {0, 10})), merged, read},
        "QUORUM");
  };
  EXPECT_EQ(line({"x", "y"}, 20).verdict, Verdict::kPassed);
  EXPECT_EQ(KindOf(line({"x"}, 20)), "stale read");
  EXPECT_EQ(line({"z"}, 50).verdict, Verdict::kPassed);
  EXPECT_EQ(KindOf(line({"z", "x"}, 50)), "removed value is back");
  EXPECT_EQ(KindOf(line({}, 50)), "stale read");
}

TEST(JudgeTest, ACounterIsWithinWhatWasAdded) {
  Operation one = At("QUORUM", Done(Action::kAdd, "a", {0, 10}));
  one.delta = 1;
  Operation maybe = At("QUORUM", Unknown(one));
  const auto line = [&](const std::string& value) {
    return KindOf(
        LineOf(kCounter, {one, one, maybe, At("QUORUM", Get("a", value, {20, 30}))}, "QUORUM"));
  };
  EXPECT_EQ(line("1"), "stale read");
  EXPECT_EQ(line("2"), "");
  EXPECT_EQ(line("3"), "");
  EXPECT_EQ(line("4"), "value from nowhere");
}

TEST(JudgeTest, AtTheEndReplicasAreEqualAndNothingAcknowledgedIsLost) {
  const auto end = [](std::vector<std::string> first, std::vector<std::string> second) {
    History history = Of(kSet, {SetAdd("1", {0, 10}), SetAdd("2", {0, 10})});
    history.AppendReplica({.replica = "n1", .records = {{"a", {.value = "", .elements = first}}}});
    history.AppendReplica({.replica = "n2", .records = {{"a", {.value = "", .elements = first}}}});
    history.AppendReplica({.replica = "n3", .records = {{"a", {.value = "", .elements = second}}}});
    return KindOf(LineOf(history, "final"));
  };
  EXPECT_EQ(end({"1", "2"}, {"2", "1"}), "");
  EXPECT_EQ(end({"1", "2"}, {"1"}), "replicas differ");
  EXPECT_EQ(end({"1"}, {"1"}), "lost write");
}

TEST(JudgeTest, WhatWasAppendedLastIsToldByTheFinalReadsAlone) {
  const auto append = [](std::string element, Span span) {
    Operation op = At("QUORUM", Done(Action::kAppend, "a", span));
    op.value = std::move(element);
    return op;
  };
  const auto end = [&](std::vector<std::string> list) {
    History history = Of(kRaft, {append("1", {0, 10}), Members("LINEARIZABLE", {"1"}, {20, 25}),
                                 append("2", {30, 40})});
    HeldEverywhere({.value = "", .elements = list}, history);
    return KindOf(LineOf(history, "final"));
  };
  EXPECT_EQ(end({"1", "2"}), "");
  EXPECT_EQ(end({"1"}), "lost write");
  EXPECT_EQ(end({"2", "1"}), "value from nowhere");
}

// It is on one disk.
TEST(JudgeTest, AWriteAtOneOrAnyIsThereAtTheEndIfNoDiskWasLost) {
  const auto end = [](const JobInfo& job, const std::string& level, const std::string& sum,
                      bool disks_kept) {
    std::vector<Operation> adds;
    for (const Span span : {Span{0, 10}, Span{20, 30}}) {
      adds.push_back(At(level, Done(Action::kAdd, "a", span)));
      adds.back().delta = 1;
    }
    History history = Of(job, adds);
    HeldEverywhere({sum, 0}, history);
    for (const PromiseVerdict& line : JudgeHistory(history, {.disks_kept = disks_kept})) {
      if (line.read == "final") return KindOf(line);
    }
    return std::string("no line");
  };
  for (const std::string level : {"ONE", "ANY"}) {
    EXPECT_EQ(end(kCounter, level, "2", true), "") << level;
    EXPECT_EQ(end(kCounter, level, "1", true), "lost write") << level;
    EXPECT_EQ(end(kCounter, level, "1", false), "") << level;
    EXPECT_EQ(end(kCounter, level, "3", false), "value from nowhere") << level;
  }
  EXPECT_EQ(end(kRaft, "ONE", "1", true), "") << "it may have been lost with its leader";
}

// --- the whole

TEST(JudgeTest, NothingCheckedIsNoPassWhateverElsePassed) {
  const std::vector<PromiseVerdict> lines = JudgeHistory(
      Of(kRaft, {At("QUORUM", Put("a", "x", {0, 10})), At("ONE", Get("a", "x", {20, 30})),
                 At("BOUNDED(1s)", Unknown(Get("a", "x", {20, 30})))}));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].verdict, Verdict::kNothingChecked);
  EXPECT_EQ(lines[0].why, "no read at this level was answered");
  EXPECT_EQ(lines[1].verdict, Verdict::kPassed);
  EXPECT_EQ(Sum(lines), Verdict::kNothingChecked);
  EXPECT_EQ(Sum({}), Verdict::kNothingChecked);
}

TEST(JudgeTest, NamesTheFirstOfManyAnomaliesAndCountsAll) {
  std::vector<Operation> operations = {At("QUORUM", Put("a", "x", {0, 10}, 5))};
  for (int i = 0; i < 25; ++i) operations.push_back(At("QUORUM", Get("a", std::nullopt, {20, 30})));
  const PromiseVerdict line = LineOf(kLww, operations, "QUORUM");
  EXPECT_EQ(line.anomalies, 25u);
  EXPECT_EQ(line.found.size(), PromiseVerdict::kFoundMax);
}

}  // namespace
}  // namespace quorate::check
