// Reads that show an attempt of a put which others overtook, before it was made anew: registers
// have no one order of what weak reads show of them.
#include <gtest/gtest.h>

#include <vector>

#include "check/operations.h"
#include "check/register_truth.h"

namespace quorate::check {
namespace {

using Kind = Answer::Kind;

Kind KindOf(const std::vector<Operation>& all, const Operation& read, bool shows_pending,
            const MustSee& must = {}) {
  History history;
  for (const Operation& op : all) history.Append(op);
  history.Append(read);
  const std::vector<KeyHistory> keys = SplitByKey(history);
  const RegisterTruth truth(keys[0], Counts(keys[0].writes.size(), true),
                            {.shows_pending = shows_pending});
  return truth.Explain(*keys[0].reads.back(), must).kind;
}

const Operation kMadeAnew = Put("a", "1", {10, 40}, 9);

TEST(OvertakenTest, AnAttemptMayBeShown) {
  const Operation early = Get("a", "1", {20, 25}, 5);
  EXPECT_EQ(KindOf({kMadeAnew}, early, true), Kind::kExplained);
  EXPECT_EQ(KindOf({kMadeAnew}, early, false), Kind::kNowhere);
  // Where others hold it they may show it later.
  EXPECT_EQ(KindOf({kMadeAnew}, Get("a", "1", {50, 60}, 5), true), Kind::kExplained);
}

TEST(OvertakenTest, NoAttemptIsNewerThanTheLast) {
  EXPECT_EQ(KindOf({kMadeAnew}, Get("a", "1", {20, 25}, 11), true), Kind::kNowhere);
}

TEST(OvertakenTest, NoneIsShownBeforeThePut) {
  EXPECT_EQ(KindOf({kMadeAnew}, Get("a", "1", {1, 5}, 5), true), Kind::kNowhere);
}

TEST(OvertakenTest, AnAttemptIsShownByNobodyWhoHoldsWhatIsNewer) {
  const Operation before = Put("a", "0", {1, 5}, 7);
  MustSee all;
  all.ended_before_us = 10;
  EXPECT_EQ(KindOf({before, kMadeAnew}, Get("a", "1", {20, 25}, 6), true, all), Kind::kMissed);
  EXPECT_EQ(KindOf({before, kMadeAnew}, Get("a", "1", {20, 25}, 8), true, all), Kind::kExplained);
  const std::vector<uint32_t> first = {0};
  MustSee seen;
  seen.also = first;
  EXPECT_EQ(KindOf({before, kMadeAnew}, Get("a", "1", {20, 25}, 6), true, seen), Kind::kMissed);
}

TEST(OvertakenTest, OfAPutOfUnknownOutcomeEachAttemptMayBeShown) {
  const Operation put = Unknown(Put("a", "1", {10, 40}));
  const Operation first = Get("a", "1", {20, 25}, 5);
  const Operation second = Get("a", "1", {30, 35}, 9);
  EXPECT_EQ(KindOf({put, second}, first, true), Kind::kExplained);
  EXPECT_EQ(KindOf({put, first}, second, true), Kind::kExplained);
  EXPECT_EQ(KindOf({put, first}, second, false), Kind::kNowhere);
}

}  // namespace
}  // namespace quorate::check
