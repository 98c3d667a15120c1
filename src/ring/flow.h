// Maximum flow in a small network: how placement finds an assignment that
// meets every bound at once, with few changes to one that is nearly right.
// Source of the algorithm: Dinic, 1970.
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

  Edge AddEdge(Vertex from, Vertex to, uint32_t capacity);
  void RaiseCapacity(Edge edge, uint32_t by) { edges_[edge].spare += by; }

  uint32_t Spare(Edge edge) const { return edges_[edge].spare; }
  uint32_t FlowOn(Edge edge) const { return edges_[edge ^ 1].spare; }
  // One unit more over an edge with room. Whoever sends by hand sends along a
  // whole path from source to sink.
  void Send(Edge edge);

  // Adds flow from source to sink, by shortest ways first, until there is no
  // more; returns how much was added. What flows into the sink over one of its
  // edges never gets less.
  uint64_t Augment(Vertex source, Vertex sink);

 private:
  // Edge e's reverse is e ^ 1, whose room is what flows over e.
  struct Half {
    Vertex to;
    uint32_t spare;
  };

  bool FindLevels(Vertex source, Vertex sink);
  bool Advance(Vertex at, Vertex sink);

  std::vector<Half> edges_;
  std::vector<std::vector<Edge>> out_;  // by vertex, in the order added
  std::vector<uint32_t> level_;         // distance from the source; 0: not reached
  std::vector<uint32_t> tried_;         // how many of out_ lead nowhere
};

}  // namespace quorate::ring
