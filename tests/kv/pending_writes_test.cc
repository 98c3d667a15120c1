#include "kv/pending_writes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace quorate::kv {
namespace {

using State = PendingWrites::State;

void Put(PendingWrites& pending, std::string_view key, std::string_view record) {
  const EngineBatch::Room room = pending.PutRoom(key.size(), record.size());
  std::copy(key.begin(), key.end(), room.key);
  std::copy(record.begin(), record.end(), room.value);
}

std::string Steps(const EngineBatch& batch) {
  std::string text;
  for (const EngineBatch::Step& step : batch.steps()) {
    if (const auto* put = std::get_if<EngineBatch::Put>(&step)) {
      StrAppend(&text, put->key, "=", put->value, " ");
    } else {
      StrAppend(&text, std::get<EngineBatch::Delete>(step).key, "! ");
    }
  }
  return text;
}

TEST(PendingWritesTest, ShowsTheLatestOfEachKey) {
  PendingWrites pending;
  EXPECT_EQ(pending.Find("a").state, State::kUntouched);
  Put(pending, "a", "1");
  Put(pending, "b", "1");
  EXPECT_EQ(pending.Find("a").record, "1");
  Put(pending, "a", "2");
  pending.Delete("b");
  EXPECT_EQ(pending.Find("a").record, "2");
  EXPECT_EQ(pending.Find("b").state, State::kDeleted);
}

TEST(PendingWritesTest, LeavesTheStepsAsTheyCameWhereNobodyAsked) {
  PendingWrites pending;
  for (const char* key : {"c", "a", "c"}) Put(pending, key, "1");
  EXPECT_EQ(Steps(pending.TakeBatch()), "c=1 a=1 c=1 ");
  EXPECT_EQ(Steps(pending.TakeBatch()), "");
}

TEST(PendingWritesTest, LeavesTheLastStepOfEachKeyWhereSomebodyAsked) {
  PendingWrites pending;
  for (const char* key : {"c", "a", "b", "a", "c"}) Put(pending, key, "1");
  EXPECT_EQ(pending.Find("a").record, "1");
  pending.Delete("a");
  EXPECT_EQ(Steps(pending.TakeBatch()), "b=1 c=1 a! ");
  EXPECT_EQ(pending.Find("a").state, State::kUntouched);
  EXPECT_EQ(Steps(pending.TakeBatch()), "");
}

TEST(PendingWritesTest, UndoesTheCommandUnderWayAndNoMore) {
  PendingWrites pending;
  pending.BeginCommand();
  Put(pending, "a", "1");
  pending.BeginCommand();
  Put(pending, "a", "2");
  EXPECT_EQ(pending.Find("a").record, "2");
  pending.Delete("a");
  Put(pending, "new", "1");
  pending.Undo();
  EXPECT_EQ(pending.Find("a").record, "1");
  EXPECT_EQ(pending.Find("new").state, State::kUntouched);
  EXPECT_EQ(Steps(pending.TakeBatch()), "a=1 ");
}

TEST(PendingWritesTest, KeysStayReadableHoweverManyThereAre) {
  PendingWrites pending;
  for (int i = 0; i < 5000; ++i) Put(pending, std::to_string(i), std::to_string(-i));
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(pending.Find(std::to_string(i)).record, std::to_string(-i));
  }
}

}  // namespace
}  // namespace quorate::kv
