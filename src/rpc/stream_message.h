// The operations of one message of a stream, on their way to the node.
#pragma once

#include "absl/status/statusor.h"
#include "rpc/stream_call.h"

namespace quorate::rpc {

class StreamMessage {
 public:
  StreamMessage(StreamCall& stream, v1::StreamRequest& request);

  absl::Duration deadline() const { return deadline_; }
  // Its keyspace isn't known here, but may be new.
  bool MayBeStale() const;
  // All its operations are to fail with this.
  void Refuse(const absl::Status& status) { write_route_ = read_route_ = status; }
  // What its operations count against the stream's bound.
  uint64_t Cost() const;
  // Every operation goes to the node or is answered with its error. Spends the
  // request.
  void Execute();

 private:
  using Pending = StreamCall::Pending;

  static uint32_t CostOf(const v1::StreamOp& op);
  void ExecuteWrite(v1::StreamOp& op, uint32_t cost);
  void AddGet(v1::StreamOp& op, uint32_t cost);
  void SendLookup(uint32_t arc);
  void Send(Request request, std::unique_ptr<Pending> pending);

  struct OpenLookup {
    Request request;
    std::unique_ptr<Pending> pending;
  };

  StreamCall& stream_;
  v1::StreamRequest& request_;
  const absl::Duration now_;
  const absl::Duration deadline_;
  absl::StatusOr<Route> write_route_;
  absl::StatusOr<Route> read_route_;
  // Gets of the message that share an arc, by arc.
  std::map<uint32_t, OpenLookup> lookups_;
};

}  // namespace quorate::rpc
