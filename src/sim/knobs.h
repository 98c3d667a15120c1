// What a seed decides before a run begins: the size of everything. Small
// limits make rare paths common.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/random.h"
#include "node/node.h"
#include "sim/machine.h"
#include "sim/network.h"
#include "sim/process.h"

namespace quorate::sim {

struct WorkloadProfile {
  uint32_t clients = 6;
  absl::Duration think_max = absl::Milliseconds(20);
  absl::Duration deadline_min = absl::Milliseconds(100);
  absl::Duration deadline_max = absl::Seconds(2);
  // Of all reads; the rest are linearizable.
  double one_reads = 0.1;
  double session_reads = 0.1;
  double bounded_reads = 0.1;
  double ladder_reads = 0.1;
  double lease_reads = 0.1;
  // Of all writes; the rest are at QUORUM.
  double one_writes = 0.03;
  double all_writes = 0.05;
  // Of those not at ONE: under an identity, sent again until it is answered.
  double once_writes = 0.6;
  double expiring_keys = 0.1;  // of all operations
  double reply_loss = 0.01;    // the answer never reaches the client
  uint32_t value_bytes_max = 200;
  uint32_t keyspaces = 2;           // that stay
  uint32_t replicas = 0;            // of each; 0: as the server chooses
  uint32_t partitions_max = 2;      // of each
  uint32_t lease_drift_ppm = 0;     // of each; follows from the clocks
  bool churn = false;               // one more keyspace is made and dropped, again and again
  uint32_t leaderless_clients = 0;  // of one more keyspace, of mode quorum
  bool fate_traps = false;          // see fate_traps.h
  bool member_churn = false;        // nodes join and leave, see members.h
  bool member_kills = false;        // and die for good
  bool members_return = false;      // and often get back what they had given away
  // A keyspace's keys are left for new ones after so many operations: what
  // checking a key costs grows with what happened to it.
  uint32_t operations_per_generation = 250;
};

// Kept back by every node; much more than its small files take.
inline constexpr uint64_t kDiskReserveBytes = 1 << 20;

// What the nemesis may do, each with a length of its own choosing.
enum class FaultKind : uint8_t {
  kIsolateOne,
  kIsolateLeader,
  kHalves,
  kMajorityRing,
  kBridge,
  kOneWay,
  kSomeLinks,
  kFlapping,
  kStallLinks,
  kSlowLinks,
  kLossyLinks,
  kSwizzle,
  kCrashOne,
  kCrashLeader,
  kCrashInTurn,
  kCrashAll,
  kFreeze,
  kSlowCpu,
  kSlowDisk,
  kStallDisk,
  kFailSync,
  kFullDisk,
  kJumpClock,
  kBendClock,
  kFlush,
  kMoveLeader,
  kStrikeLeaders,     // whoever becomes leader is soon cut off or crashed
  kPauseMachine,      // frozen, and the clock with it
  kBreakConnections,  // a node is cut off, and all are told that connections broke
  kHandOverDeaf,      // a leader that hears nobody hands over
  kLateAnswers,       // a leader is cut off, but for old answers that come late
  kLateWords,         // a node crashes, and what it sent before comes late
  kSetOneClock,       // a calendar is set wrong by hours, always that of the same node
  kLoseTail,          // a node crashes, and its log has lost its end
  kCutMove,           // who is filled stands with the leader alone, or with who leaves
  kCrashJoiner,       // who is filled crashes
};
// Those of any run; the others only where they are asked for.
inline constexpr int kFaultKinds = static_cast<int>(FaultKind::kLateAnswers) + 1;
const char* FaultName(FaultKind kind);

struct NemesisProfile {
  std::vector<FaultKind> armed;  // a kind that stands twice comes twice as often
  absl::Duration gap_max = absl::Milliseconds(800);
  absl::Duration length_max = absl::Seconds(2);
  absl::Duration election;  // the shortest election timeout: what some aim at
};

struct Knobs {
  uint32_t nodes = 3;
  uint32_t zones = 0;                         // that the nodes stand in by turns; 0: they name none
  absl::Duration safety = absl::Seconds(10);  // virtual length of the phase with faults
  NodeOptions node;                           // a template: self, boot and bootstrap are filled in
  LogOptions log;
  DiskProfile disk;
  CpuProfile cpu;
  NetworkProfile network;
  WorkloadProfile workload;
  NemesisProfile nemesis;
  double clock_drift_max = 0;  // rates lie within 1 +- this
  absl::Duration wall_offset_max;
  absl::Duration calendars_apart;  // two that are followed, beyond their offsets
  double flush_chance = 0.02;      // of an engine, by itself, after a write
  // While faults last, a key expires no earlier and no later than by this;
  // infinite: nothing is promised.
  absl::Duration expiry_bound = absl::InfiniteDuration();

  // A few words for the timeline's head.
  std::string Describe() const;
};

// Shapes of runs. `kMixed` is the usual one; the others make one kind of
// trouble likely.
enum class Profile : uint8_t {
  kMixed,
  kElections,        // many contested elections and crashes of voters
  kFigure8,          // leaders die with entries on a minority (the paper's figure 8)
  kLearners,         // some replicas of each partition are learners
  kReads,            // mostly weaker reads, over slow and one-way links
  kLeases,           // mostly reads under leases, and what could outlast a lease
  kExpiry,           // keys that expire, new leaders, calendars that differ or jump
  kLeaderless,       // a keyspace of mode quorum beside the others
  kFates,            // what became of writes without a leader is asked, and somebody dies
  kClocks,           // as kLeaderless, and one node's calendar is set wrong by hours
  kLostTails,        // disks lose the end of their log
  kMoves,            // nodes join and leave, and replicas move
  kLeaderlessMoves,  // likewise of mode quorum
};
absl::StatusOr<Profile> ProfileFromName(std::string_view name);
const char* ProfileName(Profile profile);

Knobs RollKnobs(Profile profile, Random& random);

}  // namespace quorate::sim
