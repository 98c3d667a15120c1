// A few leaderless replicas of one partition on engines in memory, whose messages
// are passed on, and whose logs are durable, when the test says so.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "replica/former_copy.h"
#include "replica/quorum_replica.h"
#include "storage/mem_engine.h"

namespace quorate {

class QuorumWorld {
 public:
  QuorumWorld(Conflict conflict, uint32_t nodes, std::string scope = "c1/ks1");

  // The answer of replica `node`, once everything that follows from it is done.
  // A deadline ends it where others don't answer.
  Reply Ask(uint32_t node, Request request);
  // Likewise of all that come in one turn.
  std::vector<Reply> AskTogether(uint32_t node, std::vector<Request> requests);
  void AllowRuns(bool allowed);
  // Messages that a build which knows no runs could not read, so far.
  size_t runs_told() const { return runs_told_; }
  Reply Write(uint32_t node, kv::Mutation mutation, Level level);
  Reply Read(uint32_t node, std::string key, Level level);
  uint64_t values_full(uint32_t node) const {
    return nodes_.at(node).replica->quorum_status(now_)->values_full;
  }
  // What is said from one to the other is lost; and nobody knows.
  void Cut(uint32_t a, uint32_t b) { cut_.insert({a, b}), cut_.insert({b, a}); }
  void CutWay(uint32_t from, uint32_t to) { cut_.insert({from, to}); }
  void Heal() { cut_.clear(); }
  // Time goes on until nothing is to be said any more.
  void Settle();
  // Its partition is on it no more; the others know, and it hands over what it alone has.
  void TakeAway(uint32_t node);
  FormerCopy& former(uint32_t node) { return *nodes_.at(node).former; }
  absl::Duration now() const { return now_; }
  const std::string& scope() const { return scope_; }
  bool handed_over(uint32_t node) const { return nodes_.at(node).former->done(); }
  // As after a crash: from its engine, and from the beginning.
  void HandOverAgain(uint32_t node);
  std::vector<quorum::Discard> Journal(uint32_t node) const;
  // Sent by those that are taken away.
  size_t messages_of_former() const { return messages_of_former_; }

 private:
  struct Node {
    std::unique_ptr<MemEngine> engine;
    std::unique_ptr<QuorumReplica> replica;
    std::unique_ptr<FormerCopy> former;  // instead
  };

  void Open(uint32_t id);
  void Collect();
  void SendOf(uint32_t id, std::vector<PeerMessage> messages);
  void Deliver();
  void Advance(absl::Duration by);

  const Conflict conflict_;
  const std::string scope_;
  std::set<uint32_t> members_;
  Epoch epoch_;
  size_t messages_of_former_ = 0;
  size_t runs_told_ = 0;
  std::map<uint32_t, Node> nodes_;
  std::deque<std::pair<uint32_t, PeerMessage>> messages_;
  std::set<std::pair<uint32_t, uint32_t>> cut_;
  absl::Duration now_ = absl::Seconds(1000);
};

// A mutation of key "k".
kv::Mutation Mutate(kv::Mutation::Action action, std::string value = "", std::string context = "");
kv::Mutation MutateField(kv::FieldAction action, std::string field, std::string value = "",
                         std::string context = "", int64_t delta = 0);
kv::Mutation AddTo(int64_t delta);

}  // namespace quorate
