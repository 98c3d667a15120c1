// What a thread waits with: for sockets, for a moment, and to be woken.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace quorate::rpc {

class SocketPoll {
 public:
  // A socket that is watched. Called by the thread that waits.
  class Source {
   public:
    virtual ~Source() = default;
    // It can be read or written, or has failed; or it is not so, and was told for nothing.
    virtual void OnReady() = 0;
    // About once a second, for what lasts too long.
    virtual void OnTick() = 0;
  };
  // Which events are told.
  enum class Watch {
    kInput,   // that there is some, again and again
    kEdges,   // that there is more, or room for output again: once each
    kOutput,  // that there is room for output, again and again
    kBoth,    // input, too
  };

  SocketPoll();
  ~SocketPoll();
  SocketPoll(const SocketPoll&) = delete;
  SocketPoll& operator=(const SocketPoll&) = delete;

  // Any thread. `source` is held until Remove, or until this ends.
  void Add(int fd, Watch watch, std::shared_ptr<Source> source);
  // Any thread; of one that was added.
  void Change(int fd, Watch watch);
  // Any thread, before `fd` is closed. A call that is under way may go on.
  void Remove(int fd);

  // Any thread: Wait returns, now or when it is next called.
  void Wake();
  // The one thread that waits: until there is something, but no longer than `timeout` nor a
  // second. How many sockets there are.
  int Wait(absl::Duration timeout);
  // Thereafter, the same thread: tells those, and of ticks.
  void Tell(int count);

 private:
  using Sources = absl::flat_hash_map<int, std::shared_ptr<Source>>;

  void TellTicks();
  std::shared_ptr<Source> Find(int fd) const;

  const int epoll_;
  const int wake_;  // an eventfd
  mutable absl::Mutex mutex_;
  Sources sources_ ABSL_GUARDED_BY(mutex_);  // by fd
  // By the thread that waits.
  std::array<epoll_event, 16> events_;
  int64_t tick_at_ms_ = 0;
};

// Which one watches the connections with a node; of none: with who has not said yet.
using SocketsOf = std::function<SocketPoll&(NodeId)>;

}  // namespace quorate::rpc
