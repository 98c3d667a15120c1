// The way to one other node: a connection that is made when there is something
// to send, and the frames that wait for it. Nothing is handed to one that
// the peer has not accepted: what waits for one that never comes about is
// certain not to have been delivered, and goes with the next.
#pragma once

#include <spdlog/logger.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/env.h"
#include "base/ids.h"
#include "rpc/look_up.h"
#include "rpc/socket_poll.h"

namespace quorate::rpc {

struct PeerLinkStats {
  uint64_t frames_sent = 0;
  uint64_t bytes_sent = 0;
  uint64_t messages_sent = 0;   // frames that left together
  uint64_t frames_dropped = 0;  // queue full, too old, or the connection broke
  uint64_t connections_lost = 0;
  uint64_t connections_failed = 0;  // ended before the peer accepted them
  uint64_t queue_bytes = 0;
  bool connected = false;
};

// Told of a peer that refused a frame, and why: it has heard of a later life of this
// node, or of more in its log, or the cluster has gone on to what this build cannot read.
using Disowned = std::function<void(NodeId, const absl::Status&)>;

// Thread-safe.
class PeerLink : public std::enable_shared_from_this<PeerLink> {
 public:
  // `lost` is called, on any thread, each time frames may not have arrived: an
  // open connection ended, or frames were dropped. They must not block nor call back.
  PeerLink(NodeId self, NodeId peer, std::string address, Env& env, SocketPoll& sockets,
           std::shared_ptr<spdlog::logger> log, std::function<void(NodeId)> lost,
           Disowned disowned = nullptr);
  ~PeerLink();

  const std::string& address() const { return address_; }

  // Takes the frame, or drops it when too much waits. It leaves at the end of
  // this thread's turn; while a message is on its way, with the next.
  void Send(std::string frame);
  // The peer has just called: it can be reached by now, whatever failed before.
  void RetryNow();
  // Ends the connection; later frames are dropped, and nothing is told any more when it returns.
  void Close();

  PeerLinkStats stats() const;

 private:
  class Try;
  struct Waiting {
    std::string frame;
    absl::Duration since;
  };

  void Flush();
  void Connect() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ConnectTo(const SocketAddresses& addresses) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LookedUp(const absl::StatusOr<SocketAddresses>& found);
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropTooOld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropOlderThan(absl::Duration moment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GoOn(const Try& ready);
  void LookAtTheClock(const Try& ticked);
  void Welcome() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Ended(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LetGo() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const NodeId self_;
  const NodeId peer_;
  const std::string address_;
  Env& env_;
  SocketPoll& sockets_;
  const std::shared_ptr<spdlog::logger> log_;
  const std::function<void(NodeId)> lost_;
  const Disowned disowned_;

  mutable absl::Mutex mutex_;
  std::deque<Waiting> queue_ ABSL_GUARDED_BY(mutex_);
  uint64_t queue_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<Try> try_ ABSL_GUARDED_BY(mutex_);
  bool looking_up_ ABSL_GUARDED_BY(mutex_) = false;  // where the address leads
  absl::Duration tried_at_ ABSL_GUARDED_BY(mutex_);
  bool flush_due_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  uint32_t failures_ ABSL_GUARDED_BY(mutex_) = 0;   // since the last that worked
  bool retry_now_ ABSL_GUARDED_BY(mutex_) = false;  // as soon as the try under way has failed
  absl::Duration retry_at_ ABSL_GUARDED_BY(mutex_);
  std::string last_error_ ABSL_GUARDED_BY(mutex_);
  PeerLinkStats stats_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::rpc
