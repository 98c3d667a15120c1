// Lets the thread that brings a worker its input run the worker's turn, where
// the worker sleeps: one thread wakes less on the way of a lonely request, and
// waking a thread is dearer than all else that happens there.
#pragma once

#include <cstdint>
#include <utility>

#include "absl/container/inlined_vector.h"

namespace quorate::rpc {

class WorkerThreads;

// In scope: the workers that this thread wakes are seen to at the end of the
// scope, at which the thread must hold no lock. Within another one it does
// nothing.
class TurnOffer {
 public:
  TurnOffer();
  ~TurnOffer();
  TurnOffer(const TurnOffer&) = delete;
  TurnOffer& operator=(const TurnOffer&) = delete;

  // True: an offer of this thread will see to it.
  static bool Take(WorkerThreads& threads, uint32_t index);

 private:
  absl::InlinedVector<std::pair<WorkerThreads*, uint32_t>, 4> taken_;
};

}  // namespace quorate::rpc
