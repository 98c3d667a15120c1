// The file through which the conductor and one node's process talk about faults
// of its disk. Both map it, so that an order takes effect at once and what was
// counted outlives a kill -9. chaos/quorate_chaos/faults/disk_page.py has the
// same layout.
#pragma once

#include <cstdint>

namespace diskfaults {

inline constexpr uint64_t kMagic = 0x31544c464b534944;  // "DISKFLT1"
inline constexpr uint64_t kNoLimit = UINT64_MAX;
inline constexpr uint64_t kLog = 1, kState = 2;  // bits of `where`: below log/, and all else

// What an EIO leaves of the write whose sync it failed.
enum Leaves : uint64_t { kNothing, kFirstBlock, kAll };

inline constexpr uint64_t kNameBytes = 240;
inline constexpr uint64_t kChangesMax = 4096;
inline constexpr uint64_t kFilesMax = 1 << 16;

enum ChangeKind : uint64_t { kFree, kCreated, kRenamed, kUnlinked };

// A change of names that no sync of its folder has made durable yet. Names are
// relative to the root. What was replaced or removed waits as a file named
// `kept`, beside the page.
struct Change {
  uint64_t kind;
  uint64_t order;  // later ones are greater
  uint64_t kept;   // 0: nothing was there before
  uint64_t unused;
  char name[kNameBytes];
  char from[kNameBytes];  // of a rename
};

struct File {
  uint64_t inode;
  uint64_t durable_bytes;  // what lies beyond was written and never synced
};

// Heads what a write replaced in a file that was not synced since; its bytes follow.
struct Overwritten {
  uint64_t offset;
  uint64_t size;
};

struct Page {
  uint64_t magic;
  // Orders.
  uint64_t where;           // which files slow and failed syncs concern
  uint64_t slow_us;         // each sync takes so much longer
  uint64_t fail_syncs;      // so many syncs fail; kNoLimit: all from now on
  uint64_t fail_leaves;     // Leaves
  uint64_t room_bytes;      // by how much files may grow; kNoLimit: as the disk has it
  uint64_t track_unsynced;  // whether changes and files below are kept
  uint64_t unused_orders[9];
  // Counts.
  uint64_t syncs;  // all, of files and folders below the root
  uint64_t syncs_slowed;
  uint64_t syncs_failed;
  uint64_t growths_refused;
  uint64_t overflows;  // of the tables: they can't be trusted then
  uint64_t order_last;
  uint64_t unused_counts[10];
  Change changes[kChangesMax];
  File files[kFilesMax];  // hashed by inode
};

static_assert(sizeof(Change) == 512);
static_assert(sizeof(Page) == 256 + 512 * kChangesMax + 16 * kFilesMax);

}  // namespace diskfaults
