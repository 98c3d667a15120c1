#include "sim/partition_shapes.h"

#include <algorithm>

namespace quorate::sim {

std::vector<LinkRule> OneWay(const Nodes& from, const Nodes& to, LinkFault fault, double factor) {
  std::vector<LinkRule> rules;
  for (const NodeId a : from) {
    for (const NodeId b : to) {
      if (a != b) rules.push_back({a, b, fault, factor});
    }
  }
  return rules;
}

std::vector<LinkRule> Between(const Nodes& some, const Nodes& others, LinkFault fault,
                              double factor) {
  std::vector<LinkRule> rules = OneWay(some, others, fault, factor);
  const std::vector<LinkRule> back = OneWay(others, some, fault, factor);
  rules.insert(rules.end(), back.begin(), back.end());
  return rules;
}

std::vector<LinkRule> Isolate(const Nodes& all, NodeId victim) {
  return Between({victim}, all, LinkFault::kCut);
}

std::vector<LinkRule> Halves(const Nodes& all, size_t size) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(std::min(size, all.size()));
  return Between(Nodes(all.begin(), middle), Nodes(middle, all.end()), LinkFault::kCut);
}

std::vector<LinkRule> MajorityRing(const Nodes& all) {
  const size_t n = all.size();
  if (n <= 3) return Bridge(all);
  // With itself, a node sees n / 2 + 1 of n: n / 4 neighbours on each side,
  // rounded up.
  const size_t reach = (n / 2 + 1) / 2;
  std::vector<LinkRule> rules;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      const size_t apart = i > j ? i - j : j - i;
      if (std::min(apart, n - apart) > reach) rules.push_back({all[i], all[j]});
    }
  }
  return rules;
}

std::vector<LinkRule> Bridge(const Nodes& all) {
  if (all.size() < 3) return {};
  const auto middle = all.begin() + 1 + static_cast<std::ptrdiff_t>((all.size() - 1) / 2);
  return Between(Nodes(all.begin() + 1, middle), Nodes(middle, all.end()), LinkFault::kCut);
}

}  // namespace quorate::sim
