#include "storage/posix_files.h"

#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/temp_folder.h"

namespace quorate {
namespace {

using testing::HasSubstr;

TEST(PosixFilesTest, RefusesAFolderThatIsHeldAndNamesIt) {
  TempFolder folder;
  auto held = OpenFolder(folder.path());
  ASSERT_TRUE(held.ok());
  const auto second = OpenFolder(folder.path());
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_EQ(ReasonOf(second.status()), "FOLDER_IN_USE");
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(folder.path()));
  held->reset();
  EXPECT_TRUE(OpenFolder(folder.path()).ok()) << "free again";
}

TEST(PosixFilesTest, MakesTheFolderButNotTheOneAround) {
  TempFolder folder;
  EXPECT_TRUE(OpenFolder(folder.path() + "/new").ok());
  EXPECT_TRUE(std::filesystem::is_directory(folder.path() + "/new"));
  const auto nested = OpenFolder(folder.path() + "/none/new");
  EXPECT_TRUE(absl::IsNotFound(nested.status()));
  EXPECT_THAT(std::string(nested.status().message()), HasSubstr("/none/new"));
}

TEST(PosixFilesTest, LeavesNothingOfAFileItCannotFill) {
  TempFolder folder;
  auto files = OpenFolder(folder.path()).value();
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit small = before;
  small.rlim_cur = 4 * kFileBlockBytes;
  const auto signal = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto file = files->Create("a", 16 * kFileBlockBytes);
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, signal);
  EXPECT_FALSE(file.ok());
  EXPECT_TRUE(files->List().value().empty());
}

TEST(PosixFilesTest, DoesNotShowAReplacementThatACrashLeftHalfMade) {
  TempFolder folder;
  std::ofstream(folder.path() + "/identity.tmp") << "half";
  auto files = OpenFolder(folder.path()).value();
  EXPECT_TRUE(files->List().value().empty());
  ASSERT_TRUE(files->ReplaceDurably("identity", "whole").ok());
  EXPECT_EQ(files->ReadWhole("identity").value(), "whole");
}

}  // namespace
}  // namespace quorate
