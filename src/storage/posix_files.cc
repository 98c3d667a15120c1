#include "storage/posix_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/strings.h"
#include "storage/aligned_buffer.h"

namespace quorate {
namespace {

constexpr size_t kCopyBytes = 1 << 20;  // through one buffer at a time
constexpr std::string_view kHalfMade = ".tmp";

absl::Status PosixError(int error, std::string_view verb, std::string_view path) {
  const std::string message = StrCat("cannot ", verb, " ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return MakeError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                       StrCat(message, "; free some space"));
    case ENOENT:
      return MakeError(absl::StatusCode::kNotFound, "FILE_NOT_FOUND", message);
    case EACCES:
    case EPERM:
    case EROFS:
      return MakeError(absl::StatusCode::kPermissionDenied, "FILE_NOT_PERMITTED", message);
    default:
      return MakeError(absl::StatusCode::kInternal, "DISK_ERROR", message, Applied::kUnknown);
  }
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

// All of it, or errno.
int WriteAll(int fd, const char* data, size_t size, uint64_t offset) {
  while (size > 0) {
    const ssize_t n = ::pwrite(fd, data, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : EIO;
    data += n;
    size -= static_cast<size_t>(n);
    offset += static_cast<uint64_t>(n);
  }
  return 0;
}

class PosixBlockFile : public BlockFile {
 public:
  PosixBlockFile(FileDescriptor fd, std::string path, uint64_t size_bytes)
      : fd_(std::move(fd)), path_(std::move(path)), size_bytes_(size_bytes) {}

  uint64_t size_bytes() const override { return size_bytes_; }

  absl::Status WriteDurably(uint64_t offset, std::string_view bytes) override {
    QUORATE_CHECK(!failed_, "a file whose sync failed is not written again");
    QUORATE_CHECK(offset % kFileBlockBytes == 0 && bytes.size() % kFileBlockBytes == 0,
                  "files are written in whole blocks");
    QUORATE_CHECK(offset + bytes.size() <= size_bytes_, "a block file doesn't grow");
    const char* data = bytes.data();
    if (!IsBlockAligned(data)) {
      data = static_cast<char*>(std::memcpy(buffer_.Reserve(bytes.size()), data, bytes.size()));
    }
    const int error = WriteAll(fd_.get(), data, bytes.size(), offset);
    if (error == 0) return absl::OkStatus();
    failed_ = true;
    return PosixError(error, "write and sync", path_);
  }

  absl::StatusOr<std::string> Read(uint64_t offset, uint64_t size_bytes) override {
    std::string bytes(size_bytes, '\0');
    AlignedBuffer buffer;
    char* const blocks = buffer.Reserve(kCopyBytes);
    for (uint64_t done = 0; done < size_bytes;) {
      const uint64_t at = offset + done;
      const uint64_t start = at / kFileBlockBytes * kFileBlockBytes;
      const uint64_t wanted = at + (size_bytes - done) - start;
      const size_t whole = (wanted + kFileBlockBytes - 1) / kFileBlockBytes * kFileBlockBytes;
      const ssize_t n =
          ::pread(fd_.get(), blocks, std::min(whole, kCopyBytes), static_cast<off_t>(start));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return PosixError(errno, "read", path_);
      const uint64_t skip = at - start;
      if (static_cast<uint64_t>(n) <= skip) return PosixError(EIO, "read all of", path_);
      const uint64_t got = std::min(static_cast<uint64_t>(n) - skip, size_bytes - done);
      std::memcpy(bytes.data() + done, blocks + skip, got);
      done += got;
    }
    return bytes;
  }

 private:
  FileDescriptor fd_;
  const std::string path_;
  const uint64_t size_bytes_;
  AlignedBuffer buffer_;
  bool failed_ = false;
};

class PosixFiles : public Files {
 public:
  PosixFiles(std::string path, FileDescriptor folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}

  absl::StatusOr<std::vector<std::string>> List() override {
    const int fd = ::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const entries = fd < 0 ? nullptr : ::fdopendir(fd);
    if (entries == nullptr) return PosixError(errno, "list", path_);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(entries)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != ".." && !name.ends_with(kHalfMade)) names.emplace_back(name);
    }
    const int error = errno;
    ::closedir(entries);
    if (error != 0) return PosixError(error, "list", path_);
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::StatusOr<std::unique_ptr<BlockFile>> Create(std::string_view name,
                                                    uint64_t size_bytes) override {
    QUORATE_CHECK(size_bytes % kFileBlockBytes == 0, "files have whole blocks");
    if (absl::Status filled = Fill(std::string(name), size_bytes); !filled.ok()) {
      ::unlinkat(folder_.get(), std::string(name).c_str(), 0);
      return filled;
    }
    if (absl::Status synced = SyncFolder(); !synced.ok()) return synced;
    return Open(name);
  }

  absl::StatusOr<std::unique_ptr<BlockFile>> Open(std::string_view name) override {
    const std::string path = PathOf(name);
    FileDescriptor fd = OpenPastCache(std::string(name), O_RDWR | O_DSYNC);
    if (!fd.ok()) return PosixError(errno, "open", path);
    // A process that was killed may have left a write in a cache of the system
    // or the disk. What is read from here on must outlast a power cut.
    if (::fsync(fd.get()) != 0) return PosixError(errno, "sync", path);
    struct stat stat {};
    if (::fstat(fd.get(), &stat) != 0) return PosixError(errno, "look at", path);
    return std::make_unique<PosixBlockFile>(std::move(fd), path,
                                            static_cast<uint64_t>(stat.st_size));
  }

  absl::Status Rename(std::string_view from, std::string_view to) override {
    if (::renameat(folder_.get(), std::string(from).c_str(), folder_.get(),
                   std::string(to).c_str()) != 0) {
      return PosixError(errno, "rename", PathOf(from));
    }
    return SyncFolder();
  }

  absl::Status Remove(std::string_view name) override {
    if (::unlinkat(folder_.get(), std::string(name).c_str(), 0) != 0) {
      return PosixError(errno, "remove", PathOf(name));
    }
    return SyncFolder();
  }

  absl::Status ReplaceDurably(std::string_view name, std::string_view contents) override {
    const std::string half_made = StrCat(name, kHalfMade);
    {
      FileDescriptor fd(::openat(folder_.get(), half_made.c_str(),
                                 O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
      if (!fd.ok()) return PosixError(errno, "create", PathOf(half_made));
      int error = WriteAll(fd.get(), contents.data(), contents.size(), 0);
      if (error == 0 && ::fsync(fd.get()) != 0) error = errno;
      if (error != 0) {
        ::unlinkat(folder_.get(), half_made.c_str(), 0);
        return PosixError(error, "write", PathOf(half_made));
      }
    }
    return Rename(half_made, name);
  }

  absl::StatusOr<uint64_t> FreeBytes() override {
    struct statvfs disk {};
    if (::fstatvfs(folder_.get(), &disk) != 0) return PosixError(errno, "look at", path_);
    return uint64_t{disk.f_bavail} * disk.f_frsize;
  }

  absl::StatusOr<std::string> ReadWhole(std::string_view name) override {
    FileDescriptor fd(::openat(folder_.get(), std::string(name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.ok()) return PosixError(errno, "open", PathOf(name));
    std::string contents;
    char bytes[4096];
    for (;;) {
      const ssize_t n = ::read(fd.get(), bytes, sizeof(bytes));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return PosixError(errno, "read", PathOf(name));
      if (n == 0) return contents;
      contents.append(bytes, static_cast<size_t>(n));
    }
  }

 private:
  std::string PathOf(std::string_view name) const { return StrCat(path_, "/", name); }

  absl::Status SyncFolder() {
    return ::fsync(folder_.get()) == 0 ? absl::OkStatus() : PosixError(errno, "sync", path_);
  }

  // Through the page cache where the file system knows no other way.
  FileDescriptor OpenPastCache(const std::string& name, int flags) {
    flags |= O_CLOEXEC;
    FileDescriptor fd(::openat(folder_.get(), name.c_str(), flags | O_DIRECT, 0644));
    if (fd.ok() || errno != EINVAL) return fd;
    return FileDescriptor(::openat(folder_.get(), name.c_str(), flags, 0644));
  }

  // Past the cache: pages for zeros that nobody reads cost a processor more than the disk.
  absl::Status Fill(const std::string& name, uint64_t size_bytes) {
    FileDescriptor fd = OpenPastCache(name, O_WRONLY | O_CREAT | O_TRUNC);
    if (!fd.ok()) return PosixError(errno, "create", PathOf(name));
    // In one piece and an early answer if there is no room; then written, so
    // that later writes in place change no metadata.
    const int reserved = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(size_bytes));
    if (reserved == ENOSPC || reserved == EDQUOT) return PosixError(reserved, "fill", PathOf(name));
    AlignedBuffer buffer;
    const uint64_t piece = std::min<uint64_t>(size_bytes, kCopyBytes);
    const char* const zeros = static_cast<char*>(std::memset(buffer.Reserve(piece), 0, piece));
    for (uint64_t offset = 0; offset < size_bytes; offset += piece) {
      const size_t size = std::min<uint64_t>(piece, size_bytes - offset);
      if (const int error = WriteAll(fd.get(), zeros, size, offset); error != 0) {
        return PosixError(error, "fill", PathOf(name));
      }
    }
    return ::fsync(fd.get()) == 0 ? absl::OkStatus() : PosixError(errno, "sync", PathOf(name));
  }

  const std::string path_;
  const FileDescriptor folder_;  // holds the lock
};

// A new folder's name is durable once the folder around it is synced.
absl::Status MakeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0) {
    return errno == EEXIST ? absl::OkStatus() : PosixError(errno, "make folder", path);
  }
  const FileDescriptor parent(::open((path + "/..").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent.ok() || ::fsync(parent.get()) != 0) return PosixError(errno, "sync around", path);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Files>> OpenFolder(const std::string& path) {
  if (absl::Status made = MakeFolder(path); !made.ok()) return made;
  FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok()) return PosixError(errno, "open folder", path);
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return PosixError(errno, "lock", path);
    return MakeError(absl::StatusCode::kFailedPrecondition, "FOLDER_IN_USE",
                     StrCat("folder ", path,
                            " is in use by another kvd: end that one or give this one a folder "
                            "of its own"));
  }
  return std::make_unique<PosixFiles>(path, std::move(folder));
}

}  // namespace quorate
