#include "raft/membership.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace quorate::raft {
namespace {

absl::Status Invalid(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_MEMBERSHIP", message);
}

std::vector<NodeId> Sorted(std::vector<NodeId> nodes) {
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

}  // namespace

absl::Status ValidateChange(const MembershipChange& change) {
  if (change.voters.empty()) return Invalid("a group needs at least one voter; none was named");
  std::vector<NodeId> all = change.voters;
  all.insert(all.end(), change.learners.begin(), change.learners.end());
  std::sort(all.begin(), all.end());
  if (all.front() == NodeId()) return Invalid("n0 is no node; name members by their node ids");
  const auto twice = std::adjacent_find(all.begin(), all.end());
  if (twice != all.end()) {
    return Invalid(twice->ToString() + " is named twice; a member is a voter or a learner, once");
  }
  return absl::OkStatus();
}

Configuration ComputeEntered(const Configuration& from, const MembershipChange& change) {
  Configuration to;
  to.asked = change.asked;
  to.voters = Sorted(change.voters);
  const std::vector<NodeId> learners = Sorted(change.learners);
  if (to.voters == from.voters) {
    to.learners = learners;
    return to;
  }
  to.outgoing = from.voters;
  // A voter that is to listen only stays a voter of the old half till the end.
  std::set_intersection(learners.begin(), learners.end(), from.voters.begin(), from.voters.end(),
                        std::back_inserter(to.learners_next));
  std::set_difference(learners.begin(), learners.end(), from.voters.begin(), from.voters.end(),
                      std::back_inserter(to.learners));
  return to;
}

Configuration ComputeLeft(const Configuration& joint) {
  Configuration left;
  left.asked = joint.asked;
  left.voters = joint.voters;
  std::merge(joint.learners.begin(), joint.learners.end(), joint.learners_next.begin(),
             joint.learners_next.end(), std::back_inserter(left.learners));
  return left;
}

const Configuration& ConfigurationHistory::At(LogIndex index) const {
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (step->index <= index) return step->configuration;
  }
  return steps_.front().configuration;
}

bool ConfigurationHistory::IsVoterSince(LogIndex index, NodeId node) const {
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (step->configuration.IsVoter(node)) return true;
    if (step->index <= index) break;
  }
  return false;
}

void ConfigurationHistory::Append(LogIndex index, Configuration configuration) {
  QUORATE_CHECK(index > newest_index(), "configurations appended out of order");
  steps_.push_back({index, std::move(configuration)});
}

bool ConfigurationHistory::TruncateFrom(LogIndex from) {
  bool changed = false;
  while (steps_.size() > 1 && steps_.back().index >= from) {
    steps_.pop_back();
    changed = true;
  }
  return changed;
}

void ConfigurationHistory::Compact(LogIndex index) {
  size_t superseded = 0;
  while (superseded + 1 < steps_.size() && steps_[superseded + 1].index <= index) ++superseded;
  steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(superseded));
}

void ConfigurationHistory::ResetTo(LogIndex index, Configuration configuration) {
  steps_.clear();
  steps_.push_back({index, std::move(configuration)});
}

}  // namespace quorate::raft
