#include "rpc/kv_service.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "rpc/convert.h"
#include "rpc/deadline.h"
#include "rpc/multi_get.h"
#include "rpc/reply_error.h"
#include "rpc/scan_call.h"
#include "rpc/scattered_batch.h"
#include "rpc/stream_call.h"
#include "rpc/worker_threads.h"
#include "rpc/write_command.h"
#include "rpc/writer_calls.h"

namespace quorate::rpc {

KvService::KvService(Node& node, Env& env, CallWatch& watch, KvOptions options)
    : node_(node), env_(env), watch_(watch), options_(options), router_(node) {
  SetMessageAllocatorFor_Put(&put_messages_);
  SetMessageAllocatorFor_Delete(&delete_messages_);
  SetMessageAllocatorFor_CompareAndSet(&cas_messages_);
  SetMessageAllocatorFor_Add(&add_messages_);
  SetMessageAllocatorFor_Batch(&batch_messages_);
  SetMessageAllocatorFor_Mutate(&mutate_messages_);
  SetMessageAllocatorFor_Get(&get_messages_);
  SetMessageAllocatorFor_MultiGet(&multi_get_messages_);
  SetMessageAllocatorFor_Scan(&scan_messages_);
  SetMessageAllocatorFor_OpenWriter(&open_writer_messages_);
  SetMessageAllocatorFor_Resolve(&resolve_messages_);
}

namespace {

template <class In>
bool WantsTimings(const In& in) {
  if constexpr (requires { in.read(); }) {
    return in.read().timings();
  } else if constexpr (requires { in.timings(); }) {
    return in.timings();
  } else {
    return false;
  }
}

// Reads and writes; what asks for what became of some lessens what there is to do.
template <class In>
constexpr bool IsData(const In& in) {
  if constexpr (requires { in.read(); }) {
    return true;
  } else {
    return requires { in.session(); };
  }
}

}  // namespace

template <class In>
absl::StatusOr<Route> KvService::FindRoute(const In& in) const {
  if constexpr (requires { in.read(); }) {
    return router_.FindForRead(in.keyspace(), in.level(), in.read());
  } else if constexpr (requires { in.session(); }) {
    return router_.FindForWrite(in.keyspace(), in.level(), in.session());
  } else {
    return router_.FindForWriter(in.keyspace());
  }
}

template <class In, class Then>
void KvService::Routed(UnaryCall* call, grpc::CallbackServerContext* context, const In* in,
                       Then then) {
  // Calls that come one behind the other share turns, and those the rounds that they begin.
  const WorkerThreads::Host host(gate_.IsEmpty());
  if (IsData(*in) && !call->Enter(gate_, in->ByteSizeLong())) return;
  const absl::StatusOr<absl::Duration> deadline =
      DeadlineOf(*context, env_, options_.default_deadline);
  if (!deadline.ok()) return call->Fail(deadline.status());
  call->deadline = *deadline;
  call->tells_timings = WantsTimings(*in);
  const absl::StatusOr<Route> route = FindRoute(*in);
  if (!route.ok()) {
    if (MayBeStale(route.status())) return RouteAgain(call, in, std::move(then));
    return call->Fail(route.status());
  }
  call->level = route->level;
  if (absl::Status begun = then(*route); !begun.ok()) call->Fail(begun);
}

// The keyspace isn't known here; it may be new.
template <class In, class Then>
void KvService::RouteAgain(UnaryCall* call, const In* in, Then then) {
  router_.Refresh(call->deadline, [=, this](absl::Status refreshed) mutable {
    if (!refreshed.ok()) return call->Fail(refreshed);
    const absl::StatusOr<Route> route = FindRoute(*in);
    if (!route.ok()) return call->Fail(route.status());
    call->level = route->level;
    if (absl::Status begun = then(*route); !begun.ok()) call->Fail(begun);
  });
}

template <class In, class Make>
grpc::ServerUnaryReactor* KvService::Write(grpc::CallbackServerContext* context,
                                           Operation operation, const In* in,
                                           v1::WriteResponse* out, Make make) {
  UnaryCall* call = UnaryCall::New(out, context, operation, watch_);
  grpc::ServerUnaryReactor* reactor = call->reactor();
  Routed(call, context, in, [=, this](const Route& route) -> absl::Status {
    const absl::StatusOr<kv::Identity> identity = IdentityOf(in->identity());
    if (!identity.ok()) return identity.status();
    absl::StatusOr<kv::Command> command = make(Own(in));
    if (!command.ok()) return command.status();
    command->identity = *identity;
    const absl::StatusOr<uint32_t> arc = PrepareCommand(*command, *route.keyspace, options_.limits);
    if (!arc.ok()) return arc.status();
    call->arc = *arc;
    Request request = route.ToArc(*arc, call->deadline);
    if (absl::Status own = CheckWriterPartition(in->identity(), request.partition); !own.ok()) {
      return own;
    }
    request.op = *std::move(command);
    node_.Execute(std::move(request), [call, out](Reply reply) {
      call->Took(reply);
      if (!reply.status.ok()) return call->Fail(ErrorOf(reply));
      FillWrite(reply, call->arc, out);
      call->TellTimings(reply.timings, out->mutable_receipt());
      call->Succeed();
    });
    return absl::OkStatus();
  });
  return reactor;
}

grpc::ServerUnaryReactor* KvService::Put(grpc::CallbackServerContext* context,
                                         const v1::PutRequest* in, v1::WriteResponse* out) {
  return Write(context, Operation::kPut, in, out, [](v1::PutRequest* put) {
    return OneMutation(MakePut(std::move(*put->mutable_key()), std::move(*put->mutable_value()),
                               TtlOf(*put), std::move(*put->mutable_context())));
  });
}

grpc::ServerUnaryReactor* KvService::Delete(grpc::CallbackServerContext* context,
                                            const v1::DeleteRequest* in, v1::WriteResponse* out) {
  return Write(context, Operation::kDelete, in, out, [](v1::DeleteRequest* del) {
    return OneMutation(
        MakeDelete(std::move(*del->mutable_key()), std::move(*del->mutable_context())));
  });
}

grpc::ServerUnaryReactor* KvService::CompareAndSet(grpc::CallbackServerContext* context,
                                                   const v1::CompareAndSetRequest* in,
                                                   v1::WriteResponse* out) {
  return Write(context, Operation::kCas, in, out,
               [](v1::CompareAndSetRequest* cas) { return OneMutation(TakeMutation(cas)); });
}

grpc::ServerUnaryReactor* KvService::Add(grpc::CallbackServerContext* context,
                                         const v1::AddRequest* in, v1::WriteResponse* out) {
  return Write(context, Operation::kAdd, in, out, [](v1::AddRequest* add) {
    return OneMutation(MakeAdd(std::move(*add->mutable_key()), add->delta(), TtlOf(*add)));
  });
}

grpc::ServerUnaryReactor* KvService::Batch(grpc::CallbackServerContext* context,
                                           const v1::BatchRequest* in, v1::WriteResponse* out) {
  if (in->has_atomic() && !in->atomic()) {
    UnaryCall* call = UnaryCall::New(out, context, Operation::kBatch, watch_);
    grpc::ServerUnaryReactor* reactor = call->reactor();
    Routed(call, context, in, [=, this](const Route& route) {
      return StartScatteredBatch(node_, route, options_.limits, call, Own(in), out);
    });
    return reactor;
  }
  return Write(context, Operation::kBatch, in, out,
               [](v1::BatchRequest* batch) { return ManyMutations(batch->mutable_mutations()); });
}

grpc::ServerUnaryReactor* KvService::Mutate(grpc::CallbackServerContext* context,
                                            const v1::MutateRequest* in, v1::WriteResponse* out) {
  return Write(context, OperationOf(in->mutation()), in, out, [](v1::MutateRequest* mutate) {
    return OneMutation(TakeMutation(mutate->mutable_mutation()));
  });
}

grpc::ServerUnaryReactor* KvService::Get(grpc::CallbackServerContext* context,
                                         const v1::GetRequest* in, v1::GetResponse* out) {
  UnaryCall* call = UnaryCall::New(out, context, Operation::kGet, watch_);
  grpc::ServerUnaryReactor* reactor = call->reactor();
  Routed(call, context, in, [=, this](const Route& route) -> absl::Status {
    if (absl::Status key = CheckKey(in->key()); !key.ok()) return key;
    call->arc = route.keyspace->ArcOfKey(in->key());
    Request request = route.ToArc(call->arc, call->deadline);
    request.op.emplace<Lookup>().keys.push_back(std::move(*Own(in)->mutable_key()));
    node_.Execute(std::move(request), [call, out](Reply reply) {
      call->Took(reply);
      if (!reply.status.ok()) return call->Fail(ErrorOf(reply));
      FillGet(reply, 0, call->arc, out);
      call->TellTimings(reply.timings, out->mutable_receipt());
      call->Succeed();
    });
    return absl::OkStatus();
  });
  return reactor;
}

grpc::ServerUnaryReactor* KvService::MultiGet(grpc::CallbackServerContext* context,
                                              const v1::MultiGetRequest* in,
                                              v1::MultiGetResponse* out) {
  UnaryCall* call = UnaryCall::New(out, context, Operation::kMultiGet, watch_);
  grpc::ServerUnaryReactor* reactor = call->reactor();
  Routed(call, context, in,
         [=, this](const Route& route) { return StartMultiGet(node_, route, call, Own(in), out); });
  return reactor;
}

grpc::ServerUnaryReactor* KvService::Scan(grpc::CallbackServerContext* context,
                                          const v1::ScanRequest* in, v1::ScanResponse* out) {
  UnaryCall* call = UnaryCall::New(out, context, Operation::kScan, watch_);
  grpc::ServerUnaryReactor* reactor = call->reactor();
  Routed(call, context, in,
         [=, this](const Route& route) { return StartScan(node_, route, call, in, out); });
  return reactor;
}

grpc::ServerUnaryReactor* KvService::OpenWriter(grpc::CallbackServerContext* context,
                                                const v1::OpenWriterRequest* in,
                                                v1::OpenWriterResponse* out) {
  UnaryCall* call = UnaryCall::New(out, context, Operation::kOpenWriter, watch_);
  grpc::ServerUnaryReactor* reactor = call->reactor();
  Routed(call, context, in,
         [=, this](const Route& route) { return StartOpenWriter(node_, route, call, in, out); });
  return reactor;
}

grpc::ServerUnaryReactor* KvService::Resolve(grpc::CallbackServerContext* context,
                                             const v1::ResolveRequest* in,
                                             v1::ResolveResponse* out) {
  UnaryCall* call = UnaryCall::New(out, context, Operation::kResolve, watch_);
  grpc::ServerUnaryReactor* reactor = call->reactor();
  Routed(call, context, in,
         [=, this](const Route& route) { return StartResolve(node_, route, call, in, out); });
  return reactor;
}

grpc::ServerBidiReactor<v1::StreamRequest, v1::StreamResponse>* KvService::Stream(
    grpc::CallbackServerContext*) {
  return StartStream(StreamWorld{node_, env_, watch_, router_, options_.limits,
                                 options_.default_deadline, streams_});
}

}  // namespace quorate::rpc
