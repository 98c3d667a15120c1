// What the Raft core costs: proposals, replicated to two followers and
// committed, in one thread, with disks that are always done.
#include <benchmark/benchmark.h>

#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "raft/raft.h"

namespace quorate::raft {
namespace {

class Group {
 public:
  Group() {
    const std::vector<NodeId> voters = {NodeId(1), NodeId(2), NodeId(3)};
    for (const NodeId node : voters) {
      Config config;
      config.self = node;
      config.seed = node.value();
      Restored restored;
      restored.base.configuration.voters = voters;
      replicas_[node] = std::make_unique<Raft>(config, std::move(restored));
    }
    leader().Campaign();
    Settle();
  }

  Raft& leader() { return *replicas_.at(NodeId(1)); }

  void Settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (auto& [node, replica] : replicas_) {
        while (replica->has_output()) {
          moved = true;
          Take(*replica, replica->TakeOutput());
        }
      }
      for (; !in_flight_.empty(); in_flight_.pop_front()) {
        Raft& to = *replicas_.at(in_flight_.front().to);
        to.Step(std::move(in_flight_.front()));
      }
    }
  }

 private:
  void Take(Raft& replica, Output output) {
    if (output.persist) replica.Persisted(output.persist->id);
    for (auto* messages : {&output.messages, &output.messages_after_sync}) {
      for (Message& message : *messages) in_flight_.push_back(std::move(message));
    }
    if (output.committed.empty()) return;
    const LogIndex last = output.committed.back().index;
    replica.Applied(last);
    replica.Compact(last);
  }

  std::map<NodeId, std::unique_ptr<Raft>> replicas_;
  std::deque<Message> in_flight_;
};

// Argument: proposals that go together.
void RaftReplicates(benchmark::State& state) {
  Group group;
  const Payload command(std::string(256, 'v'));
  for (auto _ : state) {
    for (int64_t i = 0; i < state.range(0); ++i) {
      benchmark::DoNotOptimize(group.leader().Propose(command));
    }
    group.Settle();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(RaftReplicates)->Arg(1)->Arg(64);

// Argument: reads that one round of confirmations answers.
void RaftConfirmsReads(benchmark::State& state) {
  Group group;
  uint64_t id = 0;
  for (auto _ : state) {
    for (int64_t i = 0; i < state.range(0); ++i) {
      benchmark::DoNotOptimize(group.leader().ReadIndex(++id));
    }
    group.Settle();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(RaftConfirmsReads)->Arg(1)->Arg(64);

}  // namespace
}  // namespace quorate::raft
