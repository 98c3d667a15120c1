// One node, as the client reaches it: a channel, the stubs on it, and how it
// has been doing.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/breaker.h"
#include "client/hold_back.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "quorate/v1/kv.grpc.pb.h"

namespace quorate::client {

// Thread-safe.
class NodeLink {
 public:
  NodeLink(std::string address, const BreakerOptions& breaker);

  const std::string& address() const { return address_; }
  v1::Kv::Stub& kv() { return *kv_; }
  v1::Admin::Stub& admin() { return *admin_; }

  bool Allow() ABSL_LOCKS_EXCLUDED(mutex_);
  bool WouldAllow() const ABSL_LOCKS_EXCLUDED(mutex_);

  // False: it has more to answer than it takes on, and this one had better be kept from it.
  bool TakesMore() ABSL_LOCKS_EXCLUDED(mutex_);
  // Of an answer: whether it was one of those refusals, and how long it took.
  void OnTaken(uint32_t weight, bool refused, absl::Duration took) ABSL_LOCKS_EXCLUDED(mutex_);

  // Around each call; `weight`: of data calls (base/call_weight.h), else zero; `took` of those that
  // were answered.
  void OnStart(uint32_t weight);
  void OnAnswer(uint32_t weight, absl::Duration took) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnFailure(uint32_t weight) ABSL_LOCKS_EXCLUDED(mutex_);
  // It answered that it is going down.
  void OnLeaving(uint32_t weight) ABSL_LOCKS_EXCLUDED(mutex_);

  // The same for a stream, whose messages are no calls.
  void OnStreamAnswer() ABSL_LOCKS_EXCLUDED(mutex_);
  void OnStreamFailure() ABSL_LOCKS_EXCLUDED(mutex_);

  // Latency times the calls under way: the smaller, the sooner an answer.
  double Load() const;

 private:
  void OnEnd(uint32_t weight);

  const std::string address_;
  std::unique_ptr<v1::Kv::Stub> kv_;
  std::unique_ptr<v1::Admin::Stub> admin_;

  std::atomic<int64_t> in_flight_ = 0;
  std::atomic<int64_t> weight_in_flight_ = 0;
  std::atomic<double> latency_us_ = 0;  // a moving average; 0: none yet
  mutable absl::Mutex mutex_;
  Breaker breaker_ ABSL_GUARDED_BY(mutex_);
  HoldBack hold_back_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::client
