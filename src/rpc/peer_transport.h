// Frames to other nodes: one link, and one connection, to each.
#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/metrics.h"
#include "node/edges.h"
#include "rpc/peer_link.h"
#include "rpc/socket_poll.h"

namespace quorate::rpc {

// Whether what leaves for `to` at this moment gets anywhere. Thread-safe.
using Passes = std::function<bool(NodeId to)>;

class PeerTransport : public Transport {
 public:
  // Frames that do not pass are lost in silence, as on a cut network; without
  // `passes` all do.
  PeerTransport(NodeId self, Env& env, SocketsOf sockets, std::shared_ptr<spdlog::logger> log,
                Passes passes)
      : self_(self),
        env_(env),
        sockets_of_(std::move(sockets)),
        log_(std::move(log)),
        passes_(std::move(passes)) {}

  // Told, on any thread, of each connection that broke. Set before the first
  // Send.
  void OnLost(std::function<void(NodeId)> lost) { lost_ = std::move(lost); }
  // Likewise of a peer that knows this node to be on an older disk, see PeerLink.
  void OnDisowned(Disowned disowned) { disowned_ = std::move(disowned); }

  void Send(NodeId to, const std::string& address, std::string frame) override;
  // That peer has connected to this node.
  void RetryNow(NodeId peer);
  // Ends all links: nothing is sent and nothing told any more when it returns.
  void Close();

  void WriteTo(MetricsPage& page) const;

 private:
  std::shared_ptr<PeerLink> LinkTo(NodeId to, const std::string& address);

  const NodeId self_;
  Env& env_;
  const SocketsOf sockets_of_;
  const std::shared_ptr<spdlog::logger> log_;
  const Passes passes_;
  std::function<void(NodeId)> lost_;
  Disowned disowned_;
  mutable absl::Mutex mutex_;
  std::map<NodeId, std::shared_ptr<PeerLink>> links_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate::rpc
