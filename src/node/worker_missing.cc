// Who of a partition is not there, where that is why it cannot be led: said at
// once and by name, for to wait for an election would be in vain.
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "node/worker.h"

namespace quorate {

std::string Worker::NamesOfMissing(const ring::PartitionInfo& info, size_t& count) const {
  std::string missing;
  count = 0;
  for (NodeId node : info.replicas) {
    if (shared_.peers.alive(node)) continue;
    StrAppend(&missing, count++ == 0 ? "" : ", ", node.ToString());
  }
  return missing;
}

std::string Worker::MissingOfMajority(PartitionId partition) const {
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(partition);
  if (info == nullptr) return "";
  size_t count = 0;
  std::string missing = NamesOfMissing(*info, count);
  return count > (info->replicas.size() - 1) / 2 ? missing : "";
}

absl::Status Worker::NoLeader(PartitionId partition) const {
  const std::string missing = MissingOfMajority(partition);
  if (missing.empty()) {
    return MakeError(
        absl::StatusCode::kUnavailable, "NO_LEADER",
        StrCat(partition.ToString(), " has no leader that ", shared_.options.self.ToString(),
               " can reach; an election may be under way"));
  }
  Reached<"node: no leader can be elected, a majority is missing">();
  absl::Status status = MakeError(
      absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
      StrCat(partition.ToString(), " has no leader and can elect none: it needs a majority of its ",
             "replicas, and ", shared_.options.self.ToString(), " hears nothing of ", missing,
             "; nothing was done. Reads at ONE go on"));
  SetErrorDetail(status, "missing", missing);
  return status;
}

ReplyFn Worker::TellingWhoIsMissing(PartitionId partition, ReplyFn reply) const {
  std::string missing = MissingOfMajority(partition);
  if (missing.empty()) return reply;
  return [missing = std::move(missing), reply = std::move(reply)](Reply answer) mutable {
    if (absl::IsUnavailable(answer.status)) SetErrorDetail(answer.status, "missing", missing);
    std::move(reply)(std::move(answer));
  };
}

}  // namespace quorate
