// The yardstick: a gRPC server of the same shape as ours that does nothing.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "quorate/v1/kv.grpc.pb.h"

namespace quorate::bench {

// Answers Get with a value of the given size and Put with an empty result.
class EchoServer {
 public:
  // Null if the address can't be bound.
  static std::unique_ptr<EchoServer> Start(const std::string& address, size_t value_bytes);
  ~EchoServer();
  int port() const { return port_; }
  void Wait() { server_->Wait(); }

 private:
  class Service;
  EchoServer();
  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace quorate::bench
