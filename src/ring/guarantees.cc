#include "ring/guarantees.h"

#include <algorithm>

#include "ring/levels.h"

namespace quorate::ring {
namespace {

constexpr Access kRead = Access::kRead;
constexpr Access kWrite = Access::kWrite;

constexpr std::string_view kCommitted =
    "an acknowledged write is committed: on a majority's disks, and lost only with those";
constexpr std::string_view kNewest =
    "a read sees every write that was committed and acknowledged before it began";

// From strong to weak.
constexpr Guarantee kGuarantees[] = {
    {Mode::kRaft, kWrite, Level::kAll,
     "an acknowledged write is committed and on the disk of every replica", Share::kAll,
     Share::kAll},
    {Mode::kRaft, kWrite, Level::kLinearizable, kCommitted, Share::kMajority, Share::kMajority},
    {Mode::kRaft, kWrite, Level::kQuorum, kCommitted, Share::kMajority, Share::kMajority},
    {Mode::kRaft, kWrite, Level::kOne,
     "an acknowledged write is on its leader's disk, and may be lost with that until it is "
     "committed",
     Share::kOne, Share::kMajority},
    {Mode::kRaft, kRead, Level::kLinearizable, kNewest, Share::kMajority, Share::kMajority},
    {Mode::kRaft, kRead, Level::kQuorum, kNewest, Share::kMajority, Share::kMajority},
    {Mode::kRaft, kRead, Level::kLease,
     "a read sees every write that was committed and acknowledged before it began, as long as "
     "clocks drift apart by less than the bound that is set",
     Share::kOne, Share::kMajority, "the leader's lease"},
    {Mode::kRaft, kRead, Level::kBounded,
     "a read sees every write that was committed and acknowledged longer ago than its bound",
     Share::kOne, Share::kMajority, "its bound"},
    {Mode::kRaft, kRead, Level::kSession,
     "a read sees all that its own session has written and read before", Share::kOne, Share::kOne},
    {Mode::kRaft, kRead, Level::kOne,
     "a read sees what one replica has, be it ever so old; the receipt tells how old at most, "
     "where that is known",
     Share::kOne, Share::kOne},
    {Mode::kQuorum, kWrite, Level::kAll, "an acknowledged write is on the disk of every replica",
     Share::kAll, Share::kAll},
    {Mode::kQuorum, kWrite, Level::kEachQuorum,
     "an acknowledged write is on the disks of a majority of the replicas in each zone",
     Share::kEachZoneMajority, Share::kEachZoneMajority},
    {Mode::kQuorum, kWrite, Level::kQuorum, "an acknowledged write is on a majority's disks",
     Share::kMajority, Share::kMajority},
    {Mode::kQuorum, kWrite, Level::kLocalQuorum,
     "an acknowledged write is on the disks of a majority of the replicas in the zone of the node "
     "that took it",
     Share::kZoneMajority, Share::kZoneMajority},
    {Mode::kQuorum, kWrite, Level::kTwo, "an acknowledged write is on two disks", Share::kTwo,
     Share::kTwo},
    {Mode::kQuorum, kWrite, Level::kOne,
     "an acknowledged write is on one disk, and reaches the others as soon as they can be reached",
     Share::kOne, Share::kOne},
    {Mode::kQuorum, kWrite, Level::kAny,
     "an acknowledged write is on one disk; where no replica can be reached that is another "
     "node's, which hands it over when one can, and until then no read sees it",
     Share::kNone, Share::kNone},
    {Mode::kQuorum, kRead, Level::kAll, "a read gives the newest that any replica has", Share::kAll,
     Share::kAll},
    {Mode::kQuorum, kRead, Level::kQuorum,
     "a read gives the newest that a majority has: it sees every write acknowledged at QUORUM, or "
     "what beat it, and what it gives no later one misses",
     Share::kMajority, Share::kMajority},
    {Mode::kQuorum, kRead, Level::kLocalQuorum,
     "a read gives the newest that a majority of the replicas in the zone of the node asked has",
     Share::kZoneMajority, Share::kZoneMajority},
    {Mode::kQuorum, kRead, Level::kTwo, "a read gives the newest that two replicas have",
     Share::kTwo, Share::kTwo},
    {Mode::kQuorum, kRead, Level::kBounded,
     "a read sees every write that was acknowledged longer ago than its bound", Share::kOne,
     Share::kAll, "its bound"},
    {Mode::kQuorum, kRead, Level::kSession,
     "a read sees all that its own session has written and read before", Share::kOne, Share::kOne},
    {Mode::kQuorum, kRead, Level::kOne,
     "a read sees what one replica has; the receipt tells how old at most, where that is known",
     Share::kOne, Share::kOne},
    {Mode::kQuorum, kWrite, Level::kLinearizable,
     "an acknowledged write is on a majority's disks, in one order of all writes of its key, "
     "without "
     "a leader",
     Share::kMajority, Share::kMajority, "", true},
    {Mode::kQuorum, kRead, Level::kLinearizable,
     "a read sees every write that was acknowledged before it began", Share::kMajority,
     Share::kMajority, "", true},
    {Mode::kQuorum, kRead, Level::kAll,
     "a read gives the newest that any replica has accepted, be it of a write that comes to "
     "nothing",
     Share::kAll, Share::kAll, "", true},
    {Mode::kQuorum, kRead, Level::kQuorum,
     "a read gives the newest that a majority has accepted: no less than what was acknowledged, "
     "perhaps a write that comes to nothing",
     Share::kMajority, Share::kMajority, "", true},
    {Mode::kQuorum, kRead, Level::kLocalQuorum,
     "a read gives the newest that a majority of the replicas in the zone of the node asked has "
     "accepted, be it old or of a write that comes to nothing",
     Share::kZoneMajority, Share::kZoneMajority, "", true},
    {Mode::kQuorum, kRead, Level::kTwo,
     "a read gives the newest that two replicas have accepted, be it old or of a write that comes "
     "to nothing",
     Share::kTwo, Share::kTwo, "", true},
    {Mode::kQuorum, kRead, Level::kBounded,
     "a read sees every write that was acknowledged longer ago than its bound", Share::kOne,
     Share::kAll, "its bound", true},
    {Mode::kQuorum, kRead, Level::kSession,
     "a read sees all that its own session has written, and read at LINEARIZABLE, before, or what "
     "came later, perhaps of a write that comes to nothing",
     Share::kOne, Share::kOne, "", true},
    {Mode::kQuorum, kRead, Level::kOne,
     "a read sees what one replica has accepted, be it old or of a write that comes to nothing",
     Share::kOne, Share::kOne, "", true},
};

}  // namespace

uint32_t CountOf(Share share, uint32_t replicas) {
  switch (share) {
    case Share::kNone:
      return 0;
    case Share::kOne:
      return std::min(replicas, 1u);
    case Share::kTwo:
      return std::min(replicas, 2u);
    case Share::kMajority:
    case Share::kZoneMajority:
    case Share::kEachZoneMajority:
      return replicas / 2 + 1;
    case Share::kAll:
      break;
  }
  return replicas;
}

absl::Span<const Guarantee> AllGuarantees() { return kGuarantees; }

bool IsOf(const Guarantee& guarantee, Mode mode, Conflict conflict) {
  return guarantee.mode == mode && guarantee.registers == (conflict == Conflict::kRegister);
}

const Guarantee* FindGuarantee(Mode mode, Access access, Level level, Conflict conflict) {
  for (const Guarantee& one : kGuarantees) {
    if (IsOf(one, mode, conflict) && one.access == access && one.level == level) return &one;
  }
  return nullptr;
}

bool IsHonoured(const Guarantee& guarantee) {
  const Conflict conflict = guarantee.registers ? Conflict::kRegister : Conflict::kNone;
  const auto levels = guarantee.access == kRead ? ReadLevels(guarantee.mode, conflict)
                                                : WriteLevels(guarantee.mode, conflict);
  return std::find(levels.begin(), levels.end(), guarantee.level) != levels.end();
}

}  // namespace quorate::ring
