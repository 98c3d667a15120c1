// A life of a node that is over, and still speaks.
#include "base/strings.h"
#include "sim/nemesis.h"

namespace quorate::sim {

// What it sends on its last day is on no disk, its own included, and reaches the
// others when they may long have talked to its next life.
Nemesis::Mend Nemesis::BeginLateWords() {
  const NodeId victim = Anyone();
  SimNode& node = cluster_.node(victim);
  if (!node.up() || node.frozen()) return nullptr;
  const uint64_t late_ms = random_.Between(300, 3000);
  trace_.Add(TraceKind::kFault, victim,
             StrCat("syncs nothing, and is heard ", late_ms, " ms later"));
  node.machine().disk.stalled = true;
  Mend in_time =
      BreakLinks(OneWay({victim}, cluster_.ids(), LinkFault::kLate, static_cast<double>(late_ms)));
  return [this, victim, in_time = std::move(in_time)] {
    SimNode& dead = cluster_.node(victim);
    dead.Crash("its late words are under way");
    dead.machine().disk.stalled = false;
    in_time();
    dead.Boot();
  };
}

}  // namespace quorate::sim
