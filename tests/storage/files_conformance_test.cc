// What Files promises, of the real folder and the simulated one alike.
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/posix_files.h"
#include "storage/sim_files.h"
#include "storage/temp_folder.h"

namespace quorate {
namespace {

using testing::ElementsAre;

constexpr size_t kBlock = kFileBlockBytes;

std::string Blocks(char content, size_t count = 1) { return std::string(count * kBlock, content); }

// A folder that can be left and entered again.
class Place {
 public:
  virtual ~Place() = default;
  virtual Files& files() = 0;
  virtual void Reopen() = 0;
};

class PosixPlace : public Place {
 public:
  PosixPlace() { Reopen(); }
  Files& files() override { return *files_; }
  void Reopen() override {
    files_.reset();
    files_ = OpenFolder(folder_.path()).value();
  }

 private:
  TempFolder folder_;
  std::unique_ptr<Files> files_;
};

class SimPlace : public Place {
 public:
  Files& files() override { return files_; }
  void Reopen() override { files_.Crash(); }

 private:
  SimFiles files_{1};
};

class FilesConformanceTest : public testing::TestWithParam<const char*> {
 protected:
  FilesConformanceTest() {
    if (std::string(GetParam()) == "Posix") {
      place_ = std::make_unique<PosixPlace>();
    } else {
      place_ = std::make_unique<SimPlace>();
    }
  }
  Files& files() { return place_->files(); }

  std::unique_ptr<Place> place_;
};

INSTANTIATE_TEST_SUITE_P(Both, FilesConformanceTest, testing::Values("Posix", "Sim"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(FilesConformanceTest, CreatesAFileFullOfZeros) {
  auto file = files().Create("a", 3 * kBlock).value();
  EXPECT_EQ(file->size_bytes(), 3 * kBlock);
  EXPECT_EQ(file->Read(0, 3 * kBlock).value(), Blocks('\0', 3));
}

TEST_P(FilesConformanceTest, CreateMakesAFileAnewThatWasThere) {
  ASSERT_TRUE(files().Create("a", 2 * kBlock).value()->WriteDurably(0, Blocks('x')).ok());
  auto file = files().Create("a", kBlock).value();
  EXPECT_EQ(file->size_bytes(), kBlock);
  EXPECT_EQ(file->Read(0, kBlock).value(), Blocks('\0'));
}

TEST_P(FilesConformanceTest, KeepsWhatWasWrittenWhereItWasWritten) {
  {
    auto file = files().Create("a", 4 * kBlock).value();
    ASSERT_TRUE(file->WriteDurably(kBlock, Blocks('x', 2)).ok());
    ASSERT_TRUE(file->WriteDurably(2 * kBlock, Blocks('y')).ok());
  }
  place_->Reopen();
  auto file = files().Open("a").value();
  EXPECT_EQ(file->size_bytes(), 4 * kBlock);
  EXPECT_EQ(file->Read(0, 4 * kBlock).value(),
            Blocks('\0') + Blocks('x') + Blocks('y') + Blocks('\0'));
}

TEST_P(FilesConformanceTest, ReadsAnyBytesWithinTheFile) {
  const size_t blocks = 600;  // more than one large read
  auto file = files().Create("a", blocks * kBlock).value();
  std::string content;
  for (size_t i = 0; i < blocks; ++i) content += Blocks(static_cast<char>('a' + i % 26));
  ASSERT_TRUE(file->WriteDurably(0, content).ok());
  EXPECT_EQ(file->Read(kBlock - 3, 7).value(), "aaabbbb");
  EXPECT_EQ(file->Read(5, blocks * kBlock - 9).value(), content.substr(5, blocks * kBlock - 9));
  EXPECT_EQ(file->Read(blocks * kBlock - 1, 1).value(), content.substr(blocks * kBlock - 1));
  EXPECT_FALSE(file->Read(blocks * kBlock - 1, 2).ok()) << "reaches beyond the end";
}

TEST_P(FilesConformanceTest, TakesBytesThatAreNotAlignedInMemory) {
  auto file = files().Create("a", kBlock).value();
  const std::string shifted = "?" + Blocks('z');
  ASSERT_TRUE(file->WriteDurably(0, std::string_view(shifted).substr(1)).ok());
  EXPECT_EQ(file->Read(0, kBlock).value(), Blocks('z'));
}

TEST_P(FilesConformanceTest, RenameReplacesItsTarget) {
  ASSERT_TRUE(files().Create("a", kBlock).value()->WriteDurably(0, Blocks('a')).ok());
  ASSERT_TRUE(files().Create("b", kBlock).value()->WriteDurably(0, Blocks('b')).ok());
  ASSERT_TRUE(files().Rename("a", "b").ok());
  place_->Reopen();
  EXPECT_THAT(files().List().value(), ElementsAre("b"));
  EXPECT_EQ(files().Open("b").value()->Read(0, kBlock).value(), Blocks('a'));
}

TEST_P(FilesConformanceTest, ListsNamesInOrderAndNotWhatWasRemoved) {
  for (const char* name : {"c", "a", "b"}) ASSERT_TRUE(files().Create(name, kBlock).ok());
  ASSERT_TRUE(files().Remove("b").ok());
  place_->Reopen();
  EXPECT_THAT(files().List().value(), ElementsAre("a", "c"));
}

TEST_P(FilesConformanceTest, SaysNotFoundOfAFileThatIsNotThere) {
  EXPECT_TRUE(absl::IsNotFound(files().Open("a").status()));
  EXPECT_TRUE(absl::IsNotFound(files().Rename("a", "b")));
  EXPECT_TRUE(absl::IsNotFound(files().Remove("a")));
  EXPECT_TRUE(absl::IsNotFound(files().ReadWhole("a").status()));
}

TEST_P(FilesConformanceTest, ReplacesSmallFilesAsAWhole) {
  ASSERT_TRUE(files().ReplaceDurably("a", "first and longer").ok());
  ASSERT_TRUE(files().ReplaceDurably("a", "second").ok());
  place_->Reopen();
  EXPECT_EQ(files().ReadWhole("a").value(), "second");
  EXPECT_THAT(files().List().value(), ElementsAre("a")) << "nothing half made is left";
}

}  // namespace
}  // namespace quorate
