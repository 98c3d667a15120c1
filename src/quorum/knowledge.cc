#include "quorum/knowledge.h"

#include <algorithm>

#include "quorum/bytes.h"

namespace quorate::quorum {

Boot Knowledge::HeardOf(NodeId node) const {
  const auto found = heard.find(node);
  return found == heard.end() ? Boot() : found->second;
}

std::optional<uint64_t> Knowledge::DotsBefore(NodeId node, Boot first_live) const {
  uint64_t dots = 0;
  if (const auto ended = seen.ended().find(node); ended != seen.ended().end()) {
    const auto known = ended_dots.find(node);
    if (known == ended_dots.end() || ended->second > first_live) return std::nullopt;
    dots = known->second;
  }
  const auto end = seen.sets().lower_bound({node, first_live});
  for (auto at = seen.sets().lower_bound({node, Boot()}); at != end; ++at) {
    dots += at->second.size();
  }
  return dots;
}

void Knowledge::End(NodeId node, Boot first_live) {
  const std::optional<uint64_t> dots = DotsBefore(node, first_live);
  if (dots) ended_dots[node] = *dots;
  seen.End(node, first_live);
}

void Knowledge::Merge(const Knowledge& other) {
  for (const auto& [node, first_live] : other.seen.ended()) {
    if (seen.Ended({node, first_live.prev()})) continue;
    const auto dots = other.ended_dots.find(node);
    dots == other.ended_dots.end() ? (void)ended_dots.erase(node)
                                   : (void)(ended_dots[node] = dots->second);
  }
  seen.Merge(other.seen);
  for (const auto& [node, boot] : other.heard) heard[node] = std::max(heard[node], boot);
}

void Knowledge::AppendTo(std::string& out) const {
  seen.AppendTo(out);
  AppendVarint(heard.size() + (ended_dots.empty() ? 0 : 1), out);
  for (const auto& [node, boot] : heard) AppendIdentity({node, boot}, out);
  if (ended_dots.empty()) return;
  AppendIdentity({NodeId(), Boot(ended_dots.size())}, out);
  for (const auto& [node, dots] : ended_dots) {
    AppendVarint(node.value(), out);
    AppendVarint(dots, out);
  }
}

Knowledge Knowledge::TakeFrom(Reader& reader) {
  Knowledge knowledge;
  knowledge.seen = SeenClock::TakeFrom(reader);
  for (uint64_t left = reader.Count(2); left > 0 && reader.ok(); --left) {
    const Identity identity = reader.Identity();
    if (identity.node) {
      knowledge.heard[identity.node] = identity.boot;
      continue;
    }
    if (left != 1 || !identity.boot) reader.Spoil();
    for (uint64_t ended = identity.boot.value(); ended > 0 && reader.ok(); --ended) {
      const NodeId node(reader.Varint());
      knowledge.ended_dots[node] = reader.Varint();
    }
  }
  return knowledge;
}

}  // namespace quorate::quorum
