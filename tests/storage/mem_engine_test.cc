#include "storage/mem_engine.h"

#include <set>
#include <string>

#include "base/strings.h"
#include "gtest/gtest.h"

namespace quorate {
namespace {

EngineBatch Numbered(int n) {
  EngineBatch batch;
  batch.PutKey("applied", StrCat(n));
  batch.PutKey(StrCat("key", n), "");
  return batch;
}

size_t Keys(const Engine& engine) {
  size_t keys = 0;
  for (auto it = engine.Scan("key", "kez"); it->Valid(); it->Next()) ++keys;
  return keys;
}

TEST(MemEngineTest, ACrashGoesBackToTheLastFlush) {
  MemEngine engine({.seed = 1, .flush_chance = 0});
  ASSERT_TRUE(engine.Write(Numbered(1)).ok());
  ASSERT_TRUE(engine.Flush().ok());
  ASSERT_TRUE(engine.Write(Numbered(2)).ok());
  engine.Crash();
  EXPECT_EQ(engine.Get("applied").value(), "1");
  EXPECT_EQ(Keys(engine), 1u);
}

TEST(MemEngineTest, ACrashMayLeaveTheStateAfterAnyWriteAndNeverHalfOfOne) {
  std::set<size_t> left;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    MemEngine engine({.seed = seed, .flush_chance = 0.2});
    for (int n = 1; n <= 10; ++n) ASSERT_TRUE(engine.Write(Numbered(n)).ok());
    const auto durable = engine.GetDurable("applied").value();
    engine.Crash();
    EXPECT_EQ(engine.Get("applied").value(), durable) << "GetDurable told what a crash leaves";
    const size_t keys = Keys(engine);
    EXPECT_EQ(durable.value_or("0"), StrCat(keys)) << "applied position and data go together";
    left.insert(keys);
  }
  EXPECT_EQ(left.size(), 11u);
}

TEST(MemEngineTest, ACommittedReplacementOutlivesACrashAndLaterFlushes) {
  MemEngine engine({.seed = 1, .flush_chance = 0});
  ASSERT_TRUE(engine.Write(Numbered(1)).ok());
  auto replace = engine.BeginReplace("key", "kez").value();
  ASSERT_TRUE(replace->Add("key7", "new").ok());
  ASSERT_TRUE(replace->Commit().ok());
  ASSERT_TRUE(engine.Flush().ok());
  EXPECT_EQ(engine.Get("key1").value(), std::nullopt);
  engine.Crash();
  EXPECT_EQ(engine.Get("key1").value(), std::nullopt);
  EXPECT_EQ(engine.Get("key7").value(), "new");
}

TEST(MemEngineTest, CountsWhatIsNotFlushed) {
  MemEngine engine({.seed = 1, .flush_chance = 0});
  ASSERT_TRUE(engine.Write(Numbered(1)).ok());
  EXPECT_EQ(engine.stats().memtable_bytes, std::string("applied1key1").size());
  ASSERT_TRUE(engine.Flush().ok());
  EXPECT_EQ(engine.stats().memtable_bytes, 0u);
  EXPECT_EQ(engine.stats().data_bytes, std::string("applied1key1").size());
}

TEST(MemEngineTest, RefusesWritesWhenFullOrFailingAndChangesNothing) {
  MemEngine engine({.seed = 1, .flush_chance = 0});
  engine.SetFull(true);
  EXPECT_TRUE(absl::IsResourceExhausted(engine.Write(Numbered(1))));
  EXPECT_TRUE(absl::IsResourceExhausted(engine.Flush()));
  EXPECT_EQ(engine.Get("applied").value(), std::nullopt);
  engine.SetFull(false);
  engine.SetFailing(true);
  EXPECT_TRUE(absl::IsInternal(engine.Write(Numbered(1))));
  engine.SetFailing(false);
  EXPECT_TRUE(engine.Write(Numbered(1)).ok());
}

}  // namespace
}  // namespace quorate
