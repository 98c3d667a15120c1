#include "quorum/members.h"

#include <algorithm>

#include "quorum/levels.h"

namespace quorate::quorum {
namespace {

bool HasZone(const std::vector<Member>& members, const std::string& zone) {
  return std::any_of(members.begin(), members.end(),
                     [&](const Member& member) { return member.zone == zone; });
}

bool EnoughIn(Level level, const std::vector<Member>& members, const std::string& zone,
              const Nodes& nodes) {
  const bool elsewhere = level == Level::kLocalQuorum && !HasZone(members, zone);
  return Enough(elsewhere ? Level::kOne : level, members, zone, nodes);
}

}  // namespace

bool Members::Contains(NodeId node) const {
  return (joining.node && joining.node == node) ||
         std::any_of(replicas.begin(), replicas.end(),
                     [node](const Member& member) { return member.node == node; });
}

std::vector<Member> Members::All() const {
  std::vector<Member> all = replicas;
  if (joining.node) all.push_back(joining);
  return all;
}

std::vector<Member> Members::After() const {
  std::vector<Member> after = All();
  std::erase_if(after, [this](const Member& member) { return member.node == leaving; });
  return after;
}

std::string Members::ZoneOf(NodeId node) const {
  for (const Member& member : All()) {
    if (member.node == node) return member.zone;
  }
  return "";
}

bool Enough(Level level, const Members& members, const std::string& zone, const Nodes& nodes) {
  if (!members.moving()) return Enough(level, members.replicas, zone, nodes);
  return EnoughIn(level, members.replicas, zone, nodes) &&
         EnoughIn(level, members.After(), zone, nodes);
}

bool EnoughAfter(Level level, const Members& members, const std::string& zone, const Nodes& nodes) {
  return EnoughIn(level, members.After(), zone, nodes);
}

bool MeetsOldQuorums(const Members& members, const std::string& zone, const Nodes& nodes) {
  Nodes rest;
  size_t in_zone = 0;
  for (const Member& member : members.replicas) {
    if (!nodes.contains(member.node)) rest.insert(member.node);
    if (member.zone == zone) ++in_zone;
  }
  if (Enough(Level::kQuorum, members.replicas, zone, rest)) return false;
  return in_zone < 2 || !Enough(Level::kLocalQuorum, members.replicas, zone, rest);
}

}  // namespace quorate::quorum
