// The host's part: what each replica's outputs ask for.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "cluster.h"
#include "describe.h"

namespace quorate::raft {
namespace {

std::string Join(const std::vector<std::string>& commands) {
  std::string all;
  for (const std::string& command : commands) all += command + "\n";
  return all;
}

std::vector<std::string> Split(const std::string& all) {
  std::vector<std::string> commands;
  size_t from = 0;
  for (size_t end; (end = all.find('\n', from)) != std::string::npos; from = end + 1) {
    commands.push_back(all.substr(from, end - from));
  }
  return commands;
}

}  // namespace

void Cluster::Pump(uint64_t id) {
  Node& node = Find(id);
  Observe(id);
  while (node.raft->has_output()) {
    Output output = node.raft->TakeOutput();
    Observe(id);
    Handle(id, node, std::move(output));
    Observe(id);
  }
}

void Cluster::Handle(uint64_t id, Node& node, Output output) {
  if (output.lost_tail) {
    EXPECT_TRUE(losers_.contains(id)) << "n" << id << " is taken for one that lost something";
    lost_tails_[id] = *output.lost_tail;
  }
  SendAll(std::move(output.messages));
  if (output.persist || !output.messages_after_sync.empty()) {
    if (!output.persist && node.writes.empty()) {
      SendAll(std::move(output.messages_after_sync));
    } else {
      node.writes.push_back(
          {std::move(output.persist), std::nullopt, std::move(output.messages_after_sync)});
    }
  }
  Apply(id, node, output.committed);
  for (const ReadReady& read : output.reads) {
    invariants_.ReadServed(NodeId(id), read.read_id, read.index);
    reads_[{id, read.read_id}] = read.index;
    Note(StrCat("n", id, " may read ", read.read_id, " at ", read.index.value()));
  }
  for (const ReadFailed& read : output.reads_failed) {
    reads_[{id, read.read_id}] = std::nullopt;
    Note(StrCat("n", id, " gives up read ", read.read_id));
  }
  for (const ChunkWanted& wanted : output.chunks_wanted) GiveChunk(id, node, wanted);
  for (ReceivedChunk& received : output.chunks_received) TakeChunk(id, node, std::move(received));
  if (options_.sync_at_once) {
    while (!node.writes.empty()) Complete(id, node);
  }
}

void Cluster::Apply(uint64_t id, Node& node, const std::vector<LogEntry>& entries) {
  if (entries.empty()) return;
  invariants_.Delivered(NodeId(id), *node.raft, entries);
  for (const LogEntry& entry : entries) {
    node.state.applied = entry.index;
    node.state.term = entry.term;
    if (entry.kind == EntryKind::kCommand) node.state.commands.emplace_back(entry.data.view());
    if (entry.kind == EntryKind::kConfiguration) {
      node.state.configuration = *DecodeConfiguration(entry.data.view());
    }
    Note(StrCat("n", id, " applies ", DescribeEntry(entry)));
  }
  node.raft->Applied(node.state.applied);
}

void Cluster::GiveChunk(uint64_t id, Node& node, const ChunkWanted& wanted) {
  if (!options_.serve_snapshots) {
    node.raft->SnapshotUnavailable(wanted.to);
    return;
  }
  State& snapshot = node.snapshots_out[wanted.to.value()];
  if (wanted.sequence == 0) snapshot = node.state;
  const std::string all = Join(snapshot.commands);
  const uint64_t count = options_.chunks_per_snapshot;
  const size_t part = all.size() / count + 1;
  SnapshotChunk chunk;
  chunk.meta = {snapshot.applied, snapshot.term, snapshot.configuration};
  chunk.sequence = wanted.sequence;
  chunk.last = wanted.sequence + 1 == count;
  const size_t from = std::min(all.size(), wanted.sequence * part);
  chunk.data = all.substr(from, part);
  Note(StrCat("n", id, " sends ", wanted.to.ToString(), " chunk ", wanted.sequence, " of ",
              snapshot.applied.value()));
  node.raft->SendSnapshotChunk(wanted.to, std::move(chunk));
}

void Cluster::TakeChunk(uint64_t id, Node& node, ReceivedChunk received) {
  SnapshotChunk& chunk = received.chunk;
  if (chunk.sequence == 0) node.staged.clear();
  EXPECT_EQ(chunk.sequence, node.staged.size()) << "chunks out of order reached the host";
  node.staged.push_back(chunk);
  if (!chunk.last) return;
  std::string all;
  for (const SnapshotChunk& part : node.staged) {
    EXPECT_EQ(part.meta, chunk.meta) << "parts of two snapshots were put together";
    all += part.data;
  }
  node.staged.clear();
  node.state = {chunk.meta.index, chunk.meta.term, chunk.meta.configuration, Split(all)};
  FlushState(id);
  const Raft::Installed installed = node.raft->SnapshotInstalled(chunk.meta);
  invariants_.Installed(NodeId(id), chunk.meta.index);
  if (installed.reset_log) node.writes.push_back({std::nullopt, chunk.meta, {}});
  Note(StrCat("n", id, " installs the snapshot of ", chunk.meta.index.value(),
              installed.reset_log ? "" : ", keeping its log"));
}

void Cluster::SendAll(std::vector<Message> messages) {
  for (Message& message : messages) {
    invariants_.Sent(message);
    in_flight_.push_back(std::move(message));
  }
}

void Cluster::Observe(uint64_t id) {
  std::vector<Invariants::View> views;
  for (const auto& [other, node] : nodes_) {
    if (node.raft) views.push_back({NodeId(other), node.raft.get()});
  }
  invariants_.Observe(NodeId(id), views);
  if (Node& node = Find(id); node.raft) NoteRole(id, node);
}

void Cluster::NoteRole(uint64_t id, Node& node) {
  std::string now = DescribeRole(node.raft->status());
  if (now == node.seen) return;
  if (!node.seen.empty()) Note(StrCat("n", id, " is ", now));
  node.seen = std::move(now);
}

}  // namespace quorate::raft
