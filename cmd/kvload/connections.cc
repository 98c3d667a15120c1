#include "connections.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "plan_fields.h"

namespace quorate::load {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
// For one node, which may be cut off.
constexpr absl::Duration kNodePatience = absl::Seconds(2);
constexpr absl::Duration kPause = absl::Milliseconds(200);
// What is refused for now is tried again soon: a recovery is to be seen when it comes.
constexpr BackoffOptions kBackoff = {.initial = absl::Milliseconds(10),
                                     .max = absl::Milliseconds(100)};

// Names of endpoints are those that the cluster gives its nodes.
absl::StatusOr<NodeId> IdOf(const std::string& name, const TopologyDescription& topology) {
  std::string known;
  for (const NodeDescription& node : topology.nodes) {
    if (node.id.ToString() == name) return node.id;
    StrAppend(&known, known.empty() ? "" : ", ", node.id.ToString());
  }
  return BadPlan(StrCat("endpoint \"", name, "\": the cluster's nodes are ", known));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connections>> Connections::Connect(const Plan& plan) {
  auto routing =
      Client::Connect(plan.all_endpoints(), {.deadline = kPatience, .backoff = kBackoff});
  if (!routing.ok()) {
    return MakeError(
        absl::StatusCode::kUnavailable, ReasonOf(routing.status()),
        StrCat("endpoints ", plan.all_endpoints(), ": ", ToStd(routing.status().message()),
               "; is the cluster up, and are the addresses right?"));
  }
  auto topology = routing->Topology();
  if (!topology.ok()) return topology.status();
  std::unique_ptr<Connections> all(new Connections(*std::move(routing), *std::move(topology)));
  for (const auto& [name, address] : plan.endpoints) {
    const auto id = IdOf(name, all->topology_);
    if (!id.ok()) return id.status();
    all->nodes_.push_back({name, address, *id});
  }
  {
    absl::MutexLock lock(&all->mutex_);
    all->clients_.resize(all->nodes_.size());
  }
  if (!all->ConnectMissing()) {
    all->connecting_ = std::thread([one = all.get()] { one->ConnectTheRest(); });
  }
  return all;
}

Connections::~Connections() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (connecting_.joinable()) connecting_.join();
}

bool Connections::ConnectMissing() {
  bool all = true;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (node(i).ok()) continue;
    auto client =
        Client::Connect(nodes_[i].address,
                        {.deadline = kNodePatience, .backoff = kBackoff, .only_endpoints = true});
    absl::MutexLock lock(&mutex_);
    if (client.ok()) clients_[i] = *std::move(client);
    all = all && clients_[i].has_value();
    if (stopping_) return true;
  }
  return all;
}

void Connections::ConnectTheRest() {
  while (!ConnectMissing()) {
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kPause)) return;
  }
}

absl::StatusOr<Client> Connections::node(size_t position) const {
  absl::MutexLock lock(&mutex_);
  if (clients_[position]) return *clients_[position];
  return MakeError(absl::StatusCode::kUnavailable, "NODE_UNREACHABLE",
                   StrCat(nodes_[position].name, " (", nodes_[position].address,
                          ") could not be connected to yet; is it up?"));
}

}  // namespace quorate::load
