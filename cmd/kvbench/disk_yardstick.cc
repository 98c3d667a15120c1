#include "disk_yardstick.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

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
  auto segment = (*files)->Create("segment", kSegmentBytes);
  if (!segment.ok()) return segment.status();
  return std::unique_ptr<DiskYardstick>(new DiskYardstick(*std::move(files), *std::move(segment),
                                                          StrCat(folder, "/growing"), value_bytes));
}

Slice DiskYardstick::WriteInPlace(absl::Duration length) {
  const std::string block(kFileBlockBytes, 'b');
  const auto write = [&] {
    const uint64_t at = std::exchange(next_, (next_ + kFileBlockBytes) % kSegmentBytes);
    return segment_->WriteDurably(at, block);
  };
  return RunOneByOne(write, length);
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
