#include "ring/placement.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "ring/flow.h"
#include "ring/hash_ring.h"
#include "ring/leaders.h"
#include "ring/zones.h"

namespace quorate::ring {
namespace {

using Vertex = FlowNetwork::Vertex;
using Edge = FlowNetwork::Edge;

// For each arc all nodes by position: those that hold it today in their order,
// then the others as the ring prefers them.
struct Order {
  std::vector<uint32_t> nodes;
  size_t holding = 0;
};

// The assignment under way, as a flow of one unit per replica:
//   source -> arc -> the arc's share of a zone -> node -> sink
// An arc reaches each zone once by itself, and further only over `doubled`,
// which carries no more than the plan allows. A replica costs 1 where there is
// none today, so that the cheapest flow moves least.
class Board {
 public:
  Board(const PlacementInput& input, const ZonePlan& plan, const std::vector<Order>& orders)
      : plan_(plan),
        arcs_(input.arcs.size()),
        nodes_(input.nodes.size()),
        flow_(2 + arcs_ * (2 + plan.zones) + nodes_) {
    for (size_t i = 0; i < nodes_; ++i) {
      to_sink_.push_back(flow_.AddEdge(NodeVertex(i), kSink, Narrow(plan.target_of[i])));
    }
    for (size_t a = 0; a < arcs_; ++a) AddArc(a, input.replicas, orders[a]);
  }

  // Puts a replica of arc `a` on node `i` if nothing speaks against it.
  bool TryAssign(size_t a, size_t i) {
    const uint32_t zone = plan_.zone_of[i];
    const Edge node = to_node_[a * nodes_ + i], own = to_zone_[a * plan_.zones + zone];
    const Edge more = doubled_to_zone_[a * plan_.zones + zone];
    if (!Free({to_arc_[a], node, to_sink_[i]})) return false;
    const bool first = Free({own});
    if (!first && !Free({to_doubled_[a], more})) return false;
    if (first) {
      flow_.Send(own);
    } else {
      flow_.Send(to_doubled_[a]);
      flow_.Send(more);
    }
    flow_.Send(to_arc_[a]);
    flow_.Send(node);
    flow_.Send(to_sink_[i]);
    ++assigned_;
    return true;
  }

  // Keeps as much as can be kept at once. To be called before anything is put
  // where it is not today.
  void KeepMost() { assigned_ += flow_.Augment(kSource, kSink, /*cost_max=*/0); }

  // Finds room for what is left, moving others as little as can be.
  void Complete(uint64_t replicas_in_all) {
    assigned_ += flow_.Augment(kSource, kSink);
    QUORATE_CHECK(assigned_ == replicas_in_all, "the plan's targets hold every replica");
  }

  bool Assigned(size_t a, size_t i) const { return flow_.FlowOn(to_node_[a * nodes_ + i]) > 0; }

 private:
  static constexpr Vertex kSource = 0, kSink = 1;
  static uint32_t Narrow(uint64_t n) { return static_cast<uint32_t>(n); }
  Vertex ArcVertex(size_t a) const { return Narrow(2 + a * (2 + plan_.zones)); }
  Vertex DoubledVertex(size_t a) const { return ArcVertex(a) + 1; }
  Vertex ZoneVertex(size_t a, uint32_t zone) const { return ArcVertex(a) + 2 + zone; }
  Vertex NodeVertex(size_t i) const { return ArcVertex(arcs_) + Narrow(i); }

  void AddArc(size_t a, uint32_t replicas, const Order& order) {
    to_arc_.push_back(flow_.AddEdge(kSource, ArcVertex(a), replicas));
    to_doubled_.push_back(flow_.AddEdge(ArcVertex(a), DoubledVertex(a), plan_.doubled_per_arc));
    for (uint32_t z = 0; z < plan_.zones; ++z) {
      to_zone_.push_back(flow_.AddEdge(ArcVertex(a), ZoneVertex(a, z), 1));
      doubled_to_zone_.push_back(
          flow_.AddEdge(DoubledVertex(a), ZoneVertex(a, z), plan_.per_arc_max - 1));
    }
    std::vector<int32_t> cost(nodes_, 1);
    for (size_t k = 0; k < order.holding; ++k) cost[order.nodes[k]] = 0;
    for (size_t i = 0; i < nodes_; ++i) {
      to_node_.push_back(flow_.AddEdge(ZoneVertex(a, plan_.zone_of[i]), NodeVertex(i), 1, cost[i]));
    }
  }

