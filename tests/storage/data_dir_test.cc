#include "storage/data_dir.h"

#include <string>

#include "absl/strings/str_format.h"
#include "base/boot.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Identity kOurs{"blue", NodeId(2)};
constexpr uint64_t kRandom = 1234567;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(DataDirTest, CountsBoots) {
  SimFiles files(1);
  for (uint64_t start = 1; start <= 5; ++start) {
    EXPECT_EQ(StartOf(ClaimDataDir(files, kOurs, kRandom).value()), start);
    files.Crash();
  }
}

TEST(DataDirTest, TwoStartsFromOneImageOfADiskAreToldApart) {
  SimFiles one(1), other(1);
  const Boot first = ClaimDataDir(one, kOurs, 17).value();
  const Boot second = ClaimDataDir(other, kOurs, 18).value();
  EXPECT_TRUE(AreRivals(first, second));
  EXPECT_FALSE(AreRivals(first, first));
  EXPECT_FALSE(AreRivals(first, ClaimDataDir(one, kOurs, 17).value()));
}

TEST(DataDirTest, ABootIsNeverCountedTwiceWhateverACrashTakes) {
  SimFiles files(3);
  Boot last;
  for (int i = 0; i < 100; ++i) {
    files.BeginUnsynced();
    const Boot boot = ClaimDataDir(files, kOurs, kRandom).value();
    EXPECT_GT(boot, last);
    if (i % 3 == 0) {
      files.Crash();  // before it came back
    } else {
      files.Settle();
      last = boot;
    }
  }
}

TEST(DataDirTest, RefusesTheFolderOfAnotherClusterAndNamesIt) {
  SimFiles files(1);
  ASSERT_TRUE(ClaimDataDir(files, kOurs, kRandom).ok());
  const absl::Status status = ClaimDataDir(files, {"green", NodeId(2)}, kRandom).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(ReasonOf(status), "FOREIGN_CLUSTER");
  EXPECT_THAT(Message(status), AllOf(HasSubstr("n2 of cluster \"blue\""), HasSubstr("green")));
}

TEST(DataDirTest, RefusesTheFolderOfAnotherNodeAndNamesIt) {
  SimFiles files(1);
  ASSERT_TRUE(ClaimDataDir(files, kOurs, kRandom).ok());
  const absl::Status status = ClaimDataDir(files, {"blue", NodeId(3)}, kRandom).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(ReasonOf(status), "FOREIGN_NODE");
  EXPECT_THAT(Message(status), AllOf(HasSubstr("n2"), HasSubstr("n3")));
  EXPECT_EQ(StartOf(ClaimDataDir(files, kOurs, kRandom).value()), 2u)
      << "a refused claim counts no boot";
}

TEST(DataDirTest, RefusesANewerFormat) {
  SimFiles files(1);
  const std::string text = "quorate data folder\nformat: 2\nsomething: new\n";
  ASSERT_TRUE(files
                  .ReplaceDurably("identity",
                                  StrCat(text, absl::StrFormat("checksum: %016x\n", Hash64(text))))
                  .ok());
  const absl::Status status = ClaimDataDir(files, kOurs, kRandom).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(ReasonOf(status), "NEWER_FORMAT");
}

TEST(DataDirTest, RefusesADamagedIdentityWhicheverBitIsFlipped) {
  SimFiles pristine(1);
  ASSERT_TRUE(ClaimDataDir(pristine, kOurs, kRandom).ok());
  const std::string text = pristine.ReadWhole("identity").value();
  for (size_t i = 0; i < text.size(); ++i) {
    SimFiles files(1);
    ASSERT_TRUE(files.ReplaceDurably("identity", text).ok());
    files.FlipBit("identity", i, static_cast<int>(i % 8));
    const absl::Status status = ClaimDataDir(files, kOurs, kRandom).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << "byte " << i << ": " << status;
  }
}

TEST(DataDirTest, RefusesDataWithoutAnOwner) {
  SimFiles files(1);
  ASSERT_TRUE(files.Create("log-0000000001", kFileBlockBytes).ok());
  const absl::Status status = ClaimDataDir(files, kOurs, kRandom).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(Message(status), HasSubstr("log-0000000001"));
}

}  // namespace
}  // namespace quorate
