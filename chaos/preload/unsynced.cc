// Keeps book of what a power cut would undo, so that the conductor can undo it
// after a kill -9: bytes appended or overwritten and not synced, names changed in
// a folder and the folder not synced. A file must be written either with O_DSYNC
// or without until it is synced: no mixture of both is kept book of.

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "shim.h"

namespace diskfaults {
namespace {

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

class Lock {
 public:
  Lock() { pthread_mutex_lock(&mutex); }
  ~Lock() { pthread_mutex_unlock(&mutex); }
};

// Null, and counted, if there is no place for one more. One that is new here is
// taken to be durable up to `bytes`.
File* FileOf(uint64_t inode, uint64_t bytes) {
  for (uint64_t step = 0; step < kFilesMax; ++step) {
    File& file = page()->files[(inode + step) % kFilesMax];
    if (file.inode == 0) file = {inode, bytes};
    if (file.inode == inode) return &file;
  }
  Count(page()->overflows);
  return nullptr;
}

void SetDurable(int fd, uint64_t bytes) {
  struct stat stat {};
  if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) return;
  const Lock lock;
  if (File* const file = FileOf(stat.st_ino, bytes)) file->durable_bytes = bytes;
}

// Where what was overwritten since the last sync waits: records of Overwritten
// and the bytes that were there.
void OverwrittenPath(uint64_t inode, char* path, size_t size) {
  snprintf(path, size, "%s.kept/overwritten-%lu", getenv("QUORATE_DISK_FAULTS"), inode);
}

// By calls of its own: `fd` may be for writing only, or want aligned buffers.
bool KeepBytes(int fd, uint64_t inode, off_t offset, size_t size) {
  char path[PATH_MAX];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  const auto from = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
  OverwrittenPath(inode, path, sizeof(path));
  const auto to = static_cast<int>(
      syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  const Overwritten head{static_cast<uint64_t>(offset), size};
  bool kept = from >= 0 && to >= 0 && syscall(SYS_write, to, &head, sizeof(head)) == sizeof(head);
  while (kept && size > 0) {
    char bytes[4096];
    const ssize_t n = pread(from, bytes, std::min(size, sizeof(bytes)), offset);
    kept = n > 0 && syscall(SYS_write, to, bytes, n) == n;
    offset += n;
    size -= static_cast<size_t>(n);
  }
  syscall(SYS_close, from);
  syscall(SYS_close, to);
  return kept;
}

void DropBytes(int fd) {
  struct stat stat {};
  if (fstat(fd, &stat) != 0) return;
  char path[PATH_MAX];
  OverwrittenPath(stat.st_ino, path, sizeof(path));
  remove(path);
}

// Whether `name` is directly in `folder`, both relative to the root.
bool IsIn(const char* name, const char* folder) {
  const char* const slash = strrchr(name, '/');
  if (slash == nullptr) return strcmp(folder, ".") == 0;
  const auto size = static_cast<size_t>(slash - name);
  return strlen(folder) == size && strncmp(name, folder, size) == 0;
}

}  // namespace

bool Tracks() { return page() != nullptr && Load(page()->track_unsynced) != 0; }

uint64_t Keep(const Name& name) {
  if (!Tracks() || !name.below()) return 0;
  const uint64_t number = __atomic_add_fetch(&page()->order_last, 1, __ATOMIC_RELAXED);
  char from[PATH_MAX];
  char to[PATH_MAX];
  snprintf(from, sizeof(from), "%s/%s", getenv("QUORATE_DISK_ROOT"), name.text);
  KeptPath(number, to, sizeof(to));
  return link(from, to) == 0 ? number : 0;
}

void DropKept(uint64_t kept) {
  if (kept == 0) return;
  char path[PATH_MAX];
  KeptPath(kept, path, sizeof(path));
  remove(path);  // not unlink, which is the shim's own
}

void NoteChange(ChangeKind kind, const Name& name, const Name& from, uint64_t kept) {
  if (!Tracks() || !name.below()) return;
  const Lock lock;
  for (Change& change : page()->changes) {
    if (change.kind != kFree) continue;
    memcpy(change.name, name.text, sizeof(change.name));
    memcpy(change.from, from.text, sizeof(change.from));
    change.order = __atomic_add_fetch(&page()->order_last, 1, __ATOMIC_RELAXED);
    change.kept = kept;
    __atomic_store_n(&change.kind, kind, __ATOMIC_RELEASE);
    return;
  }
  Count(page()->overflows);
}

void NoteNewFile(int fd) {
  if (!Tracks()) return;
  SetDurable(fd, 0);
  DropBytes(fd);  // of another file with its inode
}

void NoteWrite(int fd, off_t offset, size_t size) {
  struct stat stat {};
  if (!Tracks() || fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) return;
  const Lock lock;
  FileOf(stat.st_ino, static_cast<uint64_t>(stat.st_size));
  if (offset >= stat.st_size) return;
  const size_t had = std::min(size, static_cast<size_t>(stat.st_size - offset));
  if (!KeepBytes(fd, stat.st_ino, offset, had)) Count(page()->overflows);
}

void NoteFileSynced(int fd, uint64_t up_to_bytes) {
  if (!Tracks()) return;
  SetDurable(fd, up_to_bytes);
  DropBytes(fd);
}

void NoteFolderSynced(int fd) {
  if (!Tracks()) return;
  const Name folder = NameOf(fd);
  const Lock lock;
  for (Change& change : page()->changes) {
    if (change.kind == kFree || !IsIn(change.name, folder.text)) continue;
    // In this order: a kill in between leaves what nobody asks for, not a gap.
    const uint64_t kept = change.kept;
    __atomic_store_n(&change.kind, kFree, __ATOMIC_RELEASE);
    DropKept(kept);
  }
}

}  // namespace diskfaults
