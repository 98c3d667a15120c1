// What the replica's engine holds, as its core reads it: all effects handed out
// so far are applied. An engine that fails answers "nothing", remembers that,
// and stops the node before the turn's output is obeyed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quorum/counter_set.h"
#include "quorum/effect.h"
#include "quorum/operations.h"

namespace quorate::quorum {

struct LoggedDot {
  Dot dot;
  std::string key;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual std::optional<Record> Lookup(std::string_view key) const = 0;
  // Dots of that identity in the dot log, rising, at most `limit`; appended.
  virtual void DotLog(const Identity& identity, CounterRange range, size_t limit,
                      std::vector<LoggedDot>& out) const = 0;
  // Up to `limit` keys with a record, dead or not, from `start` on and below `end`
  // (empty: to the last), rising. Fewer: there are no more.
  virtual std::vector<std::string> Keys(std::string_view start, std::string_view end,
                                        size_t limit) const = 0;
  std::vector<std::string> KeysAfter(std::string_view after, size_t limit) const {
    return Keys(std::string(after) + '\0', {}, limit);
  }
};

// What the engine holds at start, the log's rest applied.
struct Restored {
  Knowledge checkpoint;
  SeenClock logged;  // the dots in the dot log
  HlcTime reserved;
  Ballot floor;  // the newest RaiseFloor
  // Of the checkpoint. False also where the disk is empty though the partition
  // isn't new: one that was wiped, or lost.
  bool filled = true;
  TakenHints hints;
  Operations operations = {};
  Epoch entered = {};  // the newest EnterEpoch
};

}  // namespace quorate::quorum
