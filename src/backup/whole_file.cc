#include "backup/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::backup {
namespace {

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : fd_(::open(path.c_str(), flags, 0600)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError(errno, "write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& path) {
  const OpenFile folder(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder.get() < 0) return FileError(errno, "open", path);
  if (::fsync(folder.get()) != 0) return FileError(errno, "sync", path);
  return absl::OkStatus();
}

}  // namespace

absl::Status FileError(int error, std::string_view verb, std::string_view path) {
  const std::string message = StrCat("cannot ", verb, " ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
      return MakeError(absl::StatusCode::kNotFound, "FILE_NOT_FOUND", message);
    case ENOSPC:
    case EDQUOT:
      return MakeError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                       StrCat(message, "; free some space"));
    case EACCES:
    case EPERM:
    case EROFS:
      return MakeError(absl::StatusCode::kPermissionDenied, "FILE_NOT_PERMITTED", message);
    default:
      return MakeError(absl::StatusCode::kInternal, "DISK_ERROR", message);
  }
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  const OpenFile file(path, O_RDONLY | O_CLOEXEC);
  if (file.get() < 0) return FileError(errno, "open", path);
  struct stat facts;
  if (::fstat(file.get(), &facts) != 0) return FileError(errno, "look at", path);
  std::string bytes(static_cast<size_t>(facts.st_size), '\0');
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError(errno, "read", path);
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

absl::Status WriteWholeFile(const std::string& temporary, const std::string& path,
                            std::string_view bytes) {
  {
    const OpenFile file(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
    if (file.get() < 0) return FileError(errno, "make", temporary);
    if (absl::Status written = WriteAll(file.get(), bytes, temporary); !written.ok()) {
      return written;
    }
    if (::fdatasync(file.get()) != 0) return FileError(errno, "sync", temporary);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return FileError(errno, "name", path);
  return absl::OkStatus();
}

absl::Status SyncFolders(const std::string& path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (!entry.is_directory()) continue;
    if (absl::Status synced = SyncFolder(entry.path()); !synced.ok()) return synced;
  }
  if (error) return FileError(error.value(), "list", path);
  return SyncFolder(path);
}

}  // namespace quorate::backup
