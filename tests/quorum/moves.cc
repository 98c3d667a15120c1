#include "moves.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace quorate::quorum {

Moves::Moves(Cluster& cluster, Random& random, std::function<void(uint64_t)> losing,
             std::function<void(const std::string&)> trace, bool freely)
    : cluster_(cluster),
      random_(random),
      losing_(std::move(losing)),
      trace_(std::move(trace)),
      freely_(freely) {
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
  enum : uint64_t { kReplace, kGrow, kShrink, kKinds };
  Members& members = topology_.members;
  const uint64_t kind = freely_ ? random_.Below(kKinds) : kReplace;
  const uint64_t joiner = random_.Between(1, cluster_.nodes());
  if (kind == kShrink ? members.replicas.size() < 2 : members.Contains(NodeId(joiner))) return;
  members.epoch = members.epoch.next();
  if (kind != kShrink) {
    members.joining = {NodeId(joiner), ""};
    topology_.joined[NodeId(joiner)] = members.epoch;
  }
  if (kind != kGrow) {
    members.leaving = members.replicas[random_.Below(members.replicas.size())].node;
  }
  trace_(StrCat(members.epoch.ToString(), ": ", members.joining.node.ToString(), " joins, ",
                members.leaving.ToString(), " leaves"));
}

void Moves::GiveUp() {
  Members& members = topology_.members;
  topology_.joined.erase(members.joining.node);
  members = {members.epoch.next(), members.replicas, {}, {}};
  trace_(StrCat(members.epoch.ToString(), ": the move is given up"));
}

bool Moves::AnyoneIsDone() {
  const std::vector<Member> all = topology_.members.All();
  return std::any_of(all.begin(), all.end(), [&](const Member& member) {
    const uint64_t node = member.node.value();
    return cluster_.alive(node) && cluster_.members(node).epoch == topology_.members.epoch &&
           cluster_.core(node).MoveDone(cluster_.NowAt(node));
  });
}

void Moves::EndIfDone() {
  if (!AnyoneIsDone()) return;
  Members& members = topology_.members;
  members = {members.epoch.next(), members.After(), {}, {}};
  ++done_;
  trace_(StrCat(members.epoch.ToString(), ": the move is over"));
}

void Moves::Step() {
  if (random_.Chance(0.6)) return Teach(random_.Between(1, cluster_.nodes()));
  const Members& members = topology_.members;
  if (freely_ && members.joining.node && random_.Chance(0.05)) return GiveUp();
  if (members.moving()) return EndIfDone();
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
