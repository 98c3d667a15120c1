// Replicas of a cluster move at random, one at a time: who leaves and who comes, when each
// node hears of it, and when the next step is taken.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/random.h"
#include "cluster.h"

namespace quorate::quorum {

class Moves {
 public:
  // `losing` is called before a node loses its copy. `freely`: replicas also become more
  // and fewer, and moves are given up.
  Moves(Cluster& cluster, Random& random, std::function<void(uint64_t)> losing,
        std::function<void(const std::string&)> trace, bool freely = false);

  void Step();
  // Towards the end of the move under way; no other begins.
  void StepToRest();
  bool at_rest() const;
  void Teach(uint64_t node);
  uint64_t done() const { return done_; }
  std::vector<uint64_t> replicas() const;

 private:
  void Begin();
  void GiveUp();
  bool AnyoneIsDone();
  void EndIfDone();

  Cluster& cluster_;
  Random& random_;
  std::function<void(uint64_t)> losing_;
  std::function<void(const std::string&)> trace_;
  const bool freely_;
  Cluster::Topology topology_;
  uint64_t done_ = 0;
};

}  // namespace quorate::quorum
