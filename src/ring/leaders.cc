#include "ring/leaders.h"

#include <algorithm>

#include "base/check.h"
#include "ring/flow.h"
#include "ring/shares.h"

namespace quorate::ring {
namespace {

std::vector<Claim> LeaderClaims(const std::vector<PlacementNode>& nodes,
                                const std::vector<ArcReplicas>& arcs) {
  std::vector<Claim> claims(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    claims[i].weight = std::max<uint64_t>(nodes[i].weight, 1);
    claims[i].elsewhere = nodes[i].leaders_elsewhere;
  }
  for (const ArcReplicas& arc : arcs) {
    for (uint32_t node : arc.nodes) ++claims[node].high;
    if (arc.led_by_first) ++claims[arc.nodes.front()].have;
  }
  return claims;
}

// source -> arc -> one of its replicas -> sink.
class LeaderNetwork {
 public:
  LeaderNetwork(size_t nodes, const std::vector<ArcReplicas>& arcs)
      : arcs_(arcs), flow_(2 + arcs.size() + nodes) {
    for (size_t i = 0; i < nodes; ++i) to_sink_.push_back(flow_.AddEdge(NodeVertex(i), kSink, 0));
    to_replica_.resize(arcs.size());
    for (size_t a = 0; a < arcs.size(); ++a) {
      to_arc_.push_back(flow_.AddEdge(kSource, ArcVertex(a), 1));
      for (uint32_t node : arcs[a].nodes) {
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
    for (size_t a = 0; a < arcs_.size(); ++a) {
      const uint32_t wanted = arcs_[a].nodes.front();
      if (flow_.Spare(to_arc_[a]) == 0 || flow_.Spare(to_sink_[wanted]) == 0) continue;
      flow_.Send(to_arc_[a]);
      flow_.Send(to_replica_[a].front());
      flow_.Send(to_sink_[wanted]);
      ++led_;
    }
    led_ += flow_.Augment(kSource, kSink);
  }

  bool done() const { return led_ == arcs_.size(); }

  std::vector<uint32_t> Leaders() const {
    std::vector<uint32_t> leaders;
    for (size_t a = 0; a < arcs_.size(); ++a) {
      size_t k = 0;
      while (flow_.FlowOn(to_replica_[a][k]) == 0) ++k;
      leaders.push_back(arcs_[a].nodes[k]);
    }
    return leaders;
  }

 private:
  static constexpr FlowNetwork::Vertex kSource = 0, kSink = 1;
  static FlowNetwork::Vertex ArcVertexAt(size_t a) {
    return static_cast<FlowNetwork::Vertex>(2 + a);
  }
  FlowNetwork::Vertex ArcVertex(size_t a) const { return ArcVertexAt(a); }
  FlowNetwork::Vertex NodeVertex(size_t i) const { return ArcVertexAt(arcs_.size() + i); }

  const std::vector<ArcReplicas>& arcs_;
  FlowNetwork flow_;
  std::vector<FlowNetwork::Edge> to_arc_, to_sink_;
  std::vector<std::vector<FlowNetwork::Edge>> to_replica_;
  uint64_t led_ = 0;
};

}  // namespace

std::vector<uint32_t> ComputeLeaders(const std::vector<PlacementNode>& nodes,
                                     const std::vector<ArcReplicas>& arcs) {
  if (arcs.empty()) return {};
  const std::vector<Claim> claims = LeaderClaims(nodes, arcs);
  const std::vector<uint64_t> shares = ComputeShares(arcs.size(), claims);
  uint64_t weights = 0;
  for (const Claim& claim : claims) weights += claim.weight;
  std::vector<uint64_t> low, high;
  for (size_t i = 0; i < claims.size(); ++i) {
    const uint64_t scaled = arcs.size() * claims[i].weight;
    low.push_back(std::min(shares[i], scaled / weights));
    high.push_back(std::max(shares[i], (scaled + weights - 1) / weights));
  }
  // The fair shares rounded down can often be met even where one choice of
  // whom to round up cannot: so in steps, none of which takes any away.
  LeaderNetwork network(nodes.size(), arcs);
  network.Fill(low);
  network.Fill(shares);
  network.Fill(high);
  while (!network.done()) {
    for (uint64_t& most : high) ++most;
    network.Fill(high);
  }
  return network.Leaders();
}

}  // namespace quorate::ring