  bool Free(std::initializer_list<Edge> edges) const {
    return std::all_of(edges.begin(), edges.end(), [&](Edge e) { return flow_.Spare(e) > 0; });
  }

  const ZonePlan& plan_;
  const size_t arcs_, nodes_;
  FlowNetwork flow_;
  std::vector<Edge> to_arc_, to_doubled_, to_zone_, doubled_to_zone_, to_node_, to_sink_;
  uint64_t assigned_ = 0;
};

std::vector<Order> ComputeOrders(const PlacementInput& input) {
  std::map<NodeId, uint32_t> position;
  std::vector<HashRing::Member> members;
  for (const PlacementNode& node : input.nodes) {
    position.emplace(node.id, static_cast<uint32_t>(members.size()));
    members.push_back({node.id, node.weight});
  }
  const HashRing ring(members);
  std::vector<Order> orders;
  for (const PlacementArc& arc : input.arcs) {
    Order& order = orders.emplace_back();
    std::vector<bool> holds(input.nodes.size(), false);
    for (NodeId id : arc.replicas) {
      const auto it = position.find(id);
      if (it == position.end() || holds[it->second]) continue;  // gone, or told twice
      holds[it->second] = true;
      order.nodes.push_back(it->second);
    }
    order.holding = order.nodes.size();
    for (uint32_t node : ring.Preference(arc.point)) {
      if (!holds[node]) order.nodes.push_back(node);
    }
  }
  return orders;
}

void AssignByOrder(const std::vector<Order>& orders, uint32_t replicas, Board& board) {
  for (size_t a = 0; a < orders.size(); ++a) {
    for (size_t k = 0; k < orders[a].holding; ++k) board.TryAssign(a, orders[a].nodes[k]);
  }
  board.KeepMost();
  // One replica of every arc before the second of any, so that none is left
  // with what all others did not want.
  for (uint32_t turn = 0; turn < replicas; ++turn) {
    for (size_t a = 0; a < orders.size(); ++a) {
      for (uint32_t node : orders[a].nodes) {
        if (board.TryAssign(a, node)) break;
      }
    }
  }
}

std::vector<std::vector<NodeId>> LeadersFirst(const PlacementInput& input,
                                              const std::vector<ArcReplicas>& arcs) {
  const std::vector<uint32_t> leaders = ComputeLeaders(input.nodes, arcs);
  std::vector<std::vector<NodeId>> placed(arcs.size());
  for (size_t a = 0; a < arcs.size(); ++a) {
    placed[a].push_back(input.nodes[leaders[a]].id);
    for (uint32_t node : arcs[a].nodes) {
      if (node != leaders[a]) placed[a].push_back(input.nodes[node].id);
    }
  }
  return placed;
}

}  // namespace

std::vector<std::vector<NodeId>> ComputePlacement(const PlacementInput& given) {
  PlacementInput input = given;
  std::sort(input.nodes.begin(), input.nodes.end(),
            [](const PlacementNode& a, const PlacementNode& b) { return a.id < b.id; });
  QUORATE_CHECK(input.replicas >= 1 && input.replicas <= input.nodes.size(),
                "an arc has as many replicas as there are nodes for");
  const ZonePlan plan = ComputeZonePlan(input);
  const std::vector<Order> orders = ComputeOrders(input);
  Board board(input, plan, orders);
  AssignByOrder(orders, input.replicas, board);
  board.Complete(input.arcs.size() * input.replicas);

  std::vector<ArcReplicas> arcs(input.arcs.size());
  for (size_t a = 0; a < orders.size(); ++a) {
    for (uint32_t node : orders[a].nodes) {
      if (board.Assigned(a, node)) arcs[a].nodes.push_back(node);
    }
    const std::vector<NodeId>& today = input.arcs[a].replicas;
    arcs[a].led_by_first = !today.empty() && today.front() == input.nodes[arcs[a].nodes.front()].id;
  }
  return LeadersFirst(input, arcs);
}

}  // namespace quorate::ring
