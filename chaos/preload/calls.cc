// The calls that stand in for libc's: those by which kvd and RocksDB change
// files (`nm -D --undefined-only` of either lists them).

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "shim.h"

namespace diskfaults {
namespace {

int (*real_openat)(int, const char*, int, ...);
int (*real_close)(int);
int (*real_closedir)(DIR*);
ssize_t (*real_write)(int, const void*, size_t);
ssize_t (*real_pwrite)(int, const void*, size_t, off_t);
int (*real_fsync)(int);
int (*real_fdatasync)(int);
int (*real_posix_fallocate)(int, off_t, off_t);
int (*real_fallocate)(int, int, off_t, off_t);
int (*real_ftruncate)(int, off_t);
int (*real_fstatvfs)(int, struct statvfs*);
int (*real_statvfs)(const char*, struct statvfs*);
int (*real_renameat)(int, const char*, int, const char*);
int (*real_unlinkat)(int, const char*, int);

constexpr size_t kBlockBytes = 4096;

int Fail(int error) {
  errno = error;
  return -1;
}

int OpenAt(int folder, const char* path, int flags, mode_t mode) {
  struct stat before {};
  const bool writes = page() != nullptr && (flags & (O_CREAT | O_TRUNC)) != 0;
  const bool was = writes && fstatat(folder, path, &before, 0) == 0;
  if (was && (flags & O_TRUNC) != 0 && NameOf(folder, path).below()) NoteRemoved(folder, path);
  const int fd = Real(real_openat, "openat")(folder, path, flags, mode);
  if (fd < 0) return fd;
  const int kept = errno;
  Opened(fd, flags);
  if (writes && Of(fd).where != 0) {
    if (!was) NoteChange(kCreated, NameOf(folder, path), {}, 0);
    if (!was || (flags & O_TRUNC) != 0) NoteNewFile(fd);
  }
  errno = kept;
  return fd;
}

uint64_t SizeOf(int fd) {
  struct stat stat {};
  return fstat(fd, &stat) == 0 ? static_cast<uint64_t>(stat.st_size) : 0;
}

// Where write() puts what it is given.
off_t Position(int fd) {
  const bool appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
  return lseek(fd, 0, appends ? SEEK_END : SEEK_CUR);
}

// Growth within the room; what doesn't fit is cut off, as a real disk does.
ssize_t PlainWrite(int fd, const void* data, size_t size, off_t offset, bool at_offset) {
  const off_t begin = at_offset ? offset : Position(fd);
  const off_t end = RoomUpTo(fd, begin + static_cast<off_t>(size));
  if (size > 0 && end <= begin) return Fail(ENOSPC);
  size = static_cast<size_t>(end - begin);
  const uint64_t before = TakenBy(fd);
  const ssize_t n = at_offset ? Real(real_pwrite, "pwrite")(fd, data, size, offset)
                              : Real(real_write, "write")(fd, data, size);
  if (n > 0) NoteTaken(before, TakenBy(fd));
  return n;
}

// A write that is its own sync. If it fails, what is on disk is anybody's guess:
// the order says which.
ssize_t SyncedWrite(int fd, const Open& open, const void* data, size_t size, off_t offset) {
  const SyncFate fate = BeginSync(open);
  if (fate.fails) {
    const size_t left = fate.leaves == kAll          ? size
                        : fate.leaves == kFirstBlock ? std::min(size, kBlockBytes)
                                                     : 0;
    Delay(open);
    if (left > 0) PlainWrite(fd, data, left, offset, true);
    return Fail(EIO);
  }
  Delay(open);
  return PlainWrite(fd, data, size, offset, true);
}

int Sync(int fd, int (*real)(int)) {
  const Open open = Of(fd);
  if (open.where == 0) return real(fd);
  const SyncFate fate = BeginSync(open);
  const uint64_t size = SizeOf(fd);  // before: what is written meanwhile need not be in it
  Delay(open);
  const int result = fate.fails ? Fail(EIO) : real(fd);
  if (result == 0) open.folder ? NoteFolderSynced(fd) : NoteFileSynced(fd, size);
  return result;
}

// 0, or why there is no room for a file to reach `end`.
int Grow(int fd, off_t end) { return RoomUpTo(fd, end) < end ? ENOSPC : 0; }

void Shrink(struct statvfs& disk) {
  if (page() == nullptr || Load(page()->room_bytes) == kNoLimit) return;
  const fsblkcnt_t room = Load(page()->room_bytes) / disk.f_frsize;
  disk.f_bavail = std::min(disk.f_bavail, room);
  disk.f_bfree = std::min(disk.f_bfree, room);
}

int Rename(int from_folder, const char* from, int to_folder, const char* to) {
  const auto real = Real(real_renameat, "renameat");
  const Name name = NameOf(to_folder, to);
  if (!name.below()) return real(from_folder, from, to_folder, to);
  const Name old = NameOf(from_folder, from);
  const uint64_t kept = Keep(name);
  NoteRemoved(to_folder, to);
  const int result = real(from_folder, from, to_folder, to);
  const int error = errno;
  result == 0 ? NoteChange(kRenamed, name, old, kept) : DropKept(kept);
  errno = error;
  return result;
}

int Unlink(int folder, const char* path, int flags) {
  const auto real = Real(real_unlinkat, "unlinkat");
  const Name name = (flags & AT_REMOVEDIR) != 0 ? Name{} : NameOf(folder, path);
  if (!name.below()) return real(folder, path, flags);
  const uint64_t kept = Keep(name);
  NoteRemoved(folder, path);
  const int result = real(folder, path, flags);
  const int error = errno;
  result == 0 ? NoteChange(kUnlinked, name, {}, kept) : DropKept(kept);
  errno = error;
  return result;
}

mode_t ModeOf(int flags, va_list rest) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace
}  // namespace diskfaults

using namespace diskfaults;  // NOLINT: the names below are libc's

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = ModeOf(flags, rest);
  va_end(rest);
  return OpenAt(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = ModeOf(flags, rest);
  va_end(rest);
  return OpenAt(folder, path, flags, mode);
}

int close(int fd) {
  Closed(fd);
  return Real(real_close, "close")(fd);
}

// It closes what fdopendir() was given, and libc doesn't ask us.
int closedir(DIR* folder) {
  Closed(dirfd(folder));
  return Real(real_closedir, "closedir")(folder);
}

ssize_t write(int fd, const void* data, size_t size) {
  if (Of(fd).where == 0) return Real(real_write, "write")(fd, data, size);
  NoteWrite(fd, Position(fd), size);
  return PlainWrite(fd, data, size, 0, false);
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  const Open open = Of(fd);
  if (open.where == 0) return Real(real_pwrite, "pwrite")(fd, data, size, offset);
  if (open.synced_writes) return SyncedWrite(fd, open, data, size, offset);
  NoteWrite(fd, offset, size);
  return PlainWrite(fd, data, size, offset, true);
}

int fsync(int fd) { return Sync(fd, Real(real_fsync, "fsync")); }
int fdatasync(int fd) { return Sync(fd, Real(real_fdatasync, "fdatasync")); }

int posix_fallocate(int fd, off_t offset, off_t size) {
  const auto real = Real(real_posix_fallocate, "posix_fallocate");
  if (Of(fd).where == 0) return real(fd, offset, size);
  if (const int error = Grow(fd, offset + size); error != 0) return error;
  const uint64_t before = TakenBy(fd);
  const int result = real(fd, offset, size);
  NoteTaken(before, TakenBy(fd));
  return result;
}

int fallocate(int fd, int mode, off_t offset, off_t size) {
  const auto real = Real(real_fallocate, "fallocate");
  if (Of(fd).where == 0) return real(fd, mode, offset, size);
  if (const int error = Grow(fd, offset + size); error != 0) return Fail(error);
  const uint64_t before = TakenBy(fd);
  const int result = real(fd, mode, offset, size);
  NoteTaken(before, TakenBy(fd));
  return result;
}

int ftruncate(int fd, off_t size) noexcept {
  const auto real = Real(real_ftruncate, "ftruncate");
  if (Of(fd).where == 0) return real(fd, size);
  const uint64_t before = TakenBy(fd);
  const int result = real(fd, size);
  NoteTaken(before, TakenBy(fd));
  return result;
}

int fstatvfs(int fd, struct statvfs* disk) noexcept {
  const int result = Real(real_fstatvfs, "fstatvfs")(fd, disk);
  if (result == 0 && Of(fd).where != 0) Shrink(*disk);
  return result;
}

int statvfs(const char* path, struct statvfs* disk) noexcept {
  const int result = Real(real_statvfs, "statvfs")(path, disk);
  if (result == 0 && NameOf(AT_FDCWD, path).below()) Shrink(*disk);
  return result;
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  return Rename(from_folder, from, to_folder, to);
}
int rename(const char* from, const char* to) noexcept {
  return Rename(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  return Unlink(folder, path, flags);
}
int unlink(const char* path) noexcept { return Unlink(AT_FDCWD, path, 0); }

}  // extern "C"

// Programs that were built for files beyond 2 GiB on any machine ask for these.
#define ALSO_64(name) __asm__(".globl " #name "64\n.set " #name "64, " #name)
ALSO_64(open);
ALSO_64(openat);
ALSO_64(pwrite);
ALSO_64(posix_fallocate);
ALSO_64(fallocate);
ALSO_64(ftruncate);
ALSO_64(fstatvfs);
ALSO_64(statvfs);
