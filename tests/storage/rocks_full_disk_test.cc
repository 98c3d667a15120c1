// The real engine on a disk that is full: a small tmpfs of a child process's own.
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/time/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "gtest/gtest.h"
#include "storage/rocks_engine.h"
#include "storage/temp_folder.h"

namespace quorate {
namespace {

constexpr uint64_t kKiB = 1 << 10;
constexpr char kDiskBytes[] = "size=8m";
constexpr int kNoRights = 77;

// What a child says by its exit code; 0: all was well.
#define SAY_UNLESS(condition) \
  if (!(condition)) return __LINE__ % 200 + 1

bool MountDisk(const std::string& at) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", at.c_str(), "tmpfs", 0, kDiskBytes) == 0;
}

class FullDisk {
 public:
  FullDisk(std::string folder, uint64_t left) : ballast_(folder + "/ballast") {
    const uint64_t free = std::filesystem::space(folder).available;
    std::ofstream(ballast_) << std::string(free - left, 'x');
  }
  void MakeRoom() const { std::filesystem::remove(ballast_); }

 private:
  const std::string ballast_;
};

// More than one memtable, fewer than there are.
constexpr int kKeys = 40;
std::string Key(int i) { return "key" + std::to_string(i); }
std::string Value(int i) {
  Random random(static_cast<uint64_t>(i) + 1);
  std::string value(16 * kKiB, '\0');
  for (char& byte : value) byte = static_cast<char>(random.Below(256));
  return value;
}

absl::Status WriteAll(Engine& engine) {
  for (int i = 0; i < kKeys; ++i) {
    EngineBatch batch;
    batch.PutKey(Key(i), Value(i));
    if (absl::Status written = engine.Write(batch); !written.ok()) return written;
  }
  return absl::OkStatus();
}

bool HasAll(const Engine& engine) {
  for (int i = 0; i < kKeys; ++i) {
    const auto found = engine.Get(Key(i));
    if (!found.ok() || *found != Value(i)) return false;
  }
  return true;
}

bool Waits(const RoomWait& room) {
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (room.waiting() == 0 && absl::Now() < until) absl::SleepFor(absl::Milliseconds(1));
  return room.waiting() > 0;
}

struct Opened {
  explicit Opened(const std::string& folder) {
    options.memtable_bytes = 256 * kKiB;
    options.room_wait = room;
    auto opened = OpenRocksEngine(folder + "/data", options);
    if (opened.ok()) engine = *std::move(opened);
  }
  std::shared_ptr<RoomWait> room = std::make_shared<RoomWait>(absl::Milliseconds(5));
  RocksEngineOptions options;
  std::unique_ptr<Engine> engine;
};

int TakesAllAndKeepsItOnceThereIsRoom(const std::string& folder) {
  {
    Opened opened(folder);
    SAY_UNLESS(opened.engine != nullptr);
    const FullDisk disk(folder, 64 * kKiB);
    SAY_UNLESS(WriteAll(*opened.engine).ok());
    SAY_UNLESS(Waits(*opened.room));
    SAY_UNLESS(HasAll(*opened.engine));
    SAY_UNLESS(!opened.engine->GetDurable(Key(0))->has_value());
    disk.MakeRoom();
    SAY_UNLESS(opened.engine->Flush().ok());
    SAY_UNLESS(HasAll(*opened.engine));
  }
  const Opened again(folder);
  SAY_UNLESS(again.engine != nullptr);
  SAY_UNLESS(HasAll(*again.engine));
  return 0;
}

int EndsAllTheSameWhenItIsToldToGiveUp(const std::string& folder) {
  Opened opened(folder);
  SAY_UNLESS(opened.engine != nullptr);
  const FullDisk disk(folder, 64 * kKiB);
  SAY_UNLESS(WriteAll(*opened.engine).ok());
  SAY_UNLESS(Waits(*opened.room));
  opened.room->GiveUp();
  SAY_UNLESS(ReasonOf(opened.engine->Flush()) == "DISK_FULL");
  return 0;
}

[[noreturn]] void OnSmallDisk(int (*work)(const std::string& folder)) {
  const TempFolder folder;
  ::_exit(MountDisk(folder.path()) ? work(folder.path()) : kNoRights);
}

// Nobody may mount everywhere.
bool WentWell(int status) {
  return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == kNoRights);
}

// In a process begun anew: a forked one would lack the threads of RocksDB.
TEST(RocksFullDiskDeathTest, TakesWhatMemoryHoldsAndKeepsItOnceThereIsRoom) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(OnSmallDisk(TakesAllAndKeepsItOnceThereIsRoom), WentWell, "");
}

TEST(RocksFullDiskDeathTest, EndsAllTheSameWhenItIsToldToGiveUp) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(OnSmallDisk(EndsAllTheSameWhenItIsToldToGiveUp), WentWell, "");
}

}  // namespace
}  // namespace quorate
