// Receives other nodes' frames and hands them to this one.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "base/metrics.h"
#include "node/node.h"
#include "quorate/v1/peer.grpc.pb.h"
#include "rpc/frame_gate.h"

namespace quorate::rpc {

using PeerReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

class PeerService final : public v1::Peer::WithRawCallbackMethod_Frames<v1::Peer::Service> {
 public:
  // `called`: told, on any thread, which peer has opened a stream. `gate`: before the
  // node; null: nothing is.
  PeerService(Node& node, std::shared_ptr<spdlog::logger> log, std::function<void(NodeId)> called,
              std::shared_ptr<FrameGate> gate)
      : node_(node), log_(std::move(log)), called_(std::move(called)), gate_(std::move(gate)) {}

  // A stream that brings what the node refuses is ended with the reason; the
  // node goes on.
  PeerReactor* Frames(grpc::CallbackServerContext* context) override;

  void WriteTo(MetricsPage& page) const;

 private:
  class Stream;

  absl::Status Take(const grpc::ByteBuffer& bundle, const std::string& address);

  Node& node_;
  const std::shared_ptr<spdlog::logger> log_;
  const std::function<void(NodeId)> called_;
  const std::shared_ptr<FrameGate> gate_;
  Counter frames_;
  Counter bytes_;
  Counter refused_;
};

}  // namespace quorate::rpc
