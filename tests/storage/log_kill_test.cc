// A process that is killed at any moment loses nothing it acknowledged: a
// child appends to a real log and tells each acknowledged entry on a pipe.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "base/random.h"
#include "base/strings.h"
#include "gtest/gtest.h"
#include "storage/log_model.h"
#include "storage/log_store.h"
#include "storage/posix_files.h"
#include "storage/temp_folder.h"

namespace quorate {
namespace {

constexpr LogOptions kOptions{.segment_bytes = 16 * kFileBlockBytes, .spare_segments = 1};
constexpr PartitionId kGroup{1};

// The index of the last entry, and that all before it are there.
absl::StatusOr<LogIndex> LastIndex(LogStore& store) {
  for (const RecoveredGroup& group : store.TakeRecovered()) {
    LogIndex last = group.base.index;
    for (const LogEntry& entry : group.entries) {
      const GroupWrite expected =
          MakeWrite(1, entry.index.value(), entry.index.value(), 1, entry.data.size());
      if (entry.index != last.next() || !(entry == expected.entries[0])) {
        return absl::DataLossError(StrCat("entry ", entry.index.ToString(), " is not as written"));
      }
      last = entry.index;
    }
    return last;
  }
  return LogIndex();
}

[[noreturn]] void AppendForEver(const std::string& path, uint64_t seed, int acknowledged) {
  auto files = OpenFolder(path);
  if (!files.ok()) _exit(2);
  auto store = LogStore::Open(**files, kOptions);
  if (!store.ok()) _exit(3);
  Random random(seed);
  for (uint64_t last = LastIndex(**store).value().value();;) {
    const uint64_t next = last + random.Between(1, 4);
    const GroupWrite write = MakeWrite(1, last + 1, next, 1, 30 + random.Below(6000));
    if (!(*store)->Append({{write}}).ok()) _exit(4);
    last = next;
    if (::write(acknowledged, &last, sizeof(last)) != sizeof(last)) _exit(5);
    if (random.Chance(0.3)) (*store)->Release(kGroup, LogIndex(last - random.Below(3)));
  }
}

TEST(LogKillTest, AKilledProcessLosesNothingItAcknowledged) {
  TempFolder folder;
  Random random(99);
  uint64_t acknowledged = 0;
  for (int round = 0; round < 25; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      AppendForEver(folder.path() + "/log", random.Next(), pipe[1]);
    }
    random.Next();
    ::close(pipe[1]);
    // Killed at any point of the write behind the n-th acknowledgement.
    const uint64_t reports = random.Below(40);
    uint64_t last = 0;
    for (uint64_t i = 0; i < reports && ::read(pipe[0], &last, sizeof(last)) == sizeof(last); ++i) {
    }
    // Somewhere inside a write, of which there is no event: any other moment
    // would leave the child between two.
    ::usleep(static_cast<useconds_t>(random.Below(400)));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    while (::read(pipe[0], &last, sizeof(last)) == sizeof(last)) {
    }
    ::close(pipe[0]);
    acknowledged = std::max(acknowledged, last);

    auto files = OpenFolder(folder.path() + "/log").value();
    auto store = LogStore::Open(*files, kOptions);
    ASSERT_TRUE(store.ok()) << store.status();
    const auto recovered = LastIndex(**store);
    ASSERT_TRUE(recovered.ok()) << recovered.status();
    ASSERT_GE(recovered->value(), acknowledged) << "round " << round;
  }
  EXPECT_GT(acknowledged, 100u);
}

}  // namespace
}  // namespace quorate
