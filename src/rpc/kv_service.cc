#include "rpc/kv_service.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "rpc/convert.h"
#include "rpc/multi_get.h"
#include "rpc/reply_error.h"
#include "rpc/scan_call.h"
#include "rpc/scattered_batch.h"
#include "rpc/write_command.h"
#include "rpc/writer_calls.h"

namespace quorate::rpc {

namespace {

constexpr std::string_view kPrefix = "/quorate.v1.Kv/";
constexpr std::string_view kStream = "/quorate.v1.Kv/Stream";

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
constexpr bool IsData() {
  return requires(const In& in) { in.read(); }
  || requires(const In& in) { in.session(); };
}

}  // namespace

KvService::KvService(Node& node, Env& env, CallWatch& watch, KvOptions options)
    : node_(node), env_(env), watch_(watch), options_(options), router_(node) {
  Add("Put", Operation::kPut, &KvService::Put);
  Add("Delete", Operation::kDelete, &KvService::Delete);
  Add("CompareAndSet", Operation::kCas, &KvService::CompareAndSet);
  Add("Add", Operation::kAdd, &KvService::AddTo);
  Add("Batch", Operation::kBatch, &KvService::Batch);
  Add("Mutate", Operation::kPut, &KvService::Mutate);
  Add("Get", Operation::kGet, &KvService::Get);
  Add("MultiGet", Operation::kMultiGet, &KvService::MultiGet);
  Add("Scan", Operation::kScan, &KvService::Scan);
  Add("OpenWriter", Operation::kOpenWriter, &KvService::OpenWriter);
  Add("Resolve", Operation::kResolve, &KvService::Resolve);
}

template <class In, class Out>
void KvService::Add(std::string_view name, Operation operation,
                    void (KvService::*begin)(UnaryCall*, In*, Out*)) {
  UnaryMethod& method = methods_[StrCat(kPrefix, name)];
  method.operation = operation;
  method.gate = IsData<In>() ? &gate_ : nullptr;
  using google::protobuf::Arena;
  method.new_request = [](Arena* arena) { return Arena::CreateMessage<In>(arena); };
  method.new_response = [](Arena* arena) { return Arena::CreateMessage<Out>(arena); };
  method.begin = [this, begin](UnaryCall& call) {
    (this->*begin)(&call, static_cast<In*>(call.request()), static_cast<Out*>(call.response()));
  };
}

const UnaryMethod* KvService::FindMethod(std::string_view path) const {
  const auto found = methods_.find(ToAbsl(path));
  return found == methods_.end() ? nullptr : &found->second;
}

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
void KvService::Routed(UnaryCall* call, In* in, Then then) {
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
void KvService::RouteAgain(UnaryCall* call, In* in, Then then) {
  router_.Refresh(call->deadline, [=, this](absl::Status refreshed) mutable {
    if (!refreshed.ok()) return call->Fail(refreshed);
    const absl::StatusOr<Route> route = FindRoute(*in);
    if (!route.ok()) return call->Fail(route.status());
    call->level = route->level;
    if (absl::Status begun = then(*route); !begun.ok()) call->Fail(begun);
  });
}

template <class In, class Make>
void KvService::Write(UnaryCall* call, In* in, v1::WriteResponse* out, Make make) {
  Routed(call, in, [=, this](const Route& route) -> absl::Status {
    const absl::StatusOr<kv::Identity> identity = IdentityOf(in->identity());
    if (!identity.ok()) return identity.status();
    absl::StatusOr<kv::Command> command = make(in);
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
}

void KvService::Put(UnaryCall* call, v1::PutRequest* in, v1::WriteResponse* out) {
  Write(call, in, out, [](v1::PutRequest* put) {
    return OneMutation(MakePut(std::move(*put->mutable_key()), std::move(*put->mutable_value()),
                               TtlOf(*put), std::move(*put->mutable_context())));
  });
}

void KvService::Delete(UnaryCall* call, v1::DeleteRequest* in, v1::WriteResponse* out) {
  Write(call, in, out, [](v1::DeleteRequest* del) {
    return OneMutation(
        MakeDelete(std::move(*del->mutable_key()), std::move(*del->mutable_context())));
  });
}

void KvService::CompareAndSet(UnaryCall* call, v1::CompareAndSetRequest* in,
                              v1::WriteResponse* out) {
  Write(call, in, out,
        [](v1::CompareAndSetRequest* cas) { return OneMutation(TakeMutation(cas)); });
}

void KvService::AddTo(UnaryCall* call, v1::AddRequest* in, v1::WriteResponse* out) {
  Write(call, in, out, [](v1::AddRequest* add) {
    return OneMutation(MakeAdd(std::move(*add->mutable_key()), add->delta(), TtlOf(*add)));
  });
}

void KvService::Batch(UnaryCall* call, v1::BatchRequest* in, v1::WriteResponse* out) {
  if (in->has_atomic() && !in->atomic()) {
    return Routed(call, in, [=, this](const Route& route) {
      return StartScatteredBatch(node_, route, options_.limits, call, in, out);
    });
  }
  Write(call, in, out,
        [](v1::BatchRequest* batch) { return ManyMutations(batch->mutable_mutations()); });
}

void KvService::Mutate(UnaryCall* call, v1::MutateRequest* in, v1::WriteResponse* out) {
  call->Is(OperationOf(in->mutation()));
  Write(call, in, out, [](v1::MutateRequest* mutate) {
    return OneMutation(TakeMutation(mutate->mutable_mutation()));
  });
}

void KvService::Get(UnaryCall* call, v1::GetRequest* in, v1::GetResponse* out) {
  Routed(call, in, [=, this](const Route& route) -> absl::Status {
    if (absl::Status key = CheckKey(in->key()); !key.ok()) return key;
    call->arc = route.keyspace->ArcOfKey(in->key());
    Request request = route.ToArc(call->arc, call->deadline);
    request.op.emplace<Lookup>().keys.push_back(std::move(*in->mutable_key()));
    node_.Execute(std::move(request), [call, out](Reply reply) {
      call->Took(reply);
      if (!reply.status.ok()) return call->Fail(ErrorOf(reply));
      FillGet(reply, 0, call->arc, out);
      call->TellTimings(reply.timings, out->mutable_receipt());
      call->Succeed();
    });
    return absl::OkStatus();
  });
}

void KvService::MultiGet(UnaryCall* call, v1::MultiGetRequest* in, v1::MultiGetResponse* out) {
  Routed(call, in,
         [=, this](const Route& route) { return StartMultiGet(node_, route, call, in, out); });
}

void KvService::Scan(UnaryCall* call, v1::ScanRequest* in, v1::ScanResponse* out) {
  Routed(call, in,
         [=, this](const Route& route) { return StartScan(node_, route, call, in, out); });
}

void KvService::OpenWriter(UnaryCall* call, v1::OpenWriterRequest* in,
                           v1::OpenWriterResponse* out) {
  Routed(call, in,
         [=, this](const Route& route) { return StartOpenWriter(node_, route, call, in, out); });
}

void KvService::Resolve(UnaryCall* call, v1::ResolveRequest* in, v1::ResolveResponse* out) {
  Routed(call, in,
         [=, this](const Route& route) { return StartResolve(node_, route, call, in, out); });
}

std::shared_ptr<http2::Call> KvService::StreamAt(
    std::string_view path, const std::shared_ptr<ClientConnection>& connection, http2::CallId id) {
  if (path != kStream) return nullptr;
  auto stream =
      std::make_shared<StreamCall>(StreamWorld{node_, env_, watch_, router_, options_.limits,
                                               options_.default_deadline, streams_},
                                   connection, id);
  stream->Start();
  return stream;
}

}  // namespace quorate::rpc
