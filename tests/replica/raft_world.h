// Three raft replicas of one partition, without disks and sockets.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "replica/raft_replica.h"
#include "storage/mem_engine.h"

namespace quorate {

// Of ten ticks the first may come at once.
inline constexpr absl::Duration kPromise = absl::Milliseconds(90);

inline absl::Duration At(int64_t ms) { return absl::Seconds(100) + absl::Milliseconds(ms); }

// Three replicas; all that they write is durable at once.
class RaftWorld : public ::testing::Test {
 protected:
  // `log_bytes_max`: of each replica's entries that are kept for laggards.
  explicit RaftWorld(uint64_t log_bytes_max = 16 << 20) : log_bytes_max_(log_bytes_max) {
    for (uint64_t id = 1; id <= 3; ++id) Open(id, nullptr);
    leader().Campaign();
    Settle();
    EXPECT_TRUE(leader().leading());
  }

  void Open(uint64_t id, RecoveredGroup* recovered) {
    RaftReplicaOptions options;
    options.partition = PartitionId(7);
    options.raft.self = NodeId(id);
    options.raft.promise_us = static_cast<uint64_t>(absl::ToInt64Microseconds(kPromise));
    options.voters = {NodeId(1), NodeId(2), NodeId(3)};
    options.log_bytes_max = log_bytes_max_;
    options.expired = &expired_[id];
    auto replica = RaftReplica::Open(std::move(options), engines_[id], recovered,
                                     LogClock(now_, absl::UnixEpoch()));
    ASSERT_TRUE(replica.ok()) << replica.status();
    replicas_[id] = *std::move(replica);
  }
  RaftReplica& leader() { return *replicas_[1]; }

  void Take(uint64_t id) {
    RaftReplica& replica = *replicas_[id];
    for (bool more = true; more;) {
      Turn turn;
      more = replica.Collect(turn, now_).value();
      for (auto* list : {&turn.sends, &turn.sends_after_sync}) {
        for (PeerMessage& message : *list) {
          if (!deaf_ || message.to != NodeId(1)) sent_.push_back({NodeId(id), std::move(message)});
        }
      }
      if (turn.persist_token != 0) replica.Persisted(turn.persist_token, now_);
      more = more || turn.persist_token != 0;
    }
  }
  void Settle() {
    for (auto& [id, replica] : replicas_) Take(id);
    while (!sent_.empty()) DeliverNext();
  }
  void DeliverNext() {
    const auto [from, message] = std::move(sent_.front());
    sent_.pop_front();
    const uint64_t to = message.to.value();
    replicas_[to]->Receive(from, message.payload, now_);
    Take(to);
    if (replicas_[to]->HasNews()) replicas_[to]->TellNews();
  }
  void TickLeader(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      leader().Tick(now_);
      Settle();
    }
  }

  // What a read at `id` is told; nothing while it waits.
  std::optional<Reply>& Read(uint64_t id, Level level = Level::kLease) {
    Request request;
    request.partition = PartitionId(7);
    request.level = level;
    request.deadline = now_ + absl::Seconds(1);
    request.op = Lookup{{"k"}};
    auto& answer = answers_.emplace_back();
    replicas_[id]->Execute(
        std::move(request), [&answer](Reply reply) { answer = std::move(reply); }, now_);
    return answer;
  }
  void Write(const std::string& value) {
    kv::Mutation put;
    put.key = "k";
    put.value = value;
    Request request;
    request.level = Level::kQuorum;
    request.deadline = now_ + absl::Seconds(1);
    request.op = kv::Command{{put}};
    leader().Execute(
        std::move(request), [](Reply) {}, now_);
  }

  const uint64_t log_bytes_max_;
  absl::Duration now_ = At(0);
  bool deaf_ = false;  // the leader hears nobody
  std::map<uint64_t, MemEngine> engines_;
  std::map<uint64_t, kv::ExpiredRecords> expired_;
  std::map<uint64_t, std::unique_ptr<RaftReplica>> replicas_;
  std::deque<std::pair<NodeId, PeerMessage>> sent_;
  std::deque<std::optional<Reply>> answers_;
};

}  // namespace quorate
