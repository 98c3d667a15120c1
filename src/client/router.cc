#include "client/router.h"

#include <algorithm>
#include <utility>

#include "base/env.h"
#include "base/hash.h"

namespace quorate::client {
namespace {

using Link = std::shared_ptr<NodeLink>;

bool Contains(absl::Span<const Link> links, const Link& link) {
  return std::find(links.begin(), links.end(), link) != links.end();
}

// Brings the less loaded of two random ones to the front; so that all
// clients don't run to the same best node.
void PreferLessLoaded(std::vector<Link>& links) {
  if (links.size() < 2) return;
  const uint64_t random = SystemEnv().Random();
  const size_t first = (random & 0xffffffff) % links.size();
  std::swap(links[0], links[first]);
  const size_t second = 1 + (random >> 32) % (links.size() - 1);
  std::swap(links[1], links[second]);
  if (links[1]->Load() < links[0]->Load()) std::swap(links[0], links[1]);
}

// Any replica may answer.
bool IsWeakRead(const Target& target, const Route& route) {
  if (target.write) return false;
  const Level level = target.level == Level::kDefault ? route.default_read : target.level;
  return level == Level::kOne || level == Level::kSession || level == Level::kBounded;
}

}  // namespace

Router::Router(std::vector<std::string> seeds, const BreakerOptions& breaker, bool only_seeds)
    : breaker_(breaker), only_seeds_(only_seeds) {
  absl::MutexLock lock(&mutex_);
  map_ = std::make_shared<Map>(TopologyDescription{});
  for (const std::string& seed : seeds) seeds_.push_back(LinkTo(seed));
}

std::shared_ptr<Router::Map> Router::map() const {
  absl::ReaderMutexLock lock(&mutex_);
  return map_;
}

Router::Place Router::PlaceOf(const std::string& keyspace, uint64_t key_hash) const {
  const auto current = map();
  const KeyspaceDescription* known = current->table.topology().FindKeyspace(keyspace);
  if (known == nullptr || known->partitions.empty()) return {};
  return {ArcOf(key_hash, static_cast<uint32_t>(known->partitions.size())), known->default_write,
          known->mode, known->conflict};
}

Epoch Router::epoch() const { return map()->table.topology().epoch; }
std::string Router::cluster_id() const { return map()->table.topology().cluster_id; }

Router::Link Router::LinkTo(const std::string& address) {
  Link& link = by_address_[address];
  if (link == nullptr) link = std::make_shared<NodeLink>(address, breaker_);
  return link;
}

std::shared_ptr<NodeLink> Router::LinkOf(NodeId node) const {
  if (only_seeds_) return seeds_.front();
  const auto current = map();
  const auto found = current->links.find(node);
  return found == current->links.end() ? nullptr : found->second;
}

std::vector<Router::Link> Router::Candidates(const Map& map, const Target& target) const {
  std::vector<Link> first;
  if (only_seeds_) {
    first = seeds_;
    PreferLessLoaded(first);
    return first;
  }
  if (target.key_hash) {
    const Route route = map.table.RouteFor(target.keyspace, *target.key_hash);
    for (const NodeId node : route.replicas) {
      if (const auto found = map.links.find(node); found != map.links.end()) {
        first.push_back(found->second);
      }
    }
    if (IsWeakRead(target, route)) PreferLessLoaded(first);
  }

  std::vector<Link> rest;
  for (const auto& [node, link] : map.links) {
    if (!Contains(first, link)) rest.push_back(link);
  }
  PreferLessLoaded(rest);
  first.insert(first.end(), rest.begin(), rest.end());

  // The topology's addresses may be ones that only the cluster can reach.
  for (const Link& seed : seeds_) {
    if (!Contains(first, seed)) first.push_back(seed);
  }
  return first;
}

std::optional<Choice> Router::ChooseServing(const Map& map, const Target& target) const {
  if (!target.key_hash || only_seeds_) return std::nullopt;
  const Route route = map.table.RouteFor(target.keyspace, *target.key_hash);
  if (route.replicas.empty() || IsWeakRead(target, route)) return std::nullopt;
  const auto found = map.links.find(route.replicas.front());
  if (found == map.links.end() || !found->second->Allow()) return std::nullopt;
  return Choice{found->second, static_cast<uint32_t>(map.links.size() - 1)};
}

Choice Router::Choose(const Target& target, absl::Span<const Link> tried) {
  const auto current = map();
  if (tried.empty()) {
    if (auto choice = ChooseServing(*current, target)) return *std::move(choice);
  }
  std::vector<Link> candidates = Candidates(*current, target);
  const Link fallback = candidates.front();
  std::erase_if(candidates, [&](const Link& link) { return Contains(tried, link); });

  Choice choice;
  for (const Link& link : candidates) {
    if (choice.link == nullptr && link->Allow()) {
      choice.link = link;
    } else if (choice.link != nullptr && link->WouldAllow()) {
      ++choice.untried;
    }
  }
  if (choice.link == nullptr) choice.link = candidates.empty() ? fallback : candidates.front();
  return choice;
}

bool Router::Learn(const std::string& keyspace, uint32_t arc, NodeId served_by, Epoch epoch,
                   bool serving) {
  const auto current = map();
  if (serving) current->table.Learn(keyspace, arc, served_by);
  return epoch > current->table.topology().epoch ||
         current->table.topology().FindKeyspace(keyspace) == nullptr;
}

void Router::Install(TopologyDescription topology) {
  absl::MutexLock lock(&mutex_);
  if (topology.epoch <= map_->table.topology().epoch) return;
  auto next = std::make_shared<Map>(std::move(topology));
  next->table.LearnFrom(map_->table);
  for (const NodeDescription& node : next->table.topology().nodes) {
    next->links[node.id] = LinkTo(node.client_address);
  }
  map_ = std::move(next);
}

}  // namespace quorate::client
