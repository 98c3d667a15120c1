#include "client/node_link.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>

#include "base/env.h"
#include "base/limits.h"

namespace quorate::client {
namespace {

// Weight of the newest latency in the average.
constexpr double kNewest = 0.2;

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Two clients of one process share nothing.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A node that comes back is found within a second; ours is the retry policy.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetMaxReceiveMessageSize(static_cast<int>(limits::kMessageBytesMax));
  arguments.SetMaxSendMessageSize(static_cast<int>(limits::kMessageBytesMax));
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

NodeLink::NodeLink(std::string address, const BreakerOptions& breaker)
    : address_(std::move(address)), breaker_(breaker) {
  const auto channel = MakeChannel(address_);
  kv_ = v1::Kv::NewStub(channel);
  admin_ = v1::Admin::NewStub(channel);
}

bool NodeLink::Allow() {
  absl::MutexLock lock(&mutex_);
  return breaker_.Allow(SystemEnv().Monotonic());
}

bool NodeLink::WouldAllow() const {
  absl::MutexLock lock(&mutex_);
  return breaker_.WouldAllow(SystemEnv().Monotonic());
}

bool NodeLink::TakesMore() {
  absl::MutexLock lock(&mutex_);
  return hold_back_.Allow(weight_in_flight_.load(std::memory_order_relaxed),
                          SystemEnv().Monotonic());
}

void NodeLink::OnTaken(uint32_t weight, bool refused, absl::Duration took) {
  absl::MutexLock lock(&mutex_);
  hold_back_.OnAnswer(weight, refused, took, weight_in_flight_.load(std::memory_order_relaxed),
                      SystemEnv().Monotonic());
}

void NodeLink::OnStart(uint32_t weight) {
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  weight_in_flight_.fetch_add(weight, std::memory_order_relaxed);
}

void NodeLink::OnEnd(uint32_t weight) {
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  weight_in_flight_.fetch_sub(weight, std::memory_order_relaxed);
}

void NodeLink::OnAnswer(uint32_t weight, absl::Duration took) {
  OnEnd(weight);
  const double us = std::max(1.0, absl::ToDoubleMicroseconds(took));
  const double before = latency_us_.load(std::memory_order_relaxed);
  latency_us_.store(before == 0 ? us : before + kNewest * (us - before), std::memory_order_relaxed);
  OnStreamAnswer();
}

void NodeLink::OnFailure(uint32_t weight) {
  OnEnd(weight);
  OnStreamFailure();
}

void NodeLink::OnLeaving(uint32_t weight) {
  OnEnd(weight);
  absl::MutexLock lock(&mutex_);
  breaker_.OnLeaving(SystemEnv().Monotonic());
}

void NodeLink::OnStreamAnswer() {
  absl::MutexLock lock(&mutex_);
  breaker_.OnAnswer();
}

void NodeLink::OnStreamFailure() {
  absl::MutexLock lock(&mutex_);
  breaker_.OnFailure(SystemEnv().Monotonic());
}

double NodeLink::Load() const {
  const auto in_flight = static_cast<double>(in_flight_.load(std::memory_order_relaxed));
  return latency_us_.load(std::memory_order_relaxed) * (1 + in_flight);
}

}  // namespace quorate::client
