// What only the real engine can show: processes killed, files damaged.
#include "storage/rocks_engine.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/random.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/temp_folder.h"

namespace quorate {
namespace {

using testing::HasSubstr;

// A folder that the process about to be killed, which is a fresh run of this
// test up to that point, shares with the one that looks at what is left.
class SharedFolder {
 public:
  SharedFolder() {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const char* const inherited = ::getenv(kVariable);
    path_ = inherited != nullptr ? inherited : own_.path();
    ::setenv(kVariable, path_.c_str(), 1);
  }
  ~SharedFolder() { ::unsetenv(kVariable); }
  std::string data() const { return path_ + "/data"; }

 private:
  static constexpr char kVariable[] = "QUORATE_TEST_FOLDER";
  TempFolder own_;
  std::string path_;
};

// Does `work` on the engine and is killed behind it.
[[noreturn]] void DieAfter(const std::string& path, const std::function<bool(Engine&)>& work) {
  auto engine = OpenRocksEngine(path);
  if (engine.ok() && work(**engine)) ::kill(::getpid(), SIGKILL);
  ::_exit(1);
}

EngineBatch Pair(const std::string& value) {
  EngineBatch batch;
  batch.PutKey("a", value);
  batch.PutKey("b", value);
  return batch;
}

std::string Incompressible(size_t bytes, uint64_t seed) {
  Random random(seed);
  std::string text(bytes, ' ');
  for (char& c : text) c = static_cast<char>(random.Below(256));
  return text;
}

TEST(RocksEngineDeathTest, AKillLeavesWhatGetDurableTold) {
  SharedFolder folder;
  const std::string path = folder.data();
  const auto work = [](Engine& engine) {
    return engine.Write(Pair("1")).ok() && engine.Flush().ok() && engine.Write(Pair("2")).ok() &&
           engine.Get("a").value() == "2" && engine.GetDurable("a").value() == "1";
  };
  EXPECT_EXIT(DieAfter(path, work), testing::KilledBySignal(SIGKILL), "");
  auto engine = OpenRocksEngine(path).value();
  EXPECT_EQ(engine->Get("a").value(), "1");
  EXPECT_EQ(engine->Get("b").value(), "1");
}

TEST(RocksEngineDeathTest, ACommittedReplacementOutlivesAKillWithoutAFlush) {
  SharedFolder folder;
  const std::string path = folder.data();
  const auto work = [](Engine& engine) {
    if (!engine.Write(Pair("old")).ok() || !engine.Flush().ok()) return false;
    if (!engine.Write(Pair("older, in memory only")).ok()) return false;
    auto replace = engine.BeginReplace("a", "z").value();
    return replace->Add("b", "new").ok() && replace->Add("c", "new").ok() && replace->Commit().ok();
  };
  EXPECT_EXIT(DieAfter(path, work), testing::KilledBySignal(SIGKILL), "");
  auto engine = OpenRocksEngine(path).value();
  EXPECT_EQ(engine->Get("a").value(), std::nullopt);
  EXPECT_EQ(engine->Get("b").value(), "new");
  EXPECT_EQ(engine->Get("c").value(), "new");
}

TEST(RocksEngineDeathTest, AReplacementKilledBeforeItsCommitLeavesNothing) {
  SharedFolder folder;
  const std::string path = folder.data();
  const auto work = [](Engine& engine) {
    if (!engine.Write(Pair("old")).ok() || !engine.Flush().ok()) return false;
    auto replace = engine.BeginReplace("a", "z").value();
    const bool added = replace->Add("b", "new").ok();
    ::kill(::getpid(), SIGKILL);
    return added;
  };
  EXPECT_EXIT(DieAfter(path, work), testing::KilledBySignal(SIGKILL), "");
  ASSERT_FALSE(std::filesystem::is_empty(path + "/staging"));
  auto engine = OpenRocksEngine(path).value();
  EXPECT_EQ(engine->Get("a").value(), "old");
  EXPECT_EQ(engine->Get("b").value(), "old");
  EXPECT_TRUE(std::filesystem::is_empty(path + "/staging"));
}

TEST(RocksEngineTest, AReplacementLeavesNoFilesStaged) {
  TempFolder folder;
  const std::string path = folder.path() + "/data";
  auto engine = OpenRocksEngine(path, {.staged_file_bytes = 4096}).value();
  for (const bool commit : {true, false}) {
    auto replace = engine->BeginReplace("a", "z").value();
    for (int i = 10000; i < 11000; ++i) {
      ASSERT_TRUE(replace->Add(StrCat("k", i), std::string(100, 'v')).ok());
    }
    if (commit) {
      ASSERT_TRUE(replace->Commit().ok());
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(path + "/staging"));
}

TEST(RocksEngineTest, AFlippedByteOfTheDataIsDataLossAndNoValue) {
  TempFolder folder;
  const std::string path = folder.path() + "/data";
  {
    auto engine = OpenRocksEngine(path).value();
    EngineBatch batch;
    for (int i = 1000; i < 3000; ++i) batch.PutKey(StrCat("k", i), StrCat("value of ", i));
    ASSERT_TRUE(engine->Write(batch).ok());
    ASSERT_TRUE(engine->Flush().ok());
  }
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(100);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(100);
    file.put(byte);
  }
  auto engine = OpenRocksEngine(path).value();
  const absl::Status status = engine->Get("k1001").status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("keep its data folder"));
  auto scan = engine->Scan("k", "l");
  while (scan->Valid()) scan->Next();
  EXPECT_TRUE(absl::IsDataLoss(scan->status()));
}

TEST(RocksEngineTest, CountsWhatItHolds) {
  TempFolder folder;
  auto engine = OpenRocksEngine(folder.path() + "/data").value();
  ASSERT_TRUE(engine->Write(Pair(std::string(1000, 'x'))).ok());
  EXPECT_GT(engine->stats().memtable_bytes, 2000u);
  ASSERT_TRUE(engine->Flush().ok());
  EXPECT_EQ(engine->stats().flushes, 1u);
  EXPECT_GT(engine->stats().data_bytes, 0u);
  EXPECT_EQ(engine->stats().keys_estimated, 2u);
}

TEST(RocksEngineTest, EstimatesHowMuchThereIsInARangeOnDiskAndInMemory) {
  TempFolder folder;
  auto engine = OpenRocksEngine(folder.path() + "/data").value();
  const auto fill = [&](char first) {
    EngineBatch batch;
    for (int i = 0; i < 1000; ++i) {
      batch.PutKey(StrCat(std::string(1, first), i), Incompressible(1000, first + i));
    }
    EXPECT_TRUE(engine->Write(batch).ok());
  };
  fill('a');
  ASSERT_TRUE(engine->Flush().ok());
  fill('b');
  for (const auto& [begin, end] : {std::pair("a", "b"), std::pair("b", "c")}) {
    EXPECT_GT(engine->EstimateBytes(begin, end), 500'000u) << begin;
    EXPECT_LT(engine->EstimateBytes(begin, end), 2'000'000u) << begin;
  }
  EXPECT_EQ(engine->EstimateBytes("c", "d"), 0u);
}

// Drops what begins with x, once told to.
class DropsX final : public EngineFilter {
 public:
  bool Drops(std::string_view key, std::string_view) const override {
    return armed && key.starts_with('x');
  }
  std::atomic<bool> armed = false;
};

TEST(RocksEngineTest, CompactionsDropWhatTheFilterSaysAndNothingElse) {
  TempFolder folder;
  DropsX filter;
  auto engine = OpenRocksEngine(folder.path() + "/data", {.filter = &filter}).value();
  const auto flush_one = [&engine](const std::string& value) {
    EngineBatch batch;
    batch.PutKey("a", value);
    batch.PutKey("xx", value);
    batch.PutKey("z", value);
    return engine->Write(batch).ok() && engine->Flush().ok();
  };
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(flush_one("kept"));
  EXPECT_EQ(engine->Get("xx").value(), "kept");
  filter.armed = true;
  // Each flush brings the next compaction nearer, which runs beside them.
  bool dropped = false;
  for (int i = 0; i < 2000 && !dropped; ++i) {
    EngineBatch batch;
    batch.PutKey("a", "new");
    batch.PutKey("z", "new");
    ASSERT_TRUE(engine->Write(batch).ok() && engine->Flush().ok());
    dropped = !engine->Get("xx").value().has_value();
  }
  EXPECT_TRUE(dropped);
  EXPECT_EQ(engine->Get("a").value(), "new");
  EXPECT_EQ(engine->Get("z").value(), "new");
}

}  // namespace
}  // namespace quorate
