// The safety properties of a leaderless partition as code, for tests and the
// simulator. docs/architecture.md says why they hold, under the same numbers.
//
//   DOT-1 one write           a dot names one write, for ever
//   DOT-2 seen is had         who has seen a dot holds that write of its key, or
//                             what beats it, or knew it deleted by all
//   DOT-3 covered             a dot leaves a log only when all have it on disk
//   DOT-4 no early burial     a dead record goes only when all have it on disk, and
//                             who lets it go has seen what is older of its key
//   DOT-5 told is durable     what is told to be known, or held, is on its teller's disk
//   DOT-6 rising time         one identity's time-stamps rise with its dots
//   DOT-7 over is over        nothing new is taken of a boot that has ended
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "quorum/effect.h"
#include "quorum/message.h"
#include "quorum/store.h"

namespace quorate::quorum {

class Invariants {
 public:
  // `registers`: the keys are such. Their dots are given when a value is accepted,
  // its time when the ballot was asked for, so DOT-6 does not hold; the floor keeps
  // order. At the floor itself a tombstone that was dropped may come once more.
  explicit Invariants(std::vector<NodeId> replicas, bool registers = false)
      : replicas_(std::move(replicas)), registers_(registers) {}

  // A life of a replica begins with this on its disk.
  // Of the violations from the `first` on, those of that node don't count.
  void Excuse(NodeId node, size_t first);
  // Its disk is another one from now on; before Started.
  void Replaced(NodeId node) { wiped_.insert(node); }
  // Its copy is gone, and the next one there begins with nothing.
  void Left(NodeId node);
  // By what that replica knows these keep the partition.
  void SetReplicas(NodeId node, std::vector<NodeId> replicas) {
    replicas_of_[node] = std::move(replicas);
  }
  void Started(const Identity& replica, const Knowledge& known, const Store& store);
  // A store that is looked at may already have these applied, and what they delete be
  // gone from it.
  void Foresee(const std::vector<Effect>& effects);
  // It handed these effects out; `store` has them applied.
  void Emitted(const Identity& replica, const std::vector<Effect>& emitted, const Store& store);
  // One more effect of it is durable.
  void Persisted(NodeId node, const Effect& effect);
  // A message leaves (those after sync: when they really leave).
  void Sent(const Message& message);
  // All that was ever written, against one replica: slow, for now and then.
  void CheckSeen(NodeId node, const SeenClock& seen, const Store& store);
  // A client was told that it is done: no replica may forget it.
  void Acknowledged(const Dot& dot) { acknowledged_.insert(dot); }

  // Whether a write of `key` not older than that one deleted it (or lets it
  // expire), so that there may be nothing.
  bool MayBeGone(const std::string& key, const Dot& dot, HlcTime time) const;
  const std::map<Dot, HlcTime>& times() const { return times_; }
  // On that replica's disk. What it has of its boots that have ended is in there.
  bool HasOnDisk(NodeId node, const Dot& dot) const {
    const auto former = former_.find(node);
    if (former != former_.end() && former->second.seen.Contains(dot)) return true;
    const auto known = durable_.find(node);
    return known != durable_.end() && known->second.seen.Contains(dot);
  }

  // Each begins with its number above. Empty: all is well.
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Question {
    Identity from;
    uint64_t id = 0;
    NodeId to;
    auto operator<=>(const Question&) const = default;
  };
  struct Written {
    std::string key;
    Record record;
  };

  void Violated(std::string_view what, NodeId node, const std::string& detail);
  void CheckHad(NodeId node, const PutRecord& put, const Store& store);
  void CheckWrite(const Identity& replica, const PutRecord& put);
  void CheckTrim(const Identity& replica, const Checkpoint& checkpoint);
  void CheckBurial(NodeId node, const std::string& key, const Record& dead);
  void CheckBoot(NodeId node, const PutRecord& put);
  bool IsAtFloor(const PutRecord& put) const;
  void CheckHeld(const Message& message, const WriteAnswer& answer);
  void CheckHeld(const Message& message, uint64_t id);

  const std::vector<NodeId>& ReplicasOf(NodeId node) const;
  // Or a copy that was there and has gone, which may be counted by who does not know yet.
  bool HadOnDisk(NodeId node, const SeenClock& dots);
  // Likewise, whose last words may still be on their way.
  Knowledge KnownAt(NodeId node);

  const std::vector<NodeId> replicas_;
  std::map<NodeId, std::vector<NodeId>> replicas_of_;  // where they are others
  const bool registers_;
  std::map<Dot, Written> written_;
  std::map<std::string, std::vector<Dot>> dots_of_;  // of each key
  std::map<Dot, HlcTime> times_;
  std::map<std::string, std::map<Dot, Record>> dead_;  // tombstones and what may expire, by key
  std::map<NodeId, Knowledge> durable_;
  std::map<NodeId, Knowledge> former_;       // on disks of copies that have gone
  std::map<NodeId, SeenClock> seen_;         // by its effects, durable or not
  std::map<Question, std::set<Dot>> asked_;  // writes under way; sent again, one may have grown
  std::map<NodeId, std::map<std::string, Record>> held_;  // newest record emitted, by replica
  std::set<Dot> acknowledged_;
  std::set<NodeId> wiped_;  // perhaps nothing is left of what only these had
  std::vector<std::string> violations_;
};

}  // namespace quorate::quorum
