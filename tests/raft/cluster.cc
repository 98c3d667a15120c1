#include "cluster.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "describe.h"

namespace quorate::raft {

std::vector<NodeId> Nodes(const std::vector<uint64_t>& numbers) {
  std::vector<NodeId> nodes;
  for (uint64_t number : numbers) nodes.push_back(NodeId(number));
  return nodes;
}

Cluster::Cluster(const std::vector<uint64_t>& voters, const std::vector<uint64_t>& learners,
                 ClusterOptions options)
    : options_(std::move(options)) {
  initial_.voters = Nodes(voters);
  initial_.learners = Nodes(learners);
  for (NodeId member : initial_.Members()) {
    Node& node = nodes_[member.value()];
    node.disk.state.configuration = initial_;
    Start(member.value(), node);
  }
}

Cluster::~Cluster() {
  if (violations_expected_) return;
  for (const std::string& violation : invariants_.violations()) ADD_FAILURE() << violation;
}

Cluster::Node& Cluster::Find(uint64_t id) {
  const auto found = nodes_.find(id);
  if (found == nodes_.end()) ADD_FAILURE() << "no replica n" << id;
  return found->second;
}

bool Cluster::alive(uint64_t id) const {
  const auto found = nodes_.find(id);
  return found != nodes_.end() && found->second.raft != nullptr;
}

std::vector<uint64_t> Cluster::living() const {
  std::vector<uint64_t> ids;
  for (const auto& [id, node] : nodes_) {
    if (node.raft) ids.push_back(id);
  }
  return ids;
}

void Cluster::AddEmpty(uint64_t id) { Start(id, nodes_[id]); }

void Cluster::ComeBackEmpty(uint64_t id, uint64_t since) {
  Crash(id);
  Node& node = Find(id);
  const HardState kept = node.disk.hard_state;
  node.disk = Disk();
  node.disk.hard_state = kept;
  node.member_since = since;
  Start(id, node);
}

void Cluster::Start(uint64_t id, Node& node) {
  Disk& disk = node.disk;
  Restored restored;
  restored.hard_state = disk.hard_state;
  restored.base = {disk.base_index, disk.base_term, disk.state.configuration};
  restored.entries = disk.entries;
  restored.applied = disk.state.applied;
  const LogIndex last = disk.base_index + disk.entries.size();
  const auto term_at = [&](LogIndex index) {
    return index == disk.base_index ? disk.base_term
                                    : disk.entries[index - disk.base_index - 1].term;
  };
  // A snapshot was installed and the log had not heard of it yet.
  if (restored.applied > last || term_at(restored.applied) != disk.state.term) {
    restored.base.index = restored.applied;
    restored.base.term = disk.state.term;
    restored.entries.clear();
    disk.base_index = restored.base.index;
    disk.base_term = restored.base.term;
    disk.entries.clear();
  }
  if (restored.hard_state.term < disk.state.term) {
    restored.hard_state = {disk.state.term, NodeId()};
    disk.hard_state = restored.hard_state;
  }
  Config config = options_.config;
  config.self = NodeId(id);
  config.member_since = node.member_since;
  config.seed = options_.seed * 1000003 + id * 1009 + ++node.life;
  node.state = disk.state;
  node.seen.clear();
  invariants_.Started(NodeId(id), restored.applied);
  node.raft = std::make_unique<Raft>(config, std::move(restored));
  Pump(id);
}

uint64_t Cluster::leader() const {
  uint64_t best = 0;
  for (const auto& [id, node] : nodes_) {
    if (!node.raft || !node.raft->is_leader()) continue;
    if (best == 0 || node.raft->term() > nodes_.at(best).raft->term()) best = id;
  }
  return best;
}

void Cluster::Tick(uint64_t id, uint32_t count) {
  for (uint32_t i = 0; i < count && alive(id); ++i) {
    raft(id).Tick();
    Pump(id);
  }
}

void Cluster::TickAll(uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    for (uint64_t id : living()) Tick(id);
  }
}

void Cluster::Campaign(uint64_t id) {
  raft(id).Campaign();
  Pump(id);
}

absl::StatusOr<Raft::Position> Cluster::Propose(uint64_t id, const std::string& command) {
  auto position = raft(id).Propose(Payload(command));
  Pump(id);
  return position;
}

absl::StatusOr<Raft::Position> Cluster::Change(uint64_t id, const std::vector<uint64_t>& voters,
                                               const std::vector<uint64_t>& learners,
                                               uint64_t asked) {
  auto position = raft(id).ProposeChange({Nodes(voters), Nodes(learners), asked});
  Pump(id);
  return position;
}

absl::Status Cluster::Read(uint64_t id, uint64_t read_id) {
  invariants_.ReadAsked(NodeId(id), read_id);
  absl::Status status = raft(id).ReadIndex(read_id);
  Pump(id);
  return status;
}

absl::Status Cluster::Transfer(uint64_t id, uint64_t to) {
  absl::Status status = raft(id).TransferLeadership(NodeId(to));
  Pump(id);
  return status;
}

