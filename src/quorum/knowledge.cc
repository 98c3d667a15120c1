#include "quorum/knowledge.h"

#include <algorithm>

#include "quorum/bytes.h"

namespace quorate::quorum {

Boot Knowledge::HeardOf(NodeId node) const {
  const auto found = heard.find(node);
  return found == heard.end() ? Boot() : found->second;
}

void Knowledge::Merge(const Knowledge& other) {
  seen.Merge(other.seen);
  for (const auto& [node, boot] : other.heard) heard[node] = std::max(heard[node], boot);
}

void Knowledge::AppendTo(std::string& out) const {
  seen.AppendTo(out);
  AppendVarint(heard.size(), out);
  for (const auto& [node, boot] : heard) AppendIdentity({node, boot}, out);
}

Knowledge Knowledge::TakeFrom(Reader& reader) {
  Knowledge knowledge;
  knowledge.seen = SeenClock::TakeFrom(reader);
  for (uint64_t left = reader.Count(2); left > 0 && reader.ok(); --left) {
    const Identity identity = reader.Identity();
    knowledge.heard[identity.node] = identity.boot;
  }
  return knowledge;
}

}  // namespace quorate::quorum
