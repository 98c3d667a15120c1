// Judges plain reads of registers, which are no part of their one order: the moment
// they are told it.
//
// What it holds against the system: none at QUORUM or ALL misses what was acknowledged
// before it began, nor what a linearizable read showed; none that tells how old its
// state is at most, as each at BOUNDED does, within its bound, misses what was told to
// anyone before that. What such a read shows may be of a write that comes to nothing,
// so it is no floor for others.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "sim/op.h"

namespace quorate::sim {

class RegisterOracle {
 public:
  explicit RegisterOracle(std::function<void(std::string)> violation)
      : violation_(std::move(violation)) {}

  void Invoked(const Op& op);
  // Of an answer that is OK, or a write that is told to have been applied: `reply` is
  // not yet in `op`.
  void Told(const Op& op, const Reply& reply, absl::Duration now);

  // It may have been deleted.
  bool MayBeGone(const std::string& key) const { return deleted_.contains(key); }

 private:
  void Check(const Op& op, const Reply& reply, uint64_t floor, const char* why);

  std::function<void(std::string)> violation_;
  // Versions that anyone was told of as in the one order, by when; each key's rise.
  std::map<std::string, std::vector<std::pair<absl::Duration, uint64_t>>> told_;
  std::set<std::string> deleted_;
};

}  // namespace quorate::sim
