// Replies of several partitions that belong to one call.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "node/node.h"
#include "replica/request.h"

namespace quorate::rpc {

// Executes all requests; `done` gets their replies in the same order, once, on
// the thread of the last.
class Gather {
 public:
  using Done = absl::AnyInvocable<void(std::vector<Reply>) &&>;

  static void Start(Node& node, std::vector<Request> requests, Done done) {
    auto gather = std::make_shared<Gather>(requests.size(), std::move(done));
    for (size_t i = 0; i < requests.size(); ++i) {
      node.Execute(std::move(requests[i]),
                   [gather, i](Reply reply) { gather->Take(i, std::move(reply)); });
    }
  }

  Gather(size_t count, Done done) : replies_(count), missing_(count), done_(std::move(done)) {}

 private:
  // Each slot is written by one thread; the last to count down sees them all.
  void Take(size_t i, Reply reply) {
    replies_[i] = std::move(reply);
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      std::move(done_)(std::move(replies_));
    }
  }

  std::vector<Reply> replies_;
  std::atomic<size_t> missing_;
  Done done_;
};

// The first reply that failed; null: none did.
inline const Reply* FirstFailure(const std::vector<Reply>& replies) {
  for (const Reply& reply : replies) {
    if (!reply.status.ok()) return &reply;
  }
  return nullptr;
}

}  // namespace quorate::rpc
