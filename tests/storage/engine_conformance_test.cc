// What Engine promises, of RocksDB and of the simulated one alike.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/engine.h"
#include "storage/mem_engine.h"
#include "storage/rocks_engine.h"
#include "storage/temp_folder.h"

namespace quorate {
namespace {

using Pairs = std::map<std::string, std::string>;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class EngineConformanceTest : public testing::TestWithParam<const char*> {
 protected:
  EngineConformanceTest() {
    if (std::string(GetParam()) == "Rocks") {
      RocksEngineOptions options;
      options.staged_file_bytes = 16 * 1024;  // replacements of several files
      engine_ = OpenRocksEngine(folder_.path() + "/data", options).value();
    } else {
      engine_ = std::make_unique<MemEngine>(MemEngineOptions{.seed = 1, .flush_chance = 0});
    }
  }

  void Put(const std::string& key, const std::string& value) {
    EngineBatch batch;
    batch.PutKey(key, value);
    ASSERT_TRUE(engine_->Write(batch).ok());
  }
  std::optional<std::string> Get(const std::string& key) { return engine_->Get(key).value(); }
  std::optional<std::string> GetDurable(const std::string& key) {
    return engine_->GetDurable(key).value();
  }

  TempFolder folder_;
  std::unique_ptr<Engine> engine_;
};

Pairs Collect(std::unique_ptr<EngineIterator> it) {
  Pairs pairs;
  std::string last;
  for (; it->Valid(); it->Next()) {
    EXPECT_TRUE(pairs.empty() || last < it->key()) << "in byte order";
    last = std::string(it->key());
    pairs[last] = std::string(it->value());
  }
  EXPECT_TRUE(it->status().ok());
  return pairs;
}

INSTANTIATE_TEST_SUITE_P(Both, EngineConformanceTest, testing::Values("Rocks", "Mem"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(EngineConformanceTest, AppliesABatchInOrder) {
  EngineBatch batch;
  batch.PutKey("a", "1");
  batch.PutKey("b", "1");
  batch.PutKey("c", "1");
  batch.DeleteKeys("a", "c");
  batch.PutKey("b", "2");
  batch.DeleteKey("c");
  ASSERT_TRUE(engine_->Write(batch).ok());
  EXPECT_THAT(Collect(engine_->Scan("", "z")), ElementsAre(Pair("b", "2")));
  EXPECT_EQ(Get("a"), std::nullopt);
  EXPECT_EQ(Get("b"), "2");
}

TEST_P(EngineConformanceTest, KeepsEmptyValuesAndAnyBytes) {
  const std::string key("\0\xff\0k", 4);
  Put(key, "");
  Put(key + "2", std::string("\0v", 2));
  EXPECT_EQ(Get(key), "");
  EXPECT_EQ(Get(key + "2"), std::string("\0v", 2));
}

TEST_P(EngineConformanceTest, GetsManyInTheirOrderFromMemoryAndFiles) {
  for (const char* key : {"a", "b", "c", "gone"}) Put(key, "old");
  ASSERT_TRUE(engine_->Flush().ok());
  Put("b", "new");
  EngineBatch batch;
  batch.DeleteKeys("gone", "gone~");
  ASSERT_TRUE(engine_->Write(batch).ok());
  const std::vector<std::string> keys = {"c", "b", "none", "gone", "a", "b"};
  const auto found = engine_->GetAll(keys);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, ElementsAre("old", "new", std::nullopt, std::nullopt, "old", "new"));
  EXPECT_THAT(engine_->GetAll({}).value(), IsEmpty());
}

TEST_P(EngineConformanceTest, ScansFromBeginToBeforeEnd) {
  for (const char* key : {"a", "b", "c", "d"}) Put(key, key);
  EXPECT_THAT(Collect(engine_->Scan("b", "d")), ElementsAre(Pair("b", "b"), Pair("c", "c")));
  EXPECT_THAT(Collect(engine_->Scan("bb", "cc")), ElementsAre(Pair("c", "c")));
  EXPECT_THAT(Collect(engine_->Scan("c", "c")), IsEmpty());
  EXPECT_THAT(Collect(engine_->Scan("d", "b")), IsEmpty());
}

TEST_P(EngineConformanceTest, ADeletedRangeIsFromBeginToBeforeEnd) {
  for (const char* key : {"a", "b", "c", "d"}) Put(key, key);
  EngineBatch batch;
  batch.DeleteKeys("b", "d");
  batch.DeleteKeys("z", "a");  // nothing
  ASSERT_TRUE(engine_->Write(batch).ok());
  EXPECT_THAT(Collect(engine_->Scan("", "z")), ElementsAre(Pair("a", "a"), Pair("d", "d")));
}

TEST_P(EngineConformanceTest, AViewStaysAsItWas) {
  Put("a", "1");
  Put("b", "1");
  auto view = engine_->View();
  auto scan = engine_->Scan("", "z");
  Put("a", "2");
  Put("aa", "2");
  EngineBatch batch;
  batch.DeleteKeys("b", "c");
  ASSERT_TRUE(engine_->Write(batch).ok());
  ASSERT_TRUE(engine_->Flush().ok());
  EXPECT_EQ(view->Get("a").value(), "1");
  EXPECT_EQ(view->Get("aa").value(), std::nullopt);
  EXPECT_THAT(Collect(view->Scan("", "z")), ElementsAre(Pair("a", "1"), Pair("b", "1")));
  EXPECT_THAT(Collect(std::move(scan)), ElementsAre(Pair("a", "1"), Pair("b", "1")));
  EXPECT_THAT(Collect(engine_->Scan("", "z")), ElementsAre(Pair("a", "2"), Pair("aa", "2")));
}

TEST_P(EngineConformanceTest, GetDurableSeesWhatWasFlushedOnly) {
  EXPECT_EQ(GetDurable("a"), std::nullopt);
  Put("a", "1");
  EXPECT_EQ(GetDurable("a"), std::nullopt) << "written, not flushed";
  ASSERT_TRUE(engine_->Flush().ok());
  EXPECT_EQ(GetDurable("a"), "1");
  Put("a", "2");
  EXPECT_EQ(Get("a"), "2");
  EXPECT_EQ(GetDurable("a"), "1");
  EngineBatch batch;
  batch.DeleteKeys("", "z");
  ASSERT_TRUE(engine_->Write(batch).ok());
  EXPECT_EQ(Get("a"), std::nullopt);
  EXPECT_EQ(GetDurable("a"), "1");
  ASSERT_TRUE(engine_->Flush().ok());
  EXPECT_EQ(GetDurable("a"), std::nullopt);
}

TEST_P(EngineConformanceTest, FlushingNothingIsFine) {
  EXPECT_TRUE(engine_->Flush().ok());
  EXPECT_TRUE(engine_->Flush().ok());
}

TEST_P(EngineConformanceTest, AReplacementIsSeenAtItsCommitAndDurable) {
  for (const char* key : {"a", "b1", "b2", "b3", "c"}) Put(key, "old");
  ASSERT_TRUE(engine_->Flush().ok());
  Put("b2", "newer, only in memory");
  Put("b9", "old");

  auto replace = engine_->BeginReplace("b", "c").value();
  ASSERT_TRUE(replace->Add("b2", "new").ok());
  ASSERT_TRUE(replace->Add("b4", "new").ok());
  auto view = engine_->View();
  EXPECT_EQ(Get("b1"), "old") << "nothing to be seen yet";
  EXPECT_EQ(Get("b4"), std::nullopt);

  ASSERT_TRUE(replace->Commit().ok());
  const auto expected =
      ElementsAre(Pair("a", "old"), Pair("b2", "new"), Pair("b4", "new"), Pair("c", "old"));
  EXPECT_THAT(Collect(engine_->Scan("", "z")), expected);
  EXPECT_EQ(Get("b1"), std::nullopt);
  EXPECT_EQ(Get("b9"), std::nullopt);
  EXPECT_EQ(GetDurable("b2"), "new");
  EXPECT_EQ(GetDurable("b1"), std::nullopt);
  EXPECT_EQ(view->Get("b1").value(), "old") << "views stay as they were";
  EXPECT_EQ(view->Get("b4").value(), std::nullopt);

  Put("b4", "later");
  EXPECT_EQ(Get("b4"), "later");
  EXPECT_EQ(GetDurable("b4"), "new");
  ASSERT_TRUE(engine_->Flush().ok());
  EXPECT_EQ(GetDurable("b4"), "later");
}

TEST_P(EngineConformanceTest, AnEmptyReplacementClearsTheRange) {
  for (const char* key : {"a", "b", "b1", "c"}) Put(key, "old");
  ASSERT_TRUE(engine_->BeginReplace("b", "c").value()->Commit().ok());
  EXPECT_THAT(Collect(engine_->Scan("", "z")), ElementsAre(Pair("a", "old"), Pair("c", "old")));
}

TEST_P(EngineConformanceTest, ALargeReplacementIsExact) {
  Pairs expected;
  for (int i = 0; i < 2000; ++i) Put(StrCat("p", 10000 + i), std::string(100, 'o'));
  auto replace = engine_->BeginReplace("p", "q").value();
  for (int i = 500; i < 3000; i += 2) {
    const std::string key = StrCat("p", 10000 + i);
    const std::string value = StrCat("new ", i, std::string(100, 'n'));
    ASSERT_TRUE(replace->Add(key, value).ok());
    expected[key] = value;
  }
  ASSERT_TRUE(replace->Commit().ok());
  EXPECT_EQ(Collect(engine_->Scan("p", "q")), expected);
  EXPECT_EQ(GetDurable("p10500"), expected["p10500"]);
  EXPECT_EQ(GetDurable("p10001"), std::nullopt);
}

TEST_P(EngineConformanceTest, ADroppedReplacementLeavesNoTrace) {
  Put("b", "old");
  {
    auto replace = engine_->BeginReplace("a", "c").value();
    ASSERT_TRUE(replace->Add("a1", "new").ok());
  }
  EXPECT_THAT(Collect(engine_->Scan("", "z")), ElementsAre(Pair("b", "old")));
}

TEST_P(EngineConformanceTest, AReplacementRefusesKeysOutOfOrderOrRange) {
  EXPECT_TRUE(absl::IsInvalidArgument(engine_->BeginReplace("c", "c").status()));
  auto replace = engine_->BeginReplace("b", "d").value();
  EXPECT_TRUE(absl::IsInvalidArgument(replace->Add("a", "")));
  EXPECT_TRUE(absl::IsInvalidArgument(replace->Add("d", "")));
  ASSERT_TRUE(replace->Add("c", "kept").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(replace->Add("c", "")));
  EXPECT_TRUE(absl::IsInvalidArgument(replace->Add("b", "")));
  ASSERT_TRUE(replace->Commit().ok());
  EXPECT_THAT(Collect(engine_->Scan("", "z")), ElementsAre(Pair("c", "kept")));
}

TEST_P(EngineConformanceTest, AgreesWithAMapOverRandomSteps) {
  Random random(7);
  Pairs model;
  const auto key = [&] { return StrCat("k", 100 + random.Below(60)); };
  for (int round = 0; round < 400; ++round) {
    EngineBatch batch;
    for (uint64_t i = random.Between(1, 6); i > 0; --i) {
      const std::string at = key();
      const std::string other = key();
      switch (random.Below(6)) {
        case 0:
          batch.DeleteKey(at);
          model.erase(at);
          break;
        case 1:
          batch.DeleteKeys(at, other);
          if (at < other) model.erase(model.lower_bound(at), model.lower_bound(other));
          break;
        default:
          batch.PutKey(at, StrCat(round));
          model[at] = StrCat(round);
      }
    }
    ASSERT_TRUE(engine_->Write(batch).ok());
    if (random.Chance(0.03)) {
      ASSERT_TRUE(engine_->Flush().ok());
    }
    if (random.Chance(0.03)) {
      auto replace = engine_->BeginReplace("k120", "k140").value();
      model.erase(model.lower_bound("k120"), model.lower_bound("k140"));
      for (int i = 120; i < 140; i += 3) {
        ASSERT_TRUE(replace->Add(StrCat("k", i), StrCat("r", round)).ok());
        model[StrCat("k", i)] = StrCat("r", round);
      }
      ASSERT_TRUE(replace->Commit().ok());
    }
    ASSERT_EQ(Collect(engine_->Scan("", "z")), model) << "round " << round;
  }
}

}  // namespace
}  // namespace quorate
