#include "moves.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace quorate::quorum {

Moves::Moves(Cluster& cluster, Random& random, std::function<void(uint64_t)> losing,
             std::function<void(const std::string&)> trace)
    : cluster_(cluster), random_(random), losing_(std::move(losing)), trace_(std::move(trace)) {
  topology_.members = cluster.members(1);
}

std::vector<uint64_t> Moves::replicas() const {
  std::vector<uint64_t> ids;
  for (const Member& member : topology_.members.replicas) ids.push_back(member.node.value());
  std::sort(ids.begin(), ids.end());
  return ids;
}

void Moves::Teach(uint64_t node) {
  if (cluster_.down(node) || cluster_.members(node).epoch >= topology_.members.epoch) return;
  trace_(StrCat("n", node, " learns of ", topology_.members.epoch.ToString()));
  if (cluster_.LosesCopy(node, topology_)) losing_(node);
  cluster_.Learn(node, topology_);
}

void Moves::Begin() {
  Members& members = topology_.members;
  const uint64_t joiner = random_.Between(1, cluster_.nodes());
  if (members.Contains(NodeId(joiner))) return;
  members.joining = {NodeId(joiner), ""};
  members.leaving = members.replicas[random_.Below(members.replicas.size())].node;
  members.epoch = members.epoch.next();
  topology_.joined[NodeId(joiner)] = members.epoch;
  trace_(StrCat(members.epoch.ToString(), ": n", joiner, " joins, ", members.leaving.ToString(),
                " leaves"));
}

void Moves::EndIfDone() {
  Members& members = topology_.members;
  const uint64_t joiner = members.joining.node.value();
  if (!cluster_.alive(joiner) || cluster_.members(joiner).epoch != members.epoch) return;
  if (!cluster_.core(joiner).MoveDone(cluster_.NowAt(joiner))) return;
  members = {members.epoch.next(), members.After(), {}, {}};
  ++done_;
  trace_(StrCat(members.epoch.ToString(), ": n", joiner, " has joined"));
}

void Moves::Step() {
  if (random_.Chance(0.6)) return Teach(random_.Between(1, cluster_.nodes()));
  if (topology_.members.moving()) return EndIfDone();
  if (random_.Chance(0.3)) Begin();
}

bool Moves::at_rest() const {
  if (topology_.members.moving()) return false;
  for (uint64_t node = 1; node <= cluster_.nodes(); ++node) {
    if (cluster_.members(node).epoch != topology_.members.epoch) return false;
  }
  return true;
}

void Moves::StepToRest() {
  for (uint64_t node = 1; node <= cluster_.nodes(); ++node) Teach(node);
  if (topology_.members.moving()) EndIfDone();
}

}  // namespace quorate::quorum
