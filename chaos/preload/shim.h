// What the parts of the shim share. It sits between a process and libc: only
// files below the root are looked at, all others pass.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "page.h"

namespace diskfaults {

// Null if this process is to be left alone.
Page* page();

void* Lookup(const char* name);
// libc's own function of that name.
template <typename Function>
Function* Real(Function*& cached, const char* name) {
  if (cached == nullptr) cached = reinterpret_cast<Function*>(Lookup(name));
  return cached;
}

// What is known of an open file.
struct Open {
  uint64_t where = 0;          // a bit of page.h; 0: it is not below the root
  bool synced_writes = false;  // O_DSYNC
  bool folder = false;
};
Open Of(int fd);
void Opened(int fd, int flags);
void Closed(int fd);

// A path relative to the root; empty if it is not below.
struct Name {
  char text[kNameBytes] = {};
  bool below() const { return text[0] != '\0'; }
};
// Of `name` as *at() functions take it.
Name NameOf(int folder, const char* name);
// Of an open file.
Name NameOf(int fd);
// "<the page's file>.kept/<number>" into `path`.
void KeptPath(uint64_t number, char* path, size_t size);

// How a sync is to go; made before it.
struct SyncFate {
  bool fails = false;
  uint64_t leaves = kNothing;
};
SyncFate BeginSync(const Open& open);
// As long as a slow sync takes: nothing of it is durable before.
void Delay(const Open& open);

// Of growth to `end`, how much there is room for: `end`, less, or the present size.
off_t RoomUpTo(int fd, off_t end);
// Bytes of the disk that it takes.
uint64_t TakenBy(int fd);
void NoteTaken(uint64_t before, uint64_t after);
void NoteRemoved(int folder, const char* name);

// What a power cut would undo. Keep() comes before a name is replaced or
// removed and hands back what it is kept as, 0 if there was nothing.
uint64_t Keep(const Name& name);
void NoteChange(ChangeKind kind, const Name& name, const Name& from, uint64_t kept);
void DropKept(uint64_t kept);
void NoteNewFile(int fd);
void NoteWrite(int fd, off_t offset, size_t size);  // before one that is not synced
void NoteFileSynced(int fd, uint64_t up_to_bytes);
void NoteFolderSynced(int fd);
bool Tracks();

inline uint64_t Load(const uint64_t& value) { return __atomic_load_n(&value, __ATOMIC_RELAXED); }
inline void Count(uint64_t& value) { __atomic_fetch_add(&value, 1, __ATOMIC_RELAXED); }

}  // namespace diskfaults
