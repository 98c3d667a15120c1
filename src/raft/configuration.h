// Who votes and who only listens: a single configuration or a joint one.
// Source: Ongaro, "Consensus: Bridging Theory and Practice", section 4.3.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"

namespace quorate::raft {

// All lists are sorted and without repeats. Joint while `outgoing` is not
// empty: everything then needs a majority of `voters` and one of `outgoing`.
struct Configuration {
  std::vector<NodeId> voters;
  std::vector<NodeId> outgoing;       // the voters before, while joint
  std::vector<NodeId> learners;       // replicate, never vote or count
  std::vector<NodeId> learners_next;  // voters of `outgoing` that become learners on leaving it
  // Which wish led here, of wishes that rise: who has an older one must not act on
  // it. Zero: none, these are the members of the beginning. Opaque to the core.
  uint64_t asked = 0;

  bool joint() const { return !outgoing.empty(); }
  bool IsVoter(NodeId node) const;  // of either half
  bool IsLearner(NodeId node) const;
  bool Contains(NodeId node) const;     // in any role
  std::vector<NodeId> Members() const;  // everyone, sorted

  friend bool operator==(const Configuration&, const Configuration&) = default;
};

// The bytes of a kConfiguration entry: one format byte, then varints. That of the
// beginning has the older format, without `asked`.
std::string EncodeConfiguration(const Configuration& configuration);
absl::StatusOr<Configuration> DecodeConfiguration(std::string_view bytes);

// Target of a membership change; see Raft::ProposeChange.
struct MembershipChange {
  std::vector<NodeId> voters;
  std::vector<NodeId> learners;
  uint64_t asked = 0;
};

}  // namespace quorate::raft
