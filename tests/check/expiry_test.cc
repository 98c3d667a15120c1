// Values that expire are gone in time and not before, by a time that stands still while
// nobody leads.
#include <optional>
#include <string>
#include <vector>

#include "check/judged.h"
#include "check/operations.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

// Reads of another key that somebody answered, one after the other.
std::vector<Operation> Answered(Span span) {
  std::vector<Operation> reads;
  for (int64_t at_us = span.invoke_us; at_us < span.return_us; at_us += 50'000) {
    reads.push_back(At("LINEARIZABLE", Get("other", std::nullopt, {at_us, at_us})));
  }
  return reads;
}

TEST(ExpiryTest, AnExpiredValueIsGoneInTimeAndNotBefore) {
  Operation put = At("QUORUM", Put("a", "x", {0, 10}, 1));
  put.ttl_us = 5'000'000;
  const auto line = [&](std::optional<std::string> value, int64_t at_us) {
    std::vector<Operation> operations = Answered({10, at_us});
    operations.push_back(put);
    operations.push_back(At("LINEARIZABLE", Get("a", value, {at_us, at_us + 5})));
    return KindOf(LineOf(kRaft, operations, "LINEARIZABLE"));
  };
  EXPECT_EQ(line("x", 5'900'000), "");
  EXPECT_EQ(line("x", 6'100'000), "read after expiry");
  EXPECT_EQ(line(std::nullopt, 4'100'000), "");
  EXPECT_EQ(line(std::nullopt, 3'900'000), "gone before expiry");
}

// Time stands still while nobody leads; only then may a value be late.
TEST(ExpiryTest, AnExpiredValueIsLateByAsLongAsNobodyLed) {
  Operation put = At("QUORUM", Put("a", "x", {0, 10}, 1));
  put.ttl_us = 5'000'000;
  const auto line = [&](Span unled, int64_t at_us) {
    std::vector<Operation> operations = Answered({10, unled.invoke_us});
    for (Operation& op : Answered({unled.return_us, at_us})) operations.push_back(std::move(op));
    operations.push_back(put);
    operations.push_back(At("LINEARIZABLE", Get("a", "x", {at_us, at_us + 5})));
    return LineOf(kRaft, operations, "LINEARIZABLE");
  };
  const PromiseVerdict late = line({4'000'000, 8'000'000}, 8'900'000);
  EXPECT_EQ(late.verdict, Verdict::kPassed) << KindOf(late);
  EXPECT_EQ(late.allowed, 1u);
  EXPECT_EQ(late.allowed_what, "late, as nobody led");
  // Longer than that, and before it was due.
  EXPECT_EQ(KindOf(line({4'000'000, 8'000'000}, 9'100'000)), "read after expiry");
  EXPECT_EQ(KindOf(line({1'000'000, 5'000'000}, 6'100'000)), "read after expiry");
  // In time nothing is to be excused.
  EXPECT_EQ(line({4'000'000, 5'000'000}, 5'500'000).allowed, 0u);
}

TEST(ExpiryTest, WhatWasAnsweredInAnotherPartitionShowsNoLeader) {
  Operation put = At("QUORUM", Put("a", "x", {0, 10}, 1));
  put.ttl_us = 1'000'000;
  const auto line = [&](uint64_t others_partition) {
    std::vector<Operation> operations = Answered({10, 5'000'000});
    operations.push_back(put);
    operations.push_back(At("LINEARIZABLE", Get("a", "x", {5'000'000, 5'000'005})));
    History history = Of(kRaft, operations);
    history.Place("a", {1, {"n1", "n2", "n3"}});
    history.Place("other", {others_partition, {"n1", "n2", "n3"}});
    return LineOf(history, "LINEARIZABLE");
  };
  EXPECT_EQ(KindOf(line(1)), "read after expiry");
  EXPECT_EQ(KindOf(line(2)), "");
  EXPECT_EQ(line(2).allowed, 1u);
}

TEST(ExpiryTest, OnlyWhatNeedsALeaderAndAMajorityShowsOne) {
  Operation put = At("QUORUM", Put("a", "x", {0, 10}, 1));
  put.ttl_us = 1'000'000;
  const auto line = [&](const std::string& level, Action action) {
    std::vector<Operation> operations = Answered({10, 5'000'000});
    for (Operation& op : operations) {
      if (action == Action::kPut) op = Put("other", "y", {op.invoke_us, *op.return_us});
      op.level = level;
    }
    operations.push_back(put);
    operations.push_back(At("LINEARIZABLE", Get("a", "x", {5'000'000, 5'000'005})));
    return KindOf(LineOf(kRaft, operations, "LINEARIZABLE"));
  };
  EXPECT_EQ(line("LINEARIZABLE", Action::kGet), "read after expiry");
  EXPECT_EQ(line("QUORUM", Action::kPut), "read after expiry");
  for (const char* level : {"ONE", "LEASE", "SESSION"}) EXPECT_EQ(line(level, Action::kGet), "");
  EXPECT_EQ(line("ONE", Action::kPut), "");
}

// Without a leader each coordinator has a clock of its own.
TEST(ExpiryTest, InModeQuorumNobodyHasToLead) {
  Operation put = At("QUORUM", Put("a", "x", {0, 10}, 1));
  put.ttl_us = 1'000'000;
  const PromiseVerdict late =
      LineOf(kLww, {put, At("QUORUM", Get("a", "x", {5'000'000, 5'000'005}, 1))}, "QUORUM");
  EXPECT_EQ(KindOf(late), "read after expiry");
}

}  // namespace
}  // namespace quorate::check
