// The public data API: check, route, execute. Nothing here blocks; a reply is finished by the
// worker that made it.
#pragma once

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "base/env.h"
#include "node/node.h"
#include "quorate/v1/kv.pb.h"
#include "rpc/call_gate.h"
#include "rpc/call_watch.h"
#include "rpc/limits.h"
#include "rpc/router.h"
#include "rpc/stream_call.h"
#include "rpc/stream_set.h"
#include "rpc/unary_call.h"

namespace quorate::rpc {

struct KvOptions {
  RequestLimits limits;
  absl::Duration default_deadline = absl::Seconds(5);  // of calls that name none
};

class KvService final {
 public:
  // All must outlive it.
  KvService(Node& node, Env& env, CallWatch& watch, KvOptions options);

  // Ends the streams that are open, with UNAVAILABLE, once what they have
  // under way is answered; new ones end at once.
  void EndStreams() { streams_.End(); }

  // Its unary methods by path, "/quorate.v1.Kv/Get"; null: no such.
  const UnaryMethod* FindMethod(std::string_view path) const;
  CallWatch& watch() { return watch_; }
  absl::Duration default_deadline() const { return options_.default_deadline; }

  // Its one method with many messages.
  // Null where `path` is not that.
  std::shared_ptr<http2::Call> StreamAt(std::string_view path,
                                        const std::shared_ptr<ClientConnection>& connection,
                                        http2::CallId id);

 private:
  template <class In, class Out>
  void Add(std::string_view name, Operation operation,
           void (KvService::*begin)(UnaryCall*, In*, Out*));

  void Put(UnaryCall* call, v1::PutRequest* in, v1::WriteResponse* out);
  void Delete(UnaryCall* call, v1::DeleteRequest* in, v1::WriteResponse* out);
  void CompareAndSet(UnaryCall* call, v1::CompareAndSetRequest* in, v1::WriteResponse* out);
  void AddTo(UnaryCall* call, v1::AddRequest* in, v1::WriteResponse* out);
  void Batch(UnaryCall* call, v1::BatchRequest* in, v1::WriteResponse* out);
  void Mutate(UnaryCall* call, v1::MutateRequest* in, v1::WriteResponse* out);
  void Get(UnaryCall* call, v1::GetRequest* in, v1::GetResponse* out);
  void MultiGet(UnaryCall* call, v1::MultiGetRequest* in, v1::MultiGetResponse* out);
  void Scan(UnaryCall* call, v1::ScanRequest* in, v1::ScanResponse* out);
  void OpenWriter(UnaryCall* call, v1::OpenWriterRequest* in, v1::OpenWriterResponse* out);
  void Resolve(UnaryCall* call, v1::ResolveRequest* in, v1::ResolveResponse* out);

  // `make()` gives the StatusOr<kv::Command> of the message; runs once the
  // route is known.
  template <class In, class Make>
  void Write(UnaryCall* call, In* in, v1::WriteResponse* out, Make make);
  // `then(route)` runs when the keyspace is found and does the call; its error
  // fails it.
  template <class In, class Then>
  void Routed(UnaryCall* call, In* in, Then then);
  template <class In, class Then>
  void RouteAgain(UnaryCall* call, In* in, Then then);
  template <class In>
  absl::StatusOr<Route> FindRoute(const In& in) const;

  Node& node_;
  Env& env_;
  CallWatch& watch_;
  const KvOptions options_;
  Router router_;
  CallGate gate_;
  StreamSet streams_;
  absl::flat_hash_map<std::string, UnaryMethod> methods_;
};

}  // namespace quorate::rpc
