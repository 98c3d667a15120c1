// Folders of backups: that they hold what was put there, and that whatever is wrong
// with one of their files is told by its name.
#include "backup/folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "backup/check.h"
#include "backup/heaps.h"
#include "backup/whole_file.h"
#include "base/error.h"
#include "storage/temp_folder.h"

namespace quorate::backup {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr uint64_t kMonday = 1'000'000'000'000'000;

absl::Status Check(const Folder& folder, const std::optional<std::string>& id = {}) {
  const auto manifest = folder.ReadManifest(id);
  if (!manifest.ok()) return manifest.status();
  return CheckBackup(folder, *manifest, [](uint64_t, uint64_t) { return absl::OkStatus(); });
}

std::vector<fs::path> FilesIn(const std::string& path) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && entry.path().filename() != "lock") files.push_back(entry);
  }
  return files;
}

std::string Bytes(const fs::path& path) { return ReadWholeFile(path.string()).value(); }
void SetBytes(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class FolderTest : public ::testing::Test {
 protected:
  std::unique_ptr<Folder> Write() {
    auto folder = Folder::OpenToWrite(path_);
    EXPECT_TRUE(folder.ok()) << folder.status();
    return *std::move(folder);
  }
  std::unique_ptr<Folder> Read() { return Folder::Open(path_).value(); }

  TempFolder temp_;
  const std::string path_ = temp_.path() + "/backups";
};

TEST_F(FolderTest, HoldsWhatWasPutThere) {
  const Heap heap = RandomHeap(2000, 1);
  const std::string id = Keep(*Write(), heap, 4, kMonday);
  EXPECT_EQ(id, "20010909T014640.000Z-orders");
  const auto manifest = Read()->ReadManifest(std::nullopt);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_TRUE(Check(*Read()).ok()) << Check(*Read());
  const Heap read = HeapIn(*Read(), *manifest);
  ASSERT_EQ(read.size(), heap.size());
  for (const auto& [key, record] : heap) EXPECT_EQ(read.at(key).value(), record.value());
}

TEST_F(FolderTest, SeveralBackupsShareTheirChunksAndEachIsWhole) {
  Heap heap = RandomHeap(2000, 1);
  const auto folder = Write();
  const std::string first = Keep(*folder, heap, 4, kMonday);
  const size_t chunks = folder->ChunkNames(SIZE_MAX)->size();
  Put(heap, "key-77", "changed");
  heap.erase("key-1000");
  const std::string second = Keep(*folder, heap, 4, kMonday + 1'000'000);
  EXPECT_LE(folder->ChunkNames(SIZE_MAX)->size(), chunks + 4);
  EXPECT_THAT(folder->Ids().value(), ::testing::ElementsAre(first, second));
  EXPECT_TRUE(Check(*folder, first).ok() && Check(*folder, second).ok());
  const Heap before = HeapIn(*folder, folder->ReadManifest(first).value());
  const Heap after = HeapIn(*folder, folder->ReadManifest(second).value());
  EXPECT_TRUE(before.contains("key-1000") && !after.contains("key-1000"));
  EXPECT_EQ(after.at("key-77").value(), "changed");
}

TEST_F(FolderTest, AFileThatWasCutShortAnywhereIsRefusedByName) {
  Keep(*Write(), RandomHeap(300, 1), 2, kMonday);
  std::mt19937_64 random(5);
  for (const fs::path& file : FilesIn(path_)) {
    const std::string whole = Bytes(file);
    for (int i = 0; i < 20; ++i) {
      const size_t left = i == 0 ? 0 : i == 1 ? whole.size() - 1 : random() % whole.size();
      SetBytes(file, whole.substr(0, left));
      const auto folder = Folder::Open(path_);
      const absl::Status told = folder.ok() ? Check(**folder) : folder.status();
      EXPECT_THAT(std::string(told.message()), HasSubstr(file.filename().string())) << left;
      EXPECT_THAT(ReasonOf(told), AnyOf("BACKUP_DAMAGED", "NEWER_FORMAT"));
    }
    SetBytes(file, whole);
  }
  EXPECT_TRUE(Check(*Read()).ok());
}

TEST_F(FolderTest, AFlippedBitAnywhereIsRefusedByName) {
  Keep(*Write(), RandomHeap(300, 1), 2, kMonday);
  std::mt19937_64 random(6);
  for (const fs::path& file : FilesIn(path_)) {
    const std::string whole = Bytes(file);
    for (size_t i = 0; i < 400; ++i) {
      // Each of the first bytes, which are formats and sizes, and many behind.
      const size_t at = i < 24 ? i : random() % whole.size();
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << (random() % 8)));
      SetBytes(file, flipped);
      const auto folder = Folder::Open(path_);
      const absl::Status told = folder.ok() ? Check(**folder) : folder.status();
      EXPECT_THAT(std::string(told.message()), HasSubstr(file.filename().string())) << at;
      EXPECT_THAT(ReasonOf(told), AnyOf("BACKUP_DAMAGED", "NEWER_FORMAT"));
    }
    SetBytes(file, whole);
  }
  EXPECT_TRUE(Check(*Read()).ok());
}

