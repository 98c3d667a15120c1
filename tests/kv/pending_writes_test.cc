#include "kv/pending_writes.h"

#include <gtest/gtest.h>

namespace quorate::kv {
namespace {

using State = PendingWrites::State;

std::string Steps(const EngineBatch& batch) {
  std::string text;
  for (const EngineBatch::Step& step : batch.steps()) {
    if (const auto* put = std::get_if<EngineBatch::Put>(&step)) {
      text += put->key + "=" + put->value + " ";
    } else {
      text += std::get<EngineBatch::Delete>(step).key + "! ";
    }
  }
  return text;
}

TEST(PendingWritesTest, ShowsTheLatestOfEachKey) {
  PendingWrites pending;
  EXPECT_EQ(pending.Find("a").state, State::kUntouched);
  pending.Put("a", "1");
  pending.Put("b", "1");
  pending.Put("a", "2");
  pending.Delete("b");
  EXPECT_EQ(pending.Find("a").record, "2");
  EXPECT_EQ(pending.Find("b").state, State::kDeleted);
}

TEST(PendingWritesTest, LeavesOneStepForEachKeyInTheOrderOfTheirFirstWrites) {
  PendingWrites pending;
  for (const char* key : {"c", "a", "b", "a", "c"}) pending.Put(key, "1");
  pending.Delete("a");
  EXPECT_EQ(Steps(pending.TakeBatch()), "c=1 a! b=1 ");
  EXPECT_EQ(Steps(pending.TakeBatch()), "");
}

TEST(PendingWritesTest, UndoesTheCommandUnderWayAndNoMore) {
  PendingWrites pending;
  pending.BeginCommand(false);
  pending.Put("a", "1");
  pending.BeginCommand(true);
  pending.Put("a", "2");
  pending.Delete("a");
  pending.Put("new", "1");
  pending.Undo();
  EXPECT_EQ(pending.Find("a").record, "1");
  EXPECT_EQ(pending.Find("new").state, State::kUntouched);
  EXPECT_EQ(Steps(pending.TakeBatch()), "a=1 ");
}

TEST(PendingWritesTest, KeysStayReadableHoweverManyThereAre) {
  PendingWrites pending;
  for (int i = 0; i < 5000; ++i) pending.Put(std::to_string(i), std::to_string(-i));
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(pending.Find(std::to_string(i)).record, std::to_string(-i));
  }
}

}  // namespace
}  // namespace quorate::kv
