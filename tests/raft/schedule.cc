#include "schedule.h"

#include <algorithm>

#include "base/strings.h"
#include "describe.h"

namespace quorate::raft {
namespace {

constexpr uint64_t kNodes = 5;
constexpr size_t kInFlightMax = 300;

// Tiny limits make rare paths common.
ClusterOptions RandomOptions(const ScheduleOptions& options, Random& random) {
  ClusterOptions cluster;
  cluster.seed = options.seed;
  cluster.sync_at_once = false;
  cluster.chunks_per_snapshot = random.Between(1, 3);
  Config& config = cluster.config;
  config.election_ticks = static_cast<uint32_t>(random.Between(4, 8));
  config.heartbeat_ticks = static_cast<uint32_t>(random.Between(1, 2));
  config.quiet_after_ticks = random.Chance(0.5) ? 3 : 0;
  config.append_bytes_max = random.Chance(0.5) ? 100 : 1000;
  config.in_flight_appends_max = random.Between(1, 4);
  config.in_flight_bytes_max = 1000;
  config.uncommitted_bytes_max = 2000;
  config.apply_bytes_max = random.Chance(0.5) ? 100 : 1000;
  config.snapshot_keep_bytes_max = random.Chance(0.5) ? 0 : 4000;
  config.bugs = options.bugs;
  return cluster;
}

}  // namespace

Schedule::Schedule(ScheduleOptions options) : options_(options), random_(options.seed) {
  const ClusterOptions cluster = RandomOptions(options_, random_);
  const bool three = random_.Chance(0.6);
  std::vector<uint64_t> voters =
      three ? std::vector<uint64_t>{1, 2, 3} : std::vector<uint64_t>{1, 2, 3, 4, 5};
  std::vector<uint64_t> learners;
  if (three && random_.Chance(0.5)) learners.push_back(4);
  cluster_ = std::make_unique<Cluster>(voters, learners, cluster);
  cluster_->ExpectViolations();  // told by violations()
  for (uint64_t id = 1; id <= kNodes; ++id) {
    if (!cluster_->alive(id)) cluster_->AddEmpty(id);
  }
}

void Schedule::RunFaults() {
  for (uint32_t i = 0; i < options_.steps && violations().empty(); ++i) Step();
}

void Schedule::Step() {
  const uint64_t dice = random_.Below(1000);
  if (calm_steps_ > 0) {
    StepCalm();
  } else if (dice < 450) {
    StepNetwork();
  } else if (dice < 900) {
    StepNode(dice - 450);
  } else if (dice < 980) {
    StepClient();
  } else {
    StepFault(random_.Below(100));
  }
  CountEvents();
}

void Schedule::StepCalm() {
  --calm_steps_;
  for (uint64_t id : cluster_->living()) cluster_->SyncAll(id);
  if (random_.Chance(0.1)) cluster_->TickAll();
  if (!cluster_->in_flight().empty()) cluster_->DeliverAt(0);
}

void Schedule::StepNetwork() {
  const uint64_t dice = random_.Below(500);
  auto& flight = cluster_->in_flight();
  while (flight.size() > kInFlightMax) flight.pop_front();
  if (flight.empty()) return;
  const size_t at = random_.Chance(0.5) ? 0 : random_.Below(flight.size());
  if (dice < 20) {
    flight.push_back(flight[at]);
  } else if (dice < 60) {
    flight.erase(flight.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    cluster_->DeliverAt(at);
  }
}

void Schedule::StepNode(uint64_t dice) {
  const uint64_t node = AnyLiving();
  if (node == 0) return;
  if (dice < 230) {
    if (node != slow_ || random_.Chance(0.2)) cluster_->Tick(node);
  } else if (dice < 420) {
    cluster_->Sync(node, random_.Between(1, 2));
  } else if (dice < 427) {
    cluster_->FlushState(node);
  } else if (dice < 435) {
    cluster_->TellCommit(node);
  } else {
    const LogIndex applied = cluster_->raft(node).status().applied_index;
    const uint64_t kept = random_.Below(6);
    if (applied.value() > kept) cluster_->Compact(node, applied.value() - kept);
  }
}

void Schedule::StepClient() {
  if (random_.Chance(0.6)) {
    const uint64_t node = AnyLeader();
    if (node == 0) return;
    (void)cluster_->Propose(node, StrCat("c", next_command_++));
    return;
  }
  const uint64_t node = random_.Chance(0.5) ? AnyLeader() : AnyLiving();
  if (node == 0) return;
  const uint64_t id = next_read_++;
  if (cluster_->Read(node, id).ok()) reads_open_[node].push_back(id);
}

void Schedule::StepFault(uint64_t dice) {
  const uint64_t node = random_.Chance(0.5) ? AnyLeader() : AnyLiving();
  if (dice < 25) {
    for (uint64_t id = 1; id <= kNodes; ++id) {
      if (!cluster_->alive(id)) return cluster_->Restart(id);
    }
  }
  if (node == 0) return;
  if (dice < 35) {
    cluster_->Crash(node);
    reads_open_.erase(node);
  } else if (dice < 45) {
    cluster_->Isolate(node);
  } else if (dice < 52) {
    cluster_->Cut(node, random_.Between(1, kNodes));
  } else if (dice < 62) {
    cluster_->Heal();
    if (random_.Chance(0.2)) calm_steps_ = 300;
  } else if (dice < 75) {
    ChangeMembers();
  } else if (dice < 82) {
    (void)cluster_->Transfer(node, random_.Chance(0.5) ? 0 : random_.Between(1, kNodes));
  } else if (dice < 88) {
    cluster_->Campaign(node);
  } else if (dice < 94) {
    cluster_->Wake(node, random_.Chance(0.5));
  } else {
    slow_ = slow_ == 0 ? node : 0;
  }
}

void Schedule::ChangeMembers() {
  const uint64_t node = AnyLeader();
  if (node == 0) return;
  std::vector<uint64_t> voters;
  std::vector<uint64_t> learners;
  for (uint64_t id = 1; id <= kNodes; ++id) {
    const uint64_t dice = random_.Below(10);
    if (dice < 6) {
      voters.push_back(id);
    } else if (dice < 8) {
      learners.push_back(id);
    }
  }
  if (cluster_->Change(node, voters, learners).ok()) ++reached_["change proposed"];
}

void Schedule::CountEvents() {
  for (const std::string& event : cluster_->TakeEvents()) {
    if (event.find("is leader") != std::string::npos) ++reached_["leader elected"];
    if (event.find(", quiet") != std::string::npos) ++reached_["quiet"];
    if (event.find("installs the snapshot") != std::string::npos) ++reached_["snapshot installed"];
    if (event.find("may read") != std::string::npos) ++reached_["read served"];
    if (event.find("gives up read") != std::string::npos) ++reached_["read given up"];
    if (event.find("applies") != std::string::npos) ++reached_["entry applied"];
    if (event.find(" and ") != std::string::npos) ++reached_["joint configuration applied"];
  }
}

uint64_t Schedule::AnyLiving() {
  const std::vector<uint64_t> living = cluster_->living();
  return living.empty() ? 0 : living[random_.Below(living.size())];
}

uint64_t Schedule::AnyLeader() {
  std::vector<uint64_t> leaders;
  for (uint64_t id : cluster_->living()) {
    if (cluster_->raft(id).is_leader()) leaders.push_back(id);
  }
  return leaders.empty() ? AnyLiving() : leaders[random_.Below(leaders.size())];
}

std::string Schedule::RunHealed() {
  cluster_->Heal();
  cluster_->options().sync_at_once = true;
  for (uint64_t id = 1; id <= kNodes; ++id) {
    if (!cluster_->alive(id)) cluster_->Restart(id);
    cluster_->SyncAll(id);
  }
  const std::string marker = "after the storm";
  std::string unmet = "nothing was tried";
  bool proposed = false;
  for (int i = 0; i < 400 && !unmet.empty() && violations().empty(); ++i) {
    cluster_->TickAll();
    cluster_->Settle();
    // While quiet, hosts watch each other's nodes instead of ticking.
    for (uint64_t id : cluster_->living()) {
      const NodeId leader = cluster_->raft(id).leader();
      if (!cluster_->raft(id).quiet() || !leader) continue;
      if (!cluster_->raft(leader.value()).is_leader()) cluster_->Wake(id, true);
    }
    const uint64_t leader = cluster_->leader();
    if (leader == 0 || !cluster_->raft(leader).leader_ready()) continue;
    // Proposed again where an earlier one was lost with its leader.
    if (!proposed || i % 100 == 0) proposed = cluster_->Propose(leader, marker).ok() || proposed;
    cluster_->Settle();
    unmet = Unmet(marker);
  }
  CountEvents();
  return unmet;
}

std::string Schedule::Unmet(const std::string& marker) {
  const uint64_t leader = cluster_->leader();
  if (leader == 0) return "nobody leads";
  const Status status = cluster_->raft(leader).status();
  if (status.configuration.joint()) return "the joint configuration was not left";
  const State& expected = cluster_->state(leader);
  if (expected.commands.empty() || expected.commands.back() != marker) {
    return "the last proposal was not applied at the leader";
  }
  for (NodeId member : status.configuration.Members()) {
    const State& state = cluster_->state(member.value());
    if (state.applied != expected.applied || state.commands != expected.commands) {
      return StrCat(member.ToString(), " has not the state of the leader: ",
                    DescribeStatus(cluster_->raft(member.value()).status()), " against ",
                    DescribeStatus(status));
    }
  }
  for (const auto& [node, ids] : reads_open_) {
    for (uint64_t id : ids) {
      if (!cluster_->reads().contains({node, id})) {
        return StrCat("read ", id, " of n", node, " was never answered");
      }
    }
  }
  return "";
}

}  // namespace quorate::raft