TEST_F(FolderTest, AChunkThatIsMissingOrAnothersIsRefusedByName) {
  Keep(*Write(), RandomHeap(2000, 1), 2, kMonday);
  std::vector<fs::path> chunks;
  for (const fs::path& file : FilesIn(path_ + "/chunks")) chunks.push_back(file);
  ASSERT_GT(chunks.size(), 2u);
  const std::string first = Bytes(chunks[0]);
  SetBytes(chunks[0], Bytes(chunks[1]));
  EXPECT_THAT(std::string(Check(*Read()).message()), HasSubstr(chunks[0].filename().string()));
  fs::remove(chunks[0]);
  const absl::Status told = Check(*Read());
  EXPECT_THAT(std::string(told.message()),
              ::testing::AllOf(HasSubstr(chunks[0].filename().string()), HasSubstr("missing")));
  EXPECT_EQ(ReasonOf(told), "BACKUP_DAMAGED");
  SetBytes(chunks[0], first);
  EXPECT_TRUE(Check(*Read()).ok());
}

// Each of its files is right, and still it is not what the partition had.
TEST_F(FolderTest, AManifestWhoseChunksDoNotHoldThePartitionIsRefused) {
  const auto folder = Write();
  const std::string id = Keep(*folder, RandomHeap(2000, 1), 2, kMonday);
  v1::BackupManifest manifest = folder->ReadManifest(id).value();
  const auto rewritten = [&](uint64_t began_us, auto change) {
    v1::BackupManifest other = manifest;
    other.set_began_us(began_us);
    change(other);
    const absl::Status written = folder->WriteManifest(other);
    return written.ok() ? Check(*folder, other.id()) : written;
  };
  EXPECT_TRUE(rewritten(kMonday + 1'000'000, [](v1::BackupManifest&) {}).ok());
  // Two chunks in each other's place, a chunk too few, arcs in each other's place.
  EXPECT_EQ(ReasonOf(rewritten(kMonday + 2'000'000,
                               [](v1::BackupManifest& other) {
                                 other.mutable_arcs(0)->mutable_chunks()->SwapElements(0, 1);
                               })),
            "BACKUP_DAMAGED");
  EXPECT_EQ(ReasonOf(rewritten(kMonday + 3'000'000,
                               [](v1::BackupManifest& other) {
                                 v1::BackupArc& arc = *other.mutable_arcs(0);
                                 const v1::ArcChunk gone = arc.chunks(0);
                                 arc.mutable_chunks()->DeleteSubrange(0, 1);
                                 arc.mutable_end()->set_chunks(arc.end().chunks() - 1);
                                 arc.mutable_end()->set_bytes(arc.end().bytes() - gone.bytes());
                                 auto& sum = *arc.mutable_end()->mutable_sum();
                                 sum.set_records(sum.records() - gone.records());
                               })),
            "BACKUP_DAMAGED");
  EXPECT_EQ(ReasonOf(rewritten(
                kMonday + 4'000'000,
                [](v1::BackupManifest& other) { other.mutable_arcs()->SwapElements(0, 1); })),
            "BACKUP_DAMAGED");
}

TEST_F(FolderTest, WithoutItsManifestThereIsNoBackupAndItsChunksAreUsed) {
  const Heap heap = RandomHeap(500, 1);
  {
    const auto folder = Write();
    for (const v1::ArcChunk& chunk : Cut(heap, {})) {
      ASSERT_TRUE(folder->WriteChunk(chunk.name(), chunk.data()).ok());
    }
  }
  EXPECT_THAT(Read()->Ids().value(), SizeIs(0));
  EXPECT_EQ(ReasonOf(Read()->ReadManifest(std::nullopt).status()), "BACKUP_NOT_FOUND");
  for (const v1::ArcChunk& chunk : Cut(heap, {})) EXPECT_TRUE(Write()->HasWhole(chunk.name()));
}

TEST_F(FolderTest, ADamagedChunkIsNotTakenForOneThatIsThere) {
  const auto chunk = Cut(RandomHeap(10, 1), {}).front();
  const auto folder = Write();
  ASSERT_TRUE(folder->WriteChunk(chunk.name(), chunk.data()).ok());
  const fs::path file = FilesIn(path_ + "/chunks").front();
  SetBytes(file, Bytes(file).substr(0, 100));
  EXPECT_FALSE(folder->HasWhole(chunk.name()));
  ASSERT_TRUE(folder->WriteChunk(chunk.name(), chunk.data()).ok());
  EXPECT_TRUE(folder->HasWhole(chunk.name()));
}

TEST_F(FolderTest, RefusesOthersFoldersAndASecondWriter) {
  EXPECT_EQ(ReasonOf(Folder::Open(path_).status()), "BACKUP_NOT_FOUND");
  const auto folder = Write();
  EXPECT_EQ(ReasonOf(Folder::OpenToWrite(path_).status()), "BACKUP_FOLDER_BUSY");
  const std::string other = temp_.path() + "/photos";
  fs::create_directory(other);
  SetBytes(other + "/cat.jpg", "meow");
  EXPECT_EQ(ReasonOf(Folder::OpenToWrite(other).status()), "BACKUP_FOREIGN_FOLDER");
  EXPECT_THAT(FilesIn(other), SizeIs(1));
}

}  // namespace
}  // namespace quorate::backup
