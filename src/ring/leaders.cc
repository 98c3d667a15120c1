#include "ring/leaders.h"

#include <algorithm>

#include "base/check.h"
#include "ring/flow.h"
#include "ring/shares.h"

namespace quorate::ring {
namespace {

using Replicas = std::vector<std::vector<uint32_t>>;

std::vector<Claim> LeaderClaims(const std::vector<PlacementNode>& nodes, const Replicas& replicas) {
  std::vector<Claim> claims(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    claims[i].weight = std::max<uint64_t>(nodes[i].weight, 1);
    claims[i].elsewhere = nodes[i].leaders_elsewhere;
  }
  for (const auto& of_arc : replicas) {
    for (uint32_t node : of_arc) ++claims[node].high;
    ++claims[of_arc.front()].have;
  }
  return claims;
}

// source -> arc -> one of its replicas -> sink.
class LeaderNetwork {
 public:
  LeaderNetwork(size_t nodes, const Replicas& replicas)
      : replicas_(replicas), flow_(2 + replicas.size() + nodes) {
    for (size_t i = 0; i < nodes; ++i) to_sink_.push_back(flow_.AddEdge(NodeVertex(i), kSink, 0));
    to_replica_.resize(replicas.size());
    for (size_t a = 0; a < replicas.size(); ++a) {
      to_arc_.push_back(flow_.AddEdge(kSource, ArcVertex(a), 1));
      for (uint32_t node : replicas[a]) {
        to_replica_[a].push_back(flow_.AddEdge(ArcVertex(a), NodeVertex(node), 1));
      }
    }
  }

  // Lets every node lead up to `most` and finds leaders for as many arcs as it
  // can, those they ask for first.
  void Fill(const std::vector<uint64_t>& most) {
    for (size_t i = 0; i < most.size(); ++i) {
      const uint64_t now = flow_.FlowOn(to_sink_[i]) + flow_.Spare(to_sink_[i]);
      if (most[i] > now) flow_.RaiseCapacity(to_sink_[i], static_cast<uint32_t>(most[i] - now));
    }
    for (size_t a = 0; a < replicas_.size(); ++a) {
      const uint32_t wanted = replicas_[a].front();
      if (flow_.Spare(to_arc_[a]) == 0 || flow_.Spare(to_sink_[wanted]) == 0) continue;
      flow_.Send(to_arc_[a]);
      flow_.Send(to_replica_[a].front());
      flow_.Send(to_sink_[wanted]);
      ++led_;
    }
    led_ += flow_.Augment(kSource, kSink);
  }

  bool done() const { return led_ == replicas_.size(); }

  std::vector<uint32_t> Leaders() const {
    std::vector<uint32_t> leaders;
    for (size_t a = 0; a < replicas_.size(); ++a) {
      size_t k = 0;
      while (flow_.FlowOn(to_replica_[a][k]) == 0) ++k;
      leaders.push_back(replicas_[a][k]);
    }
    return leaders;
  }

 private:
  static constexpr FlowNetwork::Vertex kSource = 0, kSink = 1;
  static FlowNetwork::Vertex ArcVertexAt(size_t a) {
    return static_cast<FlowNetwork::Vertex>(2 + a);
  }
  FlowNetwork::Vertex ArcVertex(size_t a) const { return ArcVertexAt(a); }
  FlowNetwork::Vertex NodeVertex(size_t i) const { return ArcVertexAt(replicas_.size() + i); }

  const Replicas& replicas_;
  FlowNetwork flow_;
  std::vector<FlowNetwork::Edge> to_arc_, to_sink_;
  std::vector<std::vector<FlowNetwork::Edge>> to_replica_;
  uint64_t led_ = 0;
};

}  // namespace

std::vector<uint32_t> ComputeLeaders(const std::vector<PlacementNode>& nodes,
                                     const Replicas& replicas) {
  if (replicas.empty()) return {};
  const std::vector<Claim> claims = LeaderClaims(nodes, replicas);
  const std::vector<uint64_t> shares = ComputeShares(replicas.size(), claims);
  uint64_t weights = 0;
  for (const Claim& claim : claims) weights += claim.weight;
  std::vector<uint64_t> low, high;
  for (size_t i = 0; i < claims.size(); ++i) {
    const uint64_t scaled = replicas.size() * claims[i].weight;
    low.push_back(std::min(shares[i], scaled / weights));
    high.push_back(std::max(shares[i], (scaled + weights - 1) / weights));
  }
  // The fair shares rounded down can often be met even where one choice of
  // whom to round up cannot: so in steps, none of which takes any away.
  LeaderNetwork network(nodes.size(), replicas);
  network.Fill(low);
  network.Fill(shares);
  for (; !network.done(); network.Fill(high)) {
    for (uint64_t& most : high) ++most;
  }
  return network.Leaders();
}

}  // namespace quorate::ring
