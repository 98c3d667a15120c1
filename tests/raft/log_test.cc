#include "raft/log.h"

#include <gtest/gtest.h>

namespace quorate::raft {
namespace {

LogEntry Entry(uint64_t index, uint64_t term, const std::string& data = "") {
  return {Term(term), LogIndex(index), EntryKind::kCommand, Payload(data)};
}

// Indexes 1..n of the given terms, on a log that begins empty.
Log LogOf(const std::vector<uint64_t>& terms, uint64_t commit = 0) {
  std::vector<LogEntry> entries;
  for (uint64_t term : terms) entries.push_back(Entry(entries.size() + 1, term));
  return Log(LogIndex(), Term(), std::move(entries), LogIndex(commit));
}

TEST(LogTest, KnowsTermsFromItsBaseToItsEnd) {
  const Log log(LogIndex(10), Term(3), {Entry(11, 3), Entry(12, 4)}, LogIndex(10));
  EXPECT_EQ(log.TermAt(LogIndex(9)), Term());
  EXPECT_EQ(log.TermAt(LogIndex(10)), Term(3));
  EXPECT_EQ(log.TermAt(LogIndex(12)), Term(4));
  EXPECT_EQ(log.TermAt(LogIndex(13)), Term());
  EXPECT_TRUE(log.Holds(LogIndex(10), Term(3)));
  EXPECT_FALSE(log.Holds(LogIndex(9), Term()));
  EXPECT_EQ(log.EntryAt(LogIndex(10)), nullptr);
  EXPECT_EQ(log.EntryAt(LogIndex(11))->term, Term(3));
}

TEST(LogTest, ComparesByLastTermBeforeLength) {
  const Log log = LogOf({1, 2, 2});
  EXPECT_TRUE(log.IsUpToDate(LogIndex(1), Term(3)));
  EXPECT_TRUE(log.IsUpToDate(LogIndex(3), Term(2)));
  EXPECT_FALSE(log.IsUpToDate(LogIndex(2), Term(2)));
  EXPECT_FALSE(log.IsUpToDate(LogIndex(9), Term(1)));
}

TEST(LogTest, SlicesByBytesButAtLeastOneEntry) {
  const Log log = LogOf({1, 1, 1});
  const uint64_t one = EntryBytes(Entry(1, 1));
  EXPECT_EQ(log.Slice(LogIndex(1), LogIndex(3), 1).size(), 1u);
  EXPECT_EQ(log.Slice(LogIndex(1), LogIndex(3), 2 * one).size(), 2u);
  EXPECT_EQ(log.Slice(LogIndex(2), LogIndex(9), 100 * one).size(), 2u);
  EXPECT_TRUE(log.Slice(LogIndex(4), LogIndex(9), 100).empty());
}

TEST(LogTest, CountsWhatIsHereUpToTheFirstConflict) {
  const Log log = LogOf({1, 1, 2});
  EXPECT_EQ(log.CountHeld({Entry(2, 1), Entry(3, 2), Entry(4, 2)}), 2u);
  EXPECT_EQ(log.CountHeld({Entry(2, 1), Entry(3, 3)}), 1u);
  EXPECT_EQ(log.CountHeld({}), 0u);
}

TEST(LogTest, SkipsTermsThatCannotMatch) {
  const Log log = LogOf({1, 1, 4, 4, 6});
  EXPECT_EQ(log.LastNotAbove(LogIndex(9), Term(5)), LogIndex(4));
  EXPECT_EQ(log.LastNotAbove(LogIndex(4), Term(3)), LogIndex(2));
  EXPECT_EQ(log.LastNotAbove(LogIndex(5), Term(0)), LogIndex(0));
}

TEST(LogTest, AccountsForBytesKeptAndUncommitted) {
  Log log = LogOf({1, 1});
  log.Append(Entry(3, 2, "twelve bytes"));
  const uint64_t one = EntryBytes(Entry(1, 1));
  EXPECT_EQ(log.bytes(), 3 * one + 12);
  EXPECT_EQ(log.uncommitted_bytes(), 3 * one + 12);
  log.CommitTo(LogIndex(2));
  EXPECT_EQ(log.uncommitted_bytes(), one + 12);
  log.Compact(LogIndex(1));
  EXPECT_EQ(log.bytes(), 2 * one + 12);
  log.TruncateFrom(LogIndex(3));
  EXPECT_EQ(log.bytes(), one);
  EXPECT_EQ(log.uncommitted_bytes(), 0u);
}

TEST(LogTest, KeepsItsPlaceWhenItForgets) {
  Log log = LogOf({1, 1, 2}, 3);
  log.Compact(LogIndex(3));
  EXPECT_EQ(log.first_index(), LogIndex(4));
  EXPECT_EQ(log.last_index(), LogIndex(3));
  EXPECT_EQ(log.last_term(), Term(2));
}

TEST(LogDeathTest, NeverRemovesWhatIsCommitted) {
  Log log = LogOf({1, 1, 2}, 2);
  EXPECT_DEATH(log.TruncateFrom(LogIndex(2)), "committed");
  EXPECT_DEATH(log.CommitTo(LogIndex(4)), "beyond the end");
  EXPECT_DEATH(log.Compact(LogIndex(3)), "uncommitted");
  EXPECT_DEATH(log.ResetTo(LogIndex(1), Term(1)), "older");
}

}  // namespace
}  // namespace quorate::raft
