#include "disk_yardstick.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "one_by_one.h"
#include "storage/posix_files.h"

namespace quorate::bench {
namespace {

constexpr uint64_t kSegmentBytes = 16 << 20;

absl::Status LastError(const char* what) {
  return absl::UnavailableError(StrCat("cannot ", what, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<DiskYardstick>> DiskYardstick::Open(const std::string& folder,
                                                                   size_t value_bytes) {
  std::filesystem::remove_all(folder);
  auto files = OpenFolder(folder);
  if (!files.ok()) return files.status();
  std::unique_ptr<DiskYardstick> disk(
      new DiskYardstick(*std::move(files), StrCat(folder, "/growing"), value_bytes));
  for (size_t i = 0; i < kAtOnce; ++i) {
    auto made = disk->files_->Create(StrCat("segment-", i), kSegmentBytes);
    if (!made.ok()) return made.status();
    disk->segments_[i].file = *std::move(made);
  }
  return disk;
}

Slice DiskYardstick::WriteTo(Segment& segment, absl::Duration length) {
  const std::string block(kFileBlockBytes, 'b');
  const auto write = [&] {
    const uint64_t next = (segment.next + kFileBlockBytes) % kSegmentBytes;
    return segment.file->WriteDurably(std::exchange(segment.next, next), block);
  };
  return RunOneByOne(write, length);
}

Slice DiskYardstick::WriteInPlace(absl::Duration length) { return WriteTo(segments_[0], length); }

Slice DiskYardstick::WriteThreeInPlace(absl::Duration length) {
  std::array<Slice, kAtOnce> slices;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kAtOnce; ++i) {
    threads.emplace_back([&, i] { slices[i] = WriteTo(segments_[i], length); });
  }
  for (std::thread& each : threads) each.join();
  Slice all;
  for (const Slice& each : slices) all.Merge(each);
  return all;
}

Slice DiskYardstick::Append(absl::Duration length) {
  const int file =
      ::open(growing_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  const auto append = [&] {
    if (::write(file, value_.data(), value_.size()) != static_cast<ssize_t>(value_.size())) {
      return LastError("append to a file");
    }
    return ::fdatasync(file) == 0 ? absl::OkStatus() : LastError("sync a file");
  };
  Slice slice = RunOneByOne(append, length);
  ::close(file);
  return slice;
}

}  // namespace quorate::bench
