// What only a copy had that is no replica any more: of registers; for the other policies see
// FormerCopyPoliciesTest.
#include <gtest/gtest.h>

#include "quorum/lww.h"
#include "quorum/register_record.h"
#include "quorum/seen_clock.h"

namespace quorate::quorum {
namespace {

constexpr Identity kGone{NodeId(3), Boot(1)};

RegisterBody Accepted(uint64_t counter, HlcTime origin, bool present = true) {
  RegisterBody body;
  body.value.accepted = {HlcTime(70), kGone, 1};
  body.value.origin = {origin, kGone, 1};
  body.value.present = present;
  body.value.bytes = present ? "alone" : "";
  body.value.dot = {kGone, counter};
  body.promised = body.value.accepted;
  return body;
}

TEST(LostTest, ARegistersValueIsTheVersionThatClientsSee) {
  const Record theirs = RegisterRecord(Accepted(5, HlcTime(40)));
  const auto lost = RegisterPolicy().Lost("k", nullptr, theirs, {});
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost.front().body, "alone");
  EXPECT_EQ(lost.front().time, HlcTime(40));
  EXPECT_FALSE(lost.front().tombstone);
}

TEST(LostTest, ARegisterThatIsDeletedThereIsOne) {
  const Record theirs = RegisterRecord(Accepted(5, HlcTime(40), /*present=*/false));
  const auto lost = RegisterPolicy().Lost("k", nullptr, theirs, {});
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_TRUE(lost.front().tombstone);
}

TEST(LostTest, AValueThatAnotherRoundHasCompletedIsNotLost) {
  const Record theirs = RegisterRecord(Accepted(5, HlcTime(40)));
  RegisterBody completed = Accepted(9, HlcTime(40));
  completed.value.accepted.time = HlcTime(90);
  completed.promised = completed.value.accepted;
  completed.value.dot.identity.node = NodeId(1);
  const Record mine = RegisterRecord(completed);
  EXPECT_TRUE(RegisterPolicy().Lost("k", &mine, theirs, {}).empty());
  const Record other = RegisterRecord(Accepted(9, HlcTime(41)));
  EXPECT_EQ(RegisterPolicy().Lost("k", &other, theirs, {}).size(), 1u);
}

TEST(LostTest, WhatIsSeenIsNotLost) {
  const Record theirs = RegisterRecord(Accepted(5, HlcTime(40)));
  SeenClock seen;
  seen.Add(theirs.dot);
  EXPECT_TRUE(RegisterPolicy().Lost("k", nullptr, theirs, seen).empty());
  EXPECT_TRUE(LastWriteWins().Lost("k", nullptr, theirs, seen).empty());
  EXPECT_EQ(LastWriteWins().Lost("k", nullptr, theirs, {}).size(), 1u);
}

TEST(LostTest, APromiseAloneIsNoWrite) {
  RegisterBody promised;
  promised.promised = {HlcTime(70), kGone, 1};
  EXPECT_TRUE(RegisterPolicy().Lost("k", nullptr, RegisterRecord(promised), {}).empty());
}

}  // namespace
}  // namespace quorate::quorum
