// Puts one thread to sleep until it is woken, a moment has come or one of its sockets
// has something. A wake before the sleep is not lost; any number of them count once.
//
// While it sleeps its work may be done by another: a thread that borrows it is the
// only one until it gives it back, as then the sleeper does not return.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "rpc/socket_poll.h"

namespace quorate::rpc {

class Parker {
 public:
  // Any thread. A system call only if it sleeps.
  void Wake();
  // The one thread: returns at once if woken since the last Park, or if `until` has come, and
  // after a second anyway. Tells the sockets before it returns.
  void Park(absl::Duration now, absl::Duration until);

  // Any thread; false: it does not sleep, or is lent to another.
  bool Borrow();
  // By who borrowed. It sleeps on, unless it was woken meanwhile or would now park for a
  // moment that comes before the one it parked for.
  void GiveBack(absl::Duration until);

  // Which it waits for.
  SocketPoll& sockets() { return sockets_; }

 private:
  enum State : uint32_t { kAwake, kWoken, kAsleep, kLent, kLentAndWoken };

  int Sleep(absl::Duration timeout);

  SocketPoll sockets_;
  std::atomic<uint32_t> state_{kAwake};
  std::atomic<bool> overslept_{false};  // it waits for the end of a loan, its sleep is over
  absl::Duration until_;                // written awake, read by who borrowed
};

}  // namespace quorate::rpc
