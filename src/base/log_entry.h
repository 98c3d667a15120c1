// What a replicated log holds, shared by the Raft core, the log on disk and
// the wire.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/payload.h"

namespace quorate {

enum class EntryKind : uint8_t {
  kNoop = 0,           // what a new leader appends to commit its predecessors' entries
  kCommand = 1,        // for the state machine
  kConfiguration = 2,  // a change of members
};

// What a Raft replica must not forget (paper, figure 2).
struct HardState {
  Term term;
  NodeId vote;  // in `term`; zero: none
  friend bool operator==(const HardState&, const HardState&) = default;
};

struct LogEntry {
  Term term;
  LogIndex index;
  EntryKind kind = EntryKind::kNoop;
  Payload data;

  friend bool operator==(const LogEntry&, const LogEntry&) = default;
};

}  // namespace quorate
