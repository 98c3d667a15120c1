#include "ring/flow.h"

#include <deque>

#include "base/check.h"

namespace quorate::ring {

FlowNetwork::Edge FlowNetwork::AddEdge(Vertex from, Vertex to, uint32_t capacity, int32_t cost) {
  const Edge edge = static_cast<Edge>(edges_.size());
  edges_.push_back({to, capacity, cost});
  edges_.push_back({from, 0, -cost});
  out_[from].push_back(edge);
  out_[to].push_back(edge + 1);
  return edge;
}

void FlowNetwork::Send(Edge edge) {
  QUORATE_CHECK(edges_[edge].spare > 0, "an edge carries more than it can");
  --edges_[edge].spare;
  ++edges_[edge ^ 1].spare;
}

bool FlowNetwork::FindPrices(Vertex source, Vertex sink, int32_t cost_max) {
  constexpr int32_t kUnreached = INT32_MAX;
  price_.assign(out_.size(), kUnreached);
  std::vector<bool> waiting(out_.size(), false);
  std::deque<Vertex> queue = {source};
  price_[source] = 0;
  while (!queue.empty()) {
    const Vertex at = queue.front();
    queue.pop_front();
    waiting[at] = false;
    for (const Edge edge : out_[at]) {
      const Half& half = edges_[edge];
      if (half.spare == 0 || price_[at] + half.cost >= price_[half.to]) continue;
      price_[half.to] = price_[at] + half.cost;
      if (!waiting[half.to]) queue.push_back(half.to);
      waiting[half.to] = true;
    }
  }
  return price_[sink] <= cost_max;
}

bool FlowNetwork::FindLevels(Vertex source, Vertex sink) {
  level_.assign(out_.size(), 0);
  tried_.assign(out_.size(), 0);
  std::vector<Vertex> queue = {source};
  level_[source] = 1;
  for (std::size_t head = 0; head < queue.size() && level_[sink] == 0; ++head) {
    for (const Edge edge : out_[queue[head]]) {
      const Half& half = edges_[edge];
      if (level_[half.to] != 0 || !Usable(queue[head], half)) continue;
      level_[half.to] = level_[queue[head]] + 1;
      queue.push_back(half.to);
    }
  }
  return level_[sink] != 0;
}

bool FlowNetwork::Advance(Vertex at, Vertex sink) {
  if (at == sink) return true;
  for (; tried_[at] < out_[at].size(); ++tried_[at]) {
    const Edge edge = out_[at][tried_[at]];
    const Vertex next = edges_[edge].to;
    if (level_[next] != level_[at] + 1 || !Usable(at, edges_[edge])) continue;
    if (!Advance(next, sink)) continue;
    Send(edge);
    return true;
  }
  return false;
}

uint64_t FlowNetwork::Augment(Vertex source, Vertex sink, int32_t cost_max) {
  uint64_t added = 0;
  while (FindPrices(source, sink, cost_max)) {
    while (FindLevels(source, sink)) {
      while (Advance(source, sink)) ++added;
    }
  }
  return added;
}

}  // namespace quorate::ring
