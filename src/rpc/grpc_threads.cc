#include "rpc/grpc_threads.h"

#include <grpcpp/create_channel.h>

#include <chrono>
#include <thread>

#include "absl/synchronization/notification.h"
#include "quorate/v1/admin.grpc.pb.h"

namespace quorate::rpc {
namespace {

constexpr unsigned kFewCores = 2;

std::shared_ptr<grpc::Channel> IdleChannel() {
  return grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials());
}

// Its threads end with the last server and channel, and the one that drops
// that may be one of them. This channel is never dropped.
void KeepThreads() {
  static const auto* const kept = new std::shared_ptr<grpc::Channel>(IdleChannel());
  (void)kept;
}

}  // namespace

// A call that is late before it begins; its callback holds the thread that
// runs it until Leave.
class GrpcThreads::Occupant : public std::enable_shared_from_this<GrpcThreads::Occupant> {
 public:
  void Enter() {
    stub_ = v1::Admin::NewStub(IdleChannel());
    context_.set_deadline(std::chrono::system_clock::time_point());
    stub_->async()->GetTopology(
        &context_, &request_, &response_,
        [self = shared_from_this()](const grpc::Status&) { self->leave_.WaitForNotification(); });
  }
  void Leave() { leave_.Notify(); }

 private:
  absl::Notification leave_;
  std::unique_ptr<v1::Admin::Stub> stub_;
  grpc::ClientContext context_;
  v1::GetTopologyRequest request_;
  v1::Topology response_;
};

GrpcThreads::GrpcThreads() {
  KeepThreads();
  if (std::thread::hardware_concurrency() > kFewCores) return;
  occupant_ = std::make_shared<Occupant>();
  occupant_->Enter();
}

GrpcThreads::~GrpcThreads() {
  if (occupant_ != nullptr) occupant_->Leave();
}

}  // namespace quorate::rpc
