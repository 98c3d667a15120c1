#include "sim/knobs.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace quorate::sim {
namespace {

template <class T>
T OneOf(Random& random, std::initializer_list<T> choices) {
  return choices.begin()[random.Below(choices.size())];
}

bool HalfTheTime(Random& random) { return random.Chance(0.5); }

void RollNode(Random& random, NodeOptions& node) {
  node.cluster_id = "simulated";
  node.workers = HalfTheTime(random) ? 1 : 2;
  node.tick = absl::Milliseconds(OneOf(random, {10, 15, 25}));
  node.heartbeat_ticks = static_cast<uint32_t>(random.Between(1, 3));
  node.election_ticks = static_cast<uint32_t>(random.Between(8, 12));
  node.quiet_after_ticks = OneOf<uint32_t>(random, {0, 3, 10, 40});
  node.group_log_bytes_max = OneOf<uint64_t>(random, {500, 3000, 20'000, 16 << 20});
  node.log_flush_bytes = OneOf<uint64_t>(random, {8 << 10, 32 << 10, 128 << 10, 16 << 20});
  node.snapshot_chunk_bytes = OneOf<uint64_t>(random, {64, 300, 2000, 256 << 10});
  node.uncommitted_bytes_max = OneOf<uint64_t>(random, {1000, 10'000, 64 << 20});
  node.append_bytes_max = OneOf<uint64_t>(random, {100, 1000, 1 << 20});
  node.in_flight_appends_max = OneOf<uint64_t>(random, {1, 2, 8, 256});
  // Small enough for some runs to refuse what they have no room for.
  if (node.in_flight_appends_max == 2) node.queued_inputs_max = 3;
  node.news_delay = absl::Milliseconds(OneOf(random, {0, 1, 5, 40}));
  node.disk_reserve_bytes = kDiskReserveBytes;
  node.rebalance_interval = absl::Milliseconds(OneOf(random, {200, 1000, 2000}));
}

void RollMachine(Random& random, Knobs& knobs) {
  knobs.log.segment_bytes = kFileBlockBytes * OneOf<uint64_t>(random, {4, 16, 64});
  knobs.log.spare_segments = static_cast<uint32_t>(random.Between(0, 2));
  if (random.Chance(0.25)) {  // a slow disk all along
    knobs.disk.sync_min = absl::Milliseconds(2);
    knobs.disk.sync_spread = absl::Milliseconds(10);
  }
  knobs.disk.slow_chance = OneOf(random, {0.0, 0.01, 0.05});
  knobs.cpu.hold_up_chance = OneOf(random, {0.0, 0.002, 0.02});
  knobs.clock_drift_max = OneOf(random, {0.0, 0.0005, 0.045});
  knobs.flush_chance = OneOf(random, {0.0, 0.02, 0.5});
  knobs.wall_offset_max = absl::Seconds(OneOf(random, {0, 1, 7200}));
}

void RollNetwork(Random& random, NetworkProfile& network) {
  network.delay_spread = absl::Microseconds(OneOf(random, {100, 400, 3000}));
  network.tail_chance = OneOf(random, {0.0, 0.01, 0.05});
  network.loss = OneOf(random, {0.0, 0.0, 0.01, 0.05});
  network.duplication = OneOf(random, {0.0, 0.01, 0.1});
  network.reordering = OneOf(random, {0.0, 0.01, 0.2});
}

void RollWorkload(Random& random, WorkloadProfile& workload) {
  workload.clients = static_cast<uint32_t>(random.Between(3, 9));
  workload.think_max = absl::Milliseconds(OneOf(random, {5, 20, 60}));
  workload.deadline_min = absl::Milliseconds(OneOf(random, {50, 200}));
  workload.deadline_max = absl::Milliseconds(OneOf(random, {500, 2000}));
  workload.reply_loss = OneOf(random, {0.0, 0.01});
  workload.value_bytes_max = OneOf<uint32_t>(random, {20, 200, 5000});
  workload.keyspaces = static_cast<uint32_t>(random.Between(1, 2));
  workload.partitions_max = static_cast<uint32_t>(random.Between(1, 3));
  workload.churn = random.Chance(0.3);
}

// Few kinds at a time, so that each gets its share.
void RollNemesis(Random& random, NemesisProfile& nemesis) {
  for (int kind = 0; kind < kFaultKinds; ++kind) {
    if (random.Chance(0.3)) nemesis.armed.push_back(static_cast<FaultKind>(kind));
  }
  nemesis.gap_max = absl::Milliseconds(OneOf(random, {200, 500, 1500}));
  nemesis.length_max = absl::Milliseconds(OneOf(random, {300, 1000, 3000}));
}

// A calendar counts when a process starts: it may jump, or the process may start
// again, but not both.
void PromiseExpiry(Random& random, Knobs& knobs) {
  using F = FaultKind;
  knobs.nemesis.armed = {F::kMoveLeader, F::kIsolateLeader, F::kFlush};
  if (HalfTheTime(random)) {
    knobs.nemesis.armed.push_back(F::kJumpClock);
  } else {
    knobs.nemesis.armed.insert(knobs.nemesis.armed.end(), {F::kCrashLeader, F::kCrashOne});
  }
  knobs.wall_offset_max = absl::Milliseconds(OneOf(random, {0, 50, 300}));
  knobs.clock_drift_max = OneOf(random, {0.0, 0.0005, 0.01});
  // A time that is due is to be committed like all else.
  constexpr absl::Duration kCommitMax = absl::Milliseconds(500);
  knobs.expiry_bound =
      knobs.wall_offset_max + 2 * knobs.clock_drift_max * knobs.safety + kCommitMax;
}

void Target(Profile profile, Random& random, Knobs& knobs) {
  using F = FaultKind;
  switch (profile) {
    case Profile::kMixed:
      break;
    case Profile::kElections:
      knobs.nodes = OneOf<uint32_t>(random, {3, 5});
      knobs.node.quiet_after_ticks = 0;
      knobs.nemesis.armed = {F::kCrashOne,  F::kCrashLeader, F::kCrashLeader, F::kIsolateLeader,
                             F::kSlowLinks, F::kCrashInTurn, F::kCrashAll};
      knobs.nemesis.gap_max = absl::Milliseconds(100);
      knobs.nemesis.length_max = absl::Milliseconds(300);
      break;
    case Profile::kFigure8:
      // One entry at a time over slow links, and no leader lives long.
      knobs.nodes = 5;
      knobs.workload.keyspaces = 1;
      knobs.workload.replicas = 5;
      knobs.workload.partitions_max = 1;
      knobs.workload.think_max = absl::Milliseconds(5);
      knobs.workload.churn = false;
      knobs.network.delay_spread = absl::Milliseconds(30);
      knobs.node.quiet_after_ticks = 0;
      knobs.node.append_bytes_max = 1;
      knobs.node.in_flight_appends_max = 1;
      knobs.node.group_log_bytes_max = 16 << 20;
      knobs.nemesis.armed = {F::kStrikeLeaders, F::kStrikeLeaders, F::kIsolateLeader,
                             F::kCrashLeader, F::kSomeLinks};
      knobs.nemesis.gap_max = absl::Milliseconds(150);
      knobs.nemesis.length_max = absl::Milliseconds(600);
      break;
    case Profile::kLearners:
      // Three vote, two listen; the leader is often left alone with those two.
      knobs.nodes = 5;
      knobs.node.learners = 2;
      knobs.node.quiet_after_ticks = 0;
      knobs.workload.replicas = 5;
      knobs.nemesis.armed = {F::kIsolateLeader, F::kSomeLinks,    F::kHalves,
                             F::kHalves,        F::kMajorityRing, F::kCrashLeader};
      knobs.nemesis.gap_max = absl::Milliseconds(300);
      break;
    case Profile::kReads:
      // Followers hear late of what clients have been told.
      knobs.nodes = 3;
      knobs.workload.keyspaces = 1;
      knobs.workload.partitions_max = 1;
      knobs.workload.churn = false;
      knobs.workload.clients = 9;
      knobs.workload.think_max = absl::Milliseconds(5);
      knobs.workload.one_reads = 0.1;
      knobs.workload.session_reads = 0.3;
      knobs.workload.bounded_reads = 0.8;
      knobs.workload.ladder_reads = 0.2;
      knobs.network.delay_spread = absl::Milliseconds(30);
      knobs.nemesis.armed = {F::kSlowLinks, F::kSlowLinks, F::kOneWay, F::kSlowCpu,
                             F::kCrashLeader};
      break;
    case Profile::kLeases:
      knobs.nodes = 3;
      knobs.node.quiet_after_ticks = 0;
      knobs.workload.clients = 9;
      knobs.workload.think_max = absl::Milliseconds(5);
      knobs.workload.keyspaces = 1;
      knobs.workload.partitions_max = 1;
      knobs.workload.churn = false;
      knobs.workload.lease_reads = 0.8;
      knobs.workload.expiring_keys = 0;  // what they are told says nothing of leases
      knobs.nemesis.armed = {F::kPauseMachine,  F::kBreakConnections, F::kHandOverDeaf,
                             F::kLateAnswers,   F::kLateAnswers,      F::kLateAnswers,
                             F::kIsolateLeader, F::kFreeze,           F::kJumpClock,
                             F::kMoveLeader};
      knobs.nemesis.gap_max = absl::Milliseconds(600);
      knobs.nemesis.length_max = absl::Milliseconds(500);
      break;
    case Profile::kLeaderless:
      knobs.nodes = OneOf<uint32_t>(random, {3, 3, 5});
      knobs.zones = OneOf<uint32_t>(random, {0, 2});
      knobs.workload.clients = 3;
      knobs.workload.churn = false;
      knobs.workload.leaderless_clients = static_cast<uint32_t>(random.Between(3, 8));
      // Some replicas hear late of what others have acknowledged.
      if (random.Chance(0.3)) knobs.network.delay_spread = absl::Milliseconds(30);
      // Calendars further apart than this would refuse one another for good.
      knobs.wall_offset_max = absl::Milliseconds(OneOf(random, {0, 200, 2000}));
      std::erase_if(knobs.nemesis.armed, [](F kind) {
        return kind == F::kJumpClock || kind == F::kBendClock || kind == F::kPauseMachine;
      });
      knobs.nemesis.armed.push_back(OneOf(random, {F::kHalves, F::kCrashOne, F::kIsolateOne}));
      if (HalfTheTime(random))
        knobs.nemesis.armed.insert(knobs.nemesis.armed.end(), 2, F::kLateWords);
      break;
    case Profile::kClocks:
      Target(Profile::kLeaderless, random, knobs);
      knobs.wall_offset_max = absl::Milliseconds(OneOf(random, {0, 200}));
      knobs.clock_drift_max = OneOf(random, {0.0, 0.0005});
      // A node that is not followed is let be ahead when it writes, and behind when it
      // reads.
      knobs.calendars_apart = 2 * (knobs.node.clock_skew_max / 2 + absl::Milliseconds(100));
      knobs.nemesis.armed = {F::kSetOneClock, F::kSetOneClock, F::kCrashOne, F::kFlush,
                             F::kSlowLinks};
      break;
    case Profile::kFates:
      // Else quiet, so that no replica reserves times without need.
      knobs.nodes = 3;
      knobs.safety = absl::Seconds(30);
      knobs.workload.clients = 3;
      knobs.workload.churn = false;
      knobs.workload.fate_traps = true;
      knobs.wall_offset_max = absl::Milliseconds(OneOf(random, {0, 200, 2000}));
      knobs.nemesis.armed = {F::kFlush, F::kSlowLinks};
      break;
    case Profile::kLostTails:
      knobs.nodes = OneOf<uint32_t>(random, {3, 3, 5});
      knobs.node.quiet_after_ticks = 0;
      knobs.workload.keyspaces = 1;
      knobs.workload.partitions_max = 1;
      knobs.workload.churn = false;
      knobs.nemesis.armed = {F::kLoseTail,      F::kLoseTail,    F::kIsolateOne,
                             F::kIsolateLeader, F::kCrashLeader, F::kFlush};
      knobs.nemesis.gap_max = absl::Milliseconds(300);
      knobs.nemesis.length_max = absl::Milliseconds(600);
      break;
    case Profile::kMoves:
      knobs.nodes = OneOf<uint32_t>(random, {3, 3, 4});
      knobs.zones = OneOf<uint32_t>(random, {0, 2});
      knobs.safety = absl::Seconds(20);
      knobs.workload.churn = random.Chance(0.2);
      knobs.workload.member_churn = true;
      knobs.workload.member_kills = HalfTheTime(random);
      knobs.node.dead_after =
          OneOf(random, {absl::InfiniteDuration(), absl::Seconds(1), absl::Seconds(5)});
      knobs.node.move_bytes_per_second = OneOf<uint64_t>(random, {0, 0, 400'000});
      knobs.node.moves_at_once = OneOf<uint32_t>(random, {1, 4, 16});
      knobs.workload.members_return = HalfTheTime(random);
      knobs.nemesis.armed.insert(knobs.nemesis.armed.end(), 3, F::kCutMove);
      knobs.nemesis.armed.push_back(F::kCrashJoiner);
      knobs.nemesis.gap_max = absl::Milliseconds(OneOf(random, {500, 1500}));
      knobs.nemesis.length_max = absl::Milliseconds(OneOf(random, {300, 1000}));
      break;
    case Profile::kLeaderlessMoves:
      Target(Profile::kLeaderless, random, knobs);
      // A move's end is told to the meta group after a read through a follower, which takes
      // four ways over a busy link, and fails after an election's time.
      if (knobs.network.delay_spread >= absl::Milliseconds(30)) {
        knobs.node.tick = absl::Milliseconds(25);
        knobs.node.election_ticks = 12;
      }
      knobs.nodes = OneOf<uint32_t>(random, {3, 3, 4});
      knobs.safety = absl::Seconds(20);
      knobs.workload.member_churn = true;
      knobs.workload.member_kills = HalfTheTime(random);
      knobs.node.dead_after = OneOf(random, {absl::InfiniteDuration(), absl::Seconds(5)});
      // Longer than faults silence who is alive: what it has at ONE would go with it.
      if (knobs.workload.member_kills) knobs.node.leaver_patience = absl::Seconds(5);
      knobs.node.moves_at_once = OneOf<uint32_t>(random, {4, 16});
      // No joiner is done before its times are new for sure.
      knobs.node.clock_skew_max = absl::Seconds(1);
      knobs.wall_offset_max = absl::Milliseconds(OneOf(random, {0, 200}));
      knobs.clock_drift_max = OneOf(random, {0.0, 0.0005});
      knobs.nemesis.gap_max = absl::Milliseconds(OneOf(random, {500, 1500}));
      knobs.nemesis.length_max = absl::Milliseconds(OneOf(random, {300, 1000}));
      knobs.node.move_bytes_per_second = OneOf<uint64_t>(random, {0, 0, 400'000});
      break;
    case Profile::kExpiry:
      knobs.nodes = 3;
      knobs.workload.keyspaces = 1;
      knobs.workload.partitions_max = 1;
      knobs.workload.churn = false;
      knobs.workload.expiring_keys = 0.7;
      knobs.flush_chance = 0.1;
      knobs.nemesis.gap_max = absl::Milliseconds(400);
      PromiseExpiry(random, knobs);
      break;
  }
}

// Leases hold only where clocks keep to a bound: the one that these keep to.
void BoundDrift(Knobs& knobs) {
  const auto& armed = knobs.nemesis.armed;
  if (std::find(armed.begin(), armed.end(), FaultKind::kBendClock) != armed.end()) return;
  const double apart = (1 + knobs.clock_drift_max) / (1 - knobs.clock_drift_max) - 1;
  knobs.workload.lease_drift_ppm = 1 + static_cast<uint32_t>(apart * 1e6);
}

}  // namespace

Knobs RollKnobs(Profile profile, Random& random) {
  Knobs knobs;
  knobs.nodes = OneOf<uint32_t>(random, {1, 3, 3, 3, 5, 5});
  RollNode(random, knobs.node);
  RollMachine(random, knobs);
  RollNetwork(random, knobs.network);
  RollWorkload(random, knobs.workload);
  RollNemesis(random, knobs.nemesis);
  Target(profile, random, knobs);
  BoundDrift(knobs);
  knobs.nemesis.election = knobs.node.tick * knobs.node.election_ticks;
  return knobs;
}

std::string Knobs::Describe() const {
  return absl::StrFormat(
      "%u nodes, %u workers, tick %s, election %u, quiet %u, log %u B in memory, flush at %u B, "
      "segments %u B, chunks %u B, appends %u B x %u, %u clients, loss %.2f dup %.2f reorder %.2f, "
      "faults: %s",
      nodes, node.workers, absl::FormatDuration(node.tick), node.election_ticks,
      node.quiet_after_ticks, node.group_log_bytes_max, node.log_flush_bytes, log.segment_bytes,
      node.snapshot_chunk_bytes, node.append_bytes_max, node.in_flight_appends_max,
      workload.clients, network.loss, network.duplication, network.reordering,
      absl::StrJoin(nemesis.armed, " ",
                    [](std::string* out, FaultKind kind) { *out += FaultName(kind); }));
}

}  // namespace quorate::sim
