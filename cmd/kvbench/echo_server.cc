#include "echo_server.h"

namespace quorate::bench {

class EchoServer::Service final : public v1::Kv::CallbackService {
 public:
  explicit Service(size_t value_bytes) : value_(value_bytes, 'v') {}

  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const v1::GetRequest*,
                                v1::GetResponse* response) override {
    response->set_found(true);
    response->set_value(value_);
    return Finish(context);
  }
  grpc::ServerUnaryReactor* Put(grpc::CallbackServerContext* context, const v1::PutRequest*,
                                v1::WriteResponse*) override {
    return Finish(context);
  }

 private:
  static grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context) {
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  const std::string value_;
};

EchoServer::EchoServer() = default;
EchoServer::~EchoServer() {
  if (server_) server_->Shutdown();
}

std::unique_ptr<EchoServer> EchoServer::Start(const std::string& address, size_t value_bytes) {
  std::unique_ptr<EchoServer> echo(new EchoServer());
  echo->service_ = std::make_unique<Service>(value_bytes);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &echo->port_);
  builder.RegisterService(echo->service_.get());
  echo->server_ = builder.BuildAndStart();
  if (!echo->server_ || echo->port_ == 0) return nullptr;
  return echo;
}

}  // namespace quorate::bench