void Cluster::Compact(uint64_t id, uint64_t index) {
  Node& node = Find(id);
  FlushState(id);
  node.raft->Compact(LogIndex(index));
  Disk& disk = node.disk;
  // What lies on disk before a reset that is under way is no part of the log.
  const bool resetting = std::any_of(node.writes.begin(), node.writes.end(),
                                     [](const Write& write) { return write.reset.has_value(); });
  while (!resetting && disk.base_index < LogIndex(index) && !disk.entries.empty()) {
    disk.base_index = disk.entries.front().index;
    disk.base_term = disk.entries.front().term;
    disk.entries.erase(disk.entries.begin());
  }
  Pump(id);
}

void Cluster::Wake(uint64_t id, bool leader_gone) {
  raft(id).Wake(leader_gone);
  Pump(id);
}

void Cluster::TellCommit(uint64_t id) {
  raft(id).TellCommit();
  Pump(id);
}

void Cluster::Step(Message message) {
  const uint64_t to = message.to.value();
  if (!alive(to)) return;
  raft(to).Step(std::move(message));
  Pump(to);
}

bool Cluster::IsCut(const Message& message) const {
  return cut_.contains({message.from.value(), message.to.value()});
}

std::vector<Message> Cluster::Deliver(const Filter& filter) {
  std::vector<Message> chosen = Drop(filter);
  for (const Message& message : chosen) {
    if (!IsCut(message)) Step(message);
  }
  return chosen;
}

std::vector<Message> Cluster::Drop(const Filter& filter) {
  std::vector<Message> chosen;
  std::deque<Message> rest;
  for (Message& message : in_flight_) {
    if (filter(message)) {
      chosen.push_back(std::move(message));
    } else {
      rest.push_back(std::move(message));
    }
  }
  in_flight_ = std::move(rest);
  return chosen;
}

void Cluster::DeliverAt(size_t position) {
  Message message = std::move(in_flight_[position]);
  in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(position));
  if (!IsCut(message)) Step(std::move(message));
}

void Cluster::Settle() {
  int left = 100'000;
  do {
    while (!in_flight_.empty() && --left > 0) DeliverAt(0);
    for (uint64_t id : living()) TellCommit(id);
  } while (!in_flight_.empty() && left > 0);
  EXPECT_TRUE(in_flight_.empty()) << "the group talks without end";
}

uint64_t Cluster::ElectAny() {
  for (int i = 0; i < 500; ++i) {
    if (const uint64_t id = leader(); id != 0 && raft(id).leader_ready()) return id;
    TickAll();
    Settle();
  }
  ADD_FAILURE() << "no leader was elected";
  return 0;
}

void Cluster::Elect(uint64_t id) {
  Campaign(id);
  Settle();
  EXPECT_TRUE(raft(id).leader_ready());
}

void Cluster::Isolate(uint64_t id) {
  for (const auto& [other, node] : nodes_) {
    Cut(id, other);
    Cut(other, id);
  }
}

bool Cluster::Sync(uint64_t id, size_t count) {
  Node& node = Find(id);
  bool any = false;
  for (; count > 0 && !node.writes.empty(); --count) {
    Complete(id, node);
    any = true;
  }
  return any;
}

void Cluster::SyncAll(uint64_t id) {
  while (Sync(id)) {
  }
}

void Cluster::Complete(uint64_t id, Node& node) {
  Write write = std::move(node.writes.front());
  node.writes.pop_front();
  Disk& disk = node.disk;
  if (write.persist) {
    if (write.persist->hard_state) disk.hard_state = *write.persist->hard_state;
    if (!write.persist->entries.empty()) {
      const LogIndex first = write.persist->entries.front().index;
      const bool fits =
          first > disk.base_index && first - disk.base_index - 1 <= disk.entries.size();
      // Only a core that trusts writes under way can have moved the base over one.
      EXPECT_TRUE(fits || options_.config.bugs.count_before_sync) << "a gap on disk of n" << id;
      if (fits) {
        disk.entries.resize(first - disk.base_index - 1);
        for (LogEntry& entry : write.persist->entries) disk.entries.push_back(std::move(entry));
      }
    }
  }
  if (write.reset) {
    disk.base_index = write.reset->index;
    disk.base_term = write.reset->term;
    disk.entries.clear();
  }
  SendAll(std::move(write.after_sync));
  if (write.persist) {
    node.raft->Persisted(write.persist->id);
    Pump(id);
  }
}

void Cluster::FlushState(uint64_t id) { Find(id).disk.state = Find(id).state; }

void Cluster::Crash(uint64_t id) {
  Node& node = Find(id);
  node.raft.reset();
  node.writes.clear();
  node.snapshots_out.clear();
  node.staged.clear();
  Note(StrCat("n", id, " crashes"));
}

void Cluster::LoseEnd(uint64_t id, size_t entries) {
  std::vector<LogEntry>& log = Find(id).disk.entries;
  log.resize(log.size() - entries);
  losers_.insert(id);
  Note(StrCat("n", id, " loses its last ", entries, " entries"));
}

void Cluster::Restart(uint64_t id) {
  Note(StrCat("n", id, " starts"));
  Start(id, Find(id));
}

}  // namespace quorate::raft
