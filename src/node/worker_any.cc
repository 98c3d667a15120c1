// Writes at ANY: by a replica if one can be heard of, else kept for it here.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "node/hint_keeper.h"
#include "node/worker.h"

namespace quorate {

void Worker::WriteAny(Request request, ReplyFn reply) {
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(request.partition);
  if (info == nullptr) return PartitionUnknown(request, std::move(reply));
  const NodeId target = Untried(*info, request.tried);
  if (!target && std::get<kv::Command>(request.op).identity.writer != 0) {
    // A hint would outlive what the replicas remember of its writer.
    Reply answer;
    answer.status = MakeError(absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
                              StrCat("no replica of ", request.partition.ToString(),
                                     " can be reached, and a write with an identity is not kept "
                                     "for them; nothing was done. Send it without one"));
    return std::move(reply)(std::move(answer));
  }
  if (!target) return KeepHint(std::move(request), std::move(reply));
  Request attempt = request;
  attempt.to = target;
  HandleRequest(std::move(attempt), [this, target, request = std::move(request),
                                     reply = std::move(reply)](Reply answer) mutable {
    // Certainly not done there; another may be able to.
    if (absl::IsUnavailable(answer.status) && AppliedOf(answer.status) == Applied::kNo) {
      request.tried.push_back(target);
      // Not from here: whoever answers is in the midst of its own lists.
      return PostRequest(std::move(request), std::move(reply));
    }
    std::move(reply)(std::move(answer));
  });
}

NodeId Worker::Untried(const ring::PartitionInfo& info, const std::vector<NodeId>& tried) const {
  const auto fit = [&](NodeId node) {
    return shared_.peers.alive(node) && std::find(tried.begin(), tried.end(), node) == tried.end();
  };
  if (info.HasReplicaOn(shared_.options.self) && fit(shared_.options.self))
    return shared_.options.self;
  const auto found = std::find_if(info.replicas.begin(), info.replicas.end(), fit);
  return found == info.replicas.end() ? NodeId() : *found;
}

void Worker::KeepHint(Request request, ReplyFn reply) {
  shared_.to_hints(
      [request = std::move(request), reply = std::move(reply)](HintKeeper& keeper) mutable {
        keeper.Keep(std::move(request), std::move(reply));
      });
}

void Worker::ServeAt(Request request, ReplyFn reply) {
  const NodeId to = request.to;
  if (shared_.peers.alive(to)) return Forward(std::move(request), std::move(reply), to);
  Reply answer;
  answer.status = MakeError(absl::StatusCode::kUnavailable, "PEER_LOST",
                            StrCat(to.ToString(), " cannot be heard of"));
  std::move(reply)(std::move(answer));
}

void Worker::UseHints(HintKeeper& keeper) { hints_ = &keeper; }

void Worker::WithHints(absl::AnyInvocable<void(HintKeeper&) &&> task) { std::move(task)(*hints_); }

}  // namespace quorate
