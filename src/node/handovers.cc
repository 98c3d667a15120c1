#include "node/handovers.h"

#include "base/error.h"

namespace quorate {

bool Handovers::Begin(NodeId from, PartitionId partition, uint64_t hint, ReplyFn& reply) {
  const Key key{from, partition};
  Last& last = last_[key];
  if (hint < last.hint) {
    Reply late;
    late.status = MakeError(absl::StatusCode::kUnavailable, "PEER_LOST",
                            "a later hint has come before this one", Applied::kUnknown);
    std::move(reply)(std::move(late));
    return false;
  }
  if (hint == last.hint) {
    if (!last.done) {
      last.reply = std::move(reply);  // who asked before has given up
      return false;
    }
    Reply answer;
    answer.status = last.status;
    std::move(reply)(std::move(answer));
    return false;
  }
  last = {hint, false, absl::OkStatus(), std::move(reply)};
  reply = [this, key, hint](Reply answer) { Finish(key, hint, std::move(answer)); };
  return true;
}

void Handovers::Finish(const Key& key, uint64_t hint, Reply answer) {
  const auto at = last_.find(key);
  if (at == last_.end() || at->second.hint != hint) return;
  ReplyFn reply = std::move(at->second.reply);
  const bool undone = !answer.status.ok() && AppliedOf(answer.status) == Applied::kNo;
  if (undone) {
    last_.erase(at);
  } else {
    at->second.done = true;
    at->second.status = answer.status;
  }
  std::move(reply)(std::move(answer));
}

}  // namespace quorate
