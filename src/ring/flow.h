// Maximum flow at the least cost in a small network: how placement finds an
// assignment that meets every bound at once, with the fewest changes.
// Sources of the algorithm: Ford and Fulkerson's primal-dual method (1962) with
// Dinic's blocking flows (1970) among the cheapest ways.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace quorate::ring {

class FlowNetwork {
 public:
  using Vertex = uint32_t;
  using Edge = uint32_t;

  explicit FlowNetwork(std::size_t vertices) : out_(vertices) {}

  // `cost` of each unit over it, 0 or more.
  Edge AddEdge(Vertex from, Vertex to, uint32_t capacity, int32_t cost = 0);
  void RaiseCapacity(Edge edge, uint32_t by) { edges_[edge].spare += by; }

  uint32_t Spare(Edge edge) const { return edges_[edge].spare; }
  uint32_t FlowOn(Edge edge) const { return edges_[edge ^ 1].spare; }
  // One unit more over an edge with room. Whoever sends by hand sends along a
  // whole path from source to sink.
  void Send(Edge edge);

  // Adds flow from source to sink, by the cheapest ways first, until those left
  // would cost more than `cost_max` for a unit, or there are none; returns how
  // much was added. What flows into the sink over one of its edges never gets
  // less. If the flow so far was the cheapest of its size, the whole is too; if
  // it was not, all costs must be 0.
  uint64_t Augment(Vertex source, Vertex sink, int32_t cost_max = INT32_MAX - 1);

 private:
  // Edge e's reverse is e ^ 1, whose room is what flows over e.
  struct Half {
    Vertex to;
    uint32_t spare;
    int32_t cost;
  };

  // Whether the sink can be reached for `cost_max`.
  bool FindPrices(Vertex source, Vertex sink, int32_t cost_max);
  // On a cheapest way, with room.
  bool Usable(Vertex from, const Half& half) const {
    return half.spare > 0 && price_[from] + half.cost == price_[half.to];
  }
  bool FindLevels(Vertex source, Vertex sink);
  bool Advance(Vertex at, Vertex sink);

  std::vector<Half> edges_;
  std::vector<std::vector<Edge>> out_;  // by vertex, in the order added
  std::vector<int32_t> price_;          // the cheapest way from the source
  std::vector<uint32_t> level_;         // edges from the source; 0: not reached
  std::vector<uint32_t> tried_;         // how many of out_ lead nowhere
};

}  // namespace quorate::ring
