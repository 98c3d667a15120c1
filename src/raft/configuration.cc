#include "raft/configuration.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/strings.h"
#include "base/varint.h"

namespace quorate::raft {
namespace {

constexpr char kFormatUnasked = 1;
constexpr char kFormat = 2;
// Far above any real group; keeps garbage from asking for memory.
constexpr uint64_t kMembersMax = 1024;

bool In(const std::vector<NodeId>& sorted, NodeId node) {
  return std::binary_search(sorted.begin(), sorted.end(), node);
}

void PutNodes(std::string& out, const std::vector<NodeId>& nodes) {
  AppendVarint(nodes.size(), out);
  for (NodeId node : nodes) AppendVarint(node.value(), out);
}

bool TakeNodes(std::string_view& in, std::vector<NodeId>& nodes) {
  const auto count = TakeVarint(in);
  if (!count || *count > kMembersMax) return false;
  for (uint64_t i = 0; i < *count; ++i) {
    const auto node = TakeVarint(in);
    if (!node || *node == 0) return false;
    if (!nodes.empty() && nodes.back() >= NodeId(*node)) return false;
    nodes.push_back(NodeId(*node));
  }
  return true;
}

bool TakeAsked(std::string_view& in, uint64_t& asked) {
  const auto number = TakeVarint(in);
  if (number) asked = *number;
  return asked != 0;
}

}  // namespace

bool Configuration::IsVoter(NodeId node) const { return In(voters, node) || In(outgoing, node); }

bool Configuration::IsLearner(NodeId node) const { return In(learners, node); }

bool Configuration::Contains(NodeId node) const { return IsVoter(node) || IsLearner(node); }

std::vector<NodeId> Configuration::Members() const {
  std::vector<NodeId> all = voters;
  all.insert(all.end(), outgoing.begin(), outgoing.end());
  all.insert(all.end(), learners.begin(), learners.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string EncodeConfiguration(const Configuration& configuration) {
  std::string out(1, configuration.asked == 0 ? kFormatUnasked : kFormat);
  PutNodes(out, configuration.voters);
  PutNodes(out, configuration.outgoing);
  PutNodes(out, configuration.learners);
  PutNodes(out, configuration.learners_next);
  if (configuration.asked != 0) AppendVarint(configuration.asked, out);
  return out;
}

absl::StatusOr<Configuration> DecodeConfiguration(std::string_view bytes) {
  std::string_view rest = bytes;
  Configuration configuration;
  if (!rest.empty() && (rest.front() == kFormat || rest.front() == kFormatUnasked)) {
    const bool asked = rest.front() == kFormat;
    rest.remove_prefix(1);
    if (TakeNodes(rest, configuration.voters) && TakeNodes(rest, configuration.outgoing) &&
        TakeNodes(rest, configuration.learners) && TakeNodes(rest, configuration.learners_next) &&
        (!asked || TakeAsked(rest, configuration.asked)) && rest.empty()) {
      return configuration;
    }
  }
  return MakeError(absl::StatusCode::kDataLoss, "CONFIGURATION_CORRUPT",
                   StrCat("a group's configuration of ", bytes.size(),
                          " bytes cannot be read: it is damaged or of a newer format"));
}

}  // namespace quorate::raft
