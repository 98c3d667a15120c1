#include "storage/sim_files.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quorate {
namespace {

using testing::Contains;
using testing::ElementsAre;

constexpr size_t kBlock = kFileBlockBytes;

std::string ReadAll(SimFiles& files, const std::string& name) {
  auto file = files.Open(name).value();
  return file->Read(0, file->size_bytes()).value();
}

TEST(SimFilesTest, ACrashKeepsWhatWasSettled) {
  SimFiles files(1);
  auto file = files.Create("a", kBlock).value();
  files.BeginUnsynced();
  ASSERT_TRUE(file->WriteDurably(0, std::string(kBlock, 'x')).ok());
  files.Settle();
  files.Crash();
  EXPECT_EQ(ReadAll(files, "a"), std::string(kBlock, 'x'));
}

TEST(SimFilesTest, ACrashLeavesWritesUnderWayWholeTornOrNotAtAll) {
  std::set<std::string> left;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SimFiles files(seed);
    auto file = files.Create("a", 2 * kBlock).value();
    files.BeginUnsynced();
    ASSERT_TRUE(file->WriteDurably(0, std::string(2 * kBlock, 'x')).ok());
    files.Crash();
    left.insert(ReadAll(files, "a"));
  }
  EXPECT_THAT(left, Contains(std::string(2 * kBlock, 'x')));
  EXPECT_THAT(left, Contains(std::string(2 * kBlock, '\0')));
  EXPECT_GT(left.size(), 20u) << "torn in many ways";
}

TEST(SimFilesTest, ACrashLosesLaterWritesBeforeEarlierOnes) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SimFiles files(seed);
    auto file = files.Create("a", 3 * kBlock).value();
    files.BeginUnsynced();
    for (uint64_t i = 0; i < 3; ++i) {
      ASSERT_TRUE(file->WriteDurably(i * kBlock, std::string(kBlock, 'x')).ok());
    }
    files.Crash();
    const std::string content = ReadAll(files, "a");
    bool complete = true;  // all blocks so far
    for (size_t i = 0; i < 3; ++i) {
      const std::string block = content.substr(i * kBlock, kBlock);
      EXPECT_TRUE(complete || block == std::string(kBlock, '\0')) << "seed " << seed;
      complete = complete && block == std::string(kBlock, 'x');
    }
  }
}

TEST(SimFilesTest, ACrashTakesBackNamesInOrder) {
  std::set<std::vector<std::string>> left;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SimFiles files(seed);
    ASSERT_TRUE(files.Create("a", kBlock).ok());
    files.BeginUnsynced();
    ASSERT_TRUE(files.Rename("a", "b").ok());
    ASSERT_TRUE(files.ReplaceDurably("c", "small").ok());
    ASSERT_TRUE(files.Remove("b").ok());
    files.Crash();
    left.insert(files.List().value());
  }
  const std::set<std::vector<std::string>> possible = {{"a"}, {"b"}, {"b", "c"}, {"c"}};
  EXPECT_EQ(left, possible);
}

TEST(SimFilesTest, HandlesOfBeforeACrashAreDead) {
  SimFiles files(1);
  auto file = files.Create("a", kBlock).value();
  files.Crash();
  EXPECT_FALSE(file->Read(0, kBlock).ok());
  EXPECT_FALSE(file->WriteDurably(0, std::string(kBlock, 'x')).ok());
  EXPECT_EQ(ReadAll(files, "a"), std::string(kBlock, '\0'));
}

TEST(SimFilesTest, AFailedSyncIsToldOnceAndLeavesAnything) {
  std::set<std::string> left;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SimFiles files(seed);
    auto file = files.Create("a", kBlock).value();
    files.FailNextSync();
    EXPECT_FALSE(file->WriteDurably(0, std::string(kBlock, 'x')).ok());
    left.insert(ReadAll(files, "a"));
    auto other = files.Create("b", kBlock).value();
    EXPECT_TRUE(other->WriteDurably(0, std::string(kBlock, 'x')).ok());
  }
  EXPECT_GT(left.size(), 5u);
}

TEST(SimFilesDeathTest, AFileWhoseSyncFailedIsNotWrittenAgain) {
  SimFiles files(1);
  auto file = files.Create("a", kBlock).value();
  files.FailNextSync();
  ASSERT_FALSE(file->WriteDurably(0, std::string(kBlock, 'x')).ok());
  EXPECT_DEATH((void)file->WriteDurably(0, std::string(kBlock, 'x')), "not written again");
}

TEST(SimFilesTest, AFullDiskRefusesNewFilesOnly) {
  SimFiles files(1);
  files.SetCapacityBytes(3 * kBlock);
  auto file = files.Create("a", 2 * kBlock).value();
  EXPECT_TRUE(absl::IsResourceExhausted(files.Create("b", 2 * kBlock).status()));
  EXPECT_TRUE(absl::IsResourceExhausted(files.ReplaceDurably("c", std::string(2 * kBlock, 'c'))));
  EXPECT_TRUE(file->WriteDurably(0, std::string(2 * kBlock, 'x')).ok());
  EXPECT_THAT(files.List().value(), ElementsAre("a"));
  ASSERT_TRUE(files.Remove("a").ok());
  EXPECT_TRUE(files.Create("b", 2 * kBlock).ok()) << "room again";
}

TEST(SimFilesTest, FlipsOneBit) {
  SimFiles files(1);
  ASSERT_TRUE(files.Create("a", kBlock).ok());
  ASSERT_TRUE(files.ReplaceDurably("b", "abc").ok());
  files.FlipBit("a", 100, 3);
  files.FlipBit("b", 1, 0);
  std::string expected(kBlock, '\0');
  expected[100] = 8;
  EXPECT_EQ(ReadAll(files, "a"), expected);
  EXPECT_EQ(files.ReadWhole("b").value(), "acc");
}

TEST(SimFilesTest, TheSameSeedLeavesTheSame) {
  const auto run = [] {
    SimFiles files(42);
    auto file = files.Create("a", 8 * kBlock).value();
    std::string all;
    for (int i = 0; i < 10; ++i) {
      file = files.Open("a").value();
      files.BeginUnsynced();
      EXPECT_TRUE(file->WriteDurably(0, std::string(8 * kBlock, static_cast<char>('a' + i))).ok());
      files.Crash();
      all += ReadAll(files, "a");
    }
    return all;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace quorate
