// The public data API over gRPC's callback API: decode, check, route, execute.
// Nothing here blocks; a reply is finished by the worker that made it.
#pragma once

#include "base/env.h"
#include "node/node.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "rpc/arena_messages.h"
#include "rpc/call_gate.h"
#include "rpc/call_watch.h"
#include "rpc/limits.h"
#include "rpc/router.h"
#include "rpc/stream_set.h"
#include "rpc/unary_call.h"

namespace quorate::rpc {

struct KvOptions {
  RequestLimits limits;
  absl::Duration default_deadline = absl::Seconds(5);  // of calls that name none
};

class KvService final : public v1::Kv::CallbackService {
 public:
  // All must outlive the server that this service is registered with.
  KvService(Node& node, Env& env, CallWatch& watch, KvOptions options);

  // Ends the streams that are open, with UNAVAILABLE, once what they have
  // under way is answered; new ones end at once.
  void EndStreams() { streams_.End(); }

  grpc::ServerUnaryReactor* Put(grpc::CallbackServerContext* context, const v1::PutRequest* in,
                                v1::WriteResponse* out) override;
  grpc::ServerUnaryReactor* Delete(grpc::CallbackServerContext* context,
                                   const v1::DeleteRequest* in, v1::WriteResponse* out) override;
  grpc::ServerUnaryReactor* CompareAndSet(grpc::CallbackServerContext* context,
                                          const v1::CompareAndSetRequest* in,
                                          v1::WriteResponse* out) override;
  grpc::ServerUnaryReactor* Add(grpc::CallbackServerContext* context, const v1::AddRequest* in,
                                v1::WriteResponse* out) override;
  grpc::ServerUnaryReactor* Batch(grpc::CallbackServerContext* context, const v1::BatchRequest* in,
                                  v1::WriteResponse* out) override;
  grpc::ServerUnaryReactor* Mutate(grpc::CallbackServerContext* context,
                                   const v1::MutateRequest* in, v1::WriteResponse* out) override;
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const v1::GetRequest* in,
                                v1::GetResponse* out) override;
  grpc::ServerUnaryReactor* MultiGet(grpc::CallbackServerContext* context,
                                     const v1::MultiGetRequest* in,
                                     v1::MultiGetResponse* out) override;
  grpc::ServerUnaryReactor* Scan(grpc::CallbackServerContext* context, const v1::ScanRequest* in,
                                 v1::ScanResponse* out) override;
  grpc::ServerBidiReactor<v1::StreamRequest, v1::StreamResponse>* Stream(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* OpenWriter(grpc::CallbackServerContext* context,
                                       const v1::OpenWriterRequest* in,
                                       v1::OpenWriterResponse* out) override;
  grpc::ServerUnaryReactor* Resolve(grpc::CallbackServerContext* context,
                                    const v1::ResolveRequest* in,
                                    v1::ResolveResponse* out) override;

 private:
  // `make(in)` gives the StatusOr<kv::Command> of the message; runs once the
  // route is known.
  template <class In, class Make>
  grpc::ServerUnaryReactor* Write(grpc::CallbackServerContext* context, Operation operation,
                                  const In* in, v1::WriteResponse* out, Make make);
  // `then(route)` runs when the keyspace is found and does the call; its error
  // fails it.
  template <class In, class Then>
  void Routed(UnaryCall* call, grpc::CallbackServerContext* context, const In* in, Then then);
  template <class In, class Then>
  void RouteAgain(UnaryCall* call, const In* in, Then then);
  template <class In>
  absl::StatusOr<Route> FindRoute(const In& in) const;

  Node& node_;
  Env& env_;
  CallWatch& watch_;
  const KvOptions options_;
  Router router_;
  CallGate gate_;
  StreamSet streams_;
  ArenaMessages<v1::PutRequest, v1::WriteResponse> put_messages_;
  ArenaMessages<v1::DeleteRequest, v1::WriteResponse> delete_messages_;
  ArenaMessages<v1::CompareAndSetRequest, v1::WriteResponse> cas_messages_;
  ArenaMessages<v1::AddRequest, v1::WriteResponse> add_messages_;
  ArenaMessages<v1::BatchRequest, v1::WriteResponse> batch_messages_;
  ArenaMessages<v1::MutateRequest, v1::WriteResponse> mutate_messages_;
  ArenaMessages<v1::GetRequest, v1::GetResponse> get_messages_;
  ArenaMessages<v1::MultiGetRequest, v1::MultiGetResponse> multi_get_messages_;
  ArenaMessages<v1::ScanRequest, v1::ScanResponse> scan_messages_;
  ArenaMessages<v1::OpenWriterRequest, v1::OpenWriterResponse> open_writer_messages_;
  ArenaMessages<v1::ResolveRequest, v1::ResolveResponse> resolve_messages_;
};

}  // namespace quorate::rpc
