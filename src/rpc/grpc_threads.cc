#include "rpc/grpc_threads.h"

#include <grpcpp/create_channel.h>

#include <chrono>
#include <thread>

#include "absl/synchronization/notification.h"
#include "quorate/v1/admin.grpc.pb.h"

namespace quorate::rpc {
namespace {

constexpr unsigned kFewCores = 2;

// gRPC's threads end with the last channel that has made a call, and the thread
// that drops it may be one of them. This one is never dropped.
const std::shared_ptr<grpc::Channel>& KeptChannel() {
  static const auto* const kept = new std::shared_ptr<grpc::Channel>(
      grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials()));
  return *kept;
}

}  // namespace

// A call that is late before it begins. Its callback, if it is to stay, holds
// the thread that runs it until Leave.
class GrpcThreads::Occupant : public std::enable_shared_from_this<GrpcThreads::Occupant> {
 public:
  void Enter(bool stay) {
    stub_ = v1::Admin::NewStub(KeptChannel());
    context_.set_deadline(std::chrono::system_clock::time_point());
    stub_->async()->GetTopology(&context_, &request_, &response_,
                                [self = shared_from_this(), stay](const grpc::Status&) {
                                  if (stay) self->leave_.WaitForNotification();
                                });
  }
  void Leave() { leave_.Notify(); }

 private:
  absl::Notification leave_;
  std::unique_ptr<v1::Admin::Stub> stub_;
  grpc::ClientContext context_;
  v1::GetTopologyRequest request_;
  v1::Topology response_;
};

GrpcThreads::GrpcThreads(Serve serve) : occupant_(std::make_shared<Occupant>()) {
  occupant_->Enter(
      /*stay=*/serve == Serve::kAlone && std::thread::hardware_concurrency() <= kFewCores);
}

GrpcThreads::~GrpcThreads() { occupant_->Leave(); }

}  // namespace quorate::rpc
