// Every write that the replicas of one leaderless partition ever took from a client, and
// what each had seen before: what judges need to know that no answer tells.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "quorum/effect.h"

namespace quorate::sim {

class WriteLedger {
 public:
  struct Write {
    quorum::Dot dot;
    quorum::SeenClock seen;  // by its coordinator, before it
    bool tombstone = false;
    bool expires = false;
  };
  // By version; two nodes may have given out the same.
  using Writes = std::multimap<uint64_t, Write>;

  // A life of a node begins with that on its disk.
  void Started(NodeId node, const quorum::SeenClock& seen) { seen_[node] = seen; }
  // It handed these effects out.
  void Emitted(const quorum::Identity& replica, const std::vector<quorum::Effect>& effects);

  const std::map<std::string, Writes>& by_key() const { return writes_; }
  // Null: none of that key.
  const Writes* Find(const std::string& key) const;

 private:
  void Note(const quorum::Identity& replica, const quorum::PutRecord& put);

  std::map<std::string, Writes> writes_;
  std::map<NodeId, quorum::SeenClock> seen_;  // by their effects, durable or not
};

}  // namespace quorate::sim
