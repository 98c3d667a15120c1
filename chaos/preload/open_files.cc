// The page, and which of the process's open files are below the root.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "shim.h"

namespace diskfaults {
namespace {

constexpr int kFdsMax = 1 << 16;
constexpr uint8_t kSyncedWrites = 4, kFolder = 8;  // beside the bits of `where`

Page* the_page = nullptr;
char root[PATH_MAX];
size_t root_size = 0;
uint8_t open_files[kFdsMax];

// By system calls: nothing here may come back to the shim.
__attribute__((constructor)) void MapPage() {
  const char* const path = getenv("QUORATE_DISK_FAULTS");
  const char* const below = getenv("QUORATE_DISK_ROOT");
  if (path == nullptr || below == nullptr) return;
  const auto fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC));
  if (fd < 0) return;
  void* const mapped = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if (mapped == MAP_FAILED || static_cast<Page*>(mapped)->magic != kMagic) return;
  root_size = strlen(below);
  if (root_size >= sizeof(root)) return;
  memcpy(root, below, root_size + 1);
  the_page = static_cast<Page*>(mapped);
}

Name Relative(const char* path) {
  Name name;
  if (strncmp(path, root, root_size) != 0) return name;
  const char* rest = path + root_size;
  if (*rest != '/' && *rest != '\0') return name;
  if (*rest == '/') ++rest;
  snprintf(name.text, sizeof(name.text), "%s", *rest == '\0' ? "." : rest);
  return name;
}

// Where an open file is, as the kernel says.
bool PathOf(int fd, char (&path)[PATH_MAX]) {
  char link[64];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof(path) - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return true;
}

}  // namespace

Page* page() { return the_page; }

void* Lookup(const char* name) {
  void* const found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) abort();
  return found;
}

Open Of(int fd) {
  if (the_page == nullptr || fd < 0 || fd >= kFdsMax) return {};
  const uint8_t bits = open_files[fd];
  return {bits & (kLog | kState), (bits & kSyncedWrites) != 0, (bits & kFolder) != 0};
}

void Opened(int fd, int flags) {
  if (the_page == nullptr || fd < 0 || fd >= kFdsMax) return;
  open_files[fd] = 0;
  const Name name = NameOf(fd);
  if (!name.below()) return;
  const bool log = strncmp(name.text, "log", 3) == 0 && (name.text[3] == '/' || !name.text[3]);
  uint8_t bits = log ? kLog : kState;
  if ((flags & O_DSYNC) != 0) bits |= kSyncedWrites;
  struct stat stat {};
  if (fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode)) bits |= kFolder;
  open_files[fd] = bits;
}

void Closed(int fd) {
  if (fd >= 0 && fd < kFdsMax) open_files[fd] = 0;
}

Name NameOf(int fd) {
  char path[PATH_MAX];
  return the_page != nullptr && PathOf(fd, path) ? Relative(path) : Name{};
}

Name NameOf(int folder, const char* name) {
  if (the_page == nullptr) return {};
  char path[PATH_MAX];
  if (name[0] == '/') {
    snprintf(path, sizeof(path), "%s", name);
  } else {
    char around[PATH_MAX];
    if (folder == AT_FDCWD ? getcwd(around, sizeof(around)) == nullptr : !PathOf(folder, around)) {
      return {};
    }
    if (static_cast<size_t>(snprintf(path, sizeof(path), "%s/%s", around, name)) >= sizeof(path)) {
      return {};
    }
  }
  char* const slash = strrchr(path, '/');
  *slash = '\0';
  char resolved[PATH_MAX];
  if (realpath(slash == path ? "/" : path, resolved) == nullptr) return {};
  char whole[PATH_MAX];
  if (static_cast<size_t>(snprintf(whole, sizeof(whole), "%s/%s", resolved, slash + 1)) >=
      sizeof(whole)) {
    return {};
  }
  return Relative(whole);
}

void KeptPath(uint64_t number, char* path, size_t size) {
  snprintf(path, size, "%s.kept/%lu", getenv("QUORATE_DISK_FAULTS"), number);
}

}  // namespace diskfaults
