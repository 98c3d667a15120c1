#include "client/kv_calls.h"

#include <algorithm>
#include <functional>

#include "base/env.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/strings.h"
#include "client/call.h"
#include "client/convert.h"
#include "client/once.h"
#include "client/refresh.h"
#include "client/session_state.h"

namespace quorate::client {
namespace {

template <class Request, class Response>
using KvMethod = void (v1::Kv::StubInterface::async_interface::*)(
    grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>);

using Async = v1::Kv::StubInterface::async_interface;

void Note(const Target& target, const std::optional<Session>& session, const v1::Receipt& receipt) {
  if (session) session->state().Note(target.keyspace, receipt);
}

void Learn(Core& core, const Target& target, const std::optional<Session>& session,
           const v1::WriteResponse& response) {
  Note(target, session, response.receipt());
  LearnFrom(core, target.keyspace, response.receipt(), /*serving=*/true);
}
// Any replica may have served what is weaker.
void Learn(Core& core, const Target& target, const std::optional<Session>& session,
           const v1::GetResponse& response) {
  Note(target, session, response.receipt());
  const v1::Level achieved = response.receipt().achieved();
  const bool strong = achieved == v1::LEVEL_LINEARIZABLE || achieved == v1::LEVEL_QUORUM;
  LearnFrom(core, target.keyspace, response.receipt(), strong);
}
template <class Response>
void Learn(Core& core, const Target& target, const std::optional<Session>& session,
           const Response& response) {
  for (const v1::Receipt& receipt : response.receipts()) {
    Note(target, session, receipt);
    LearnFrom(core, target.keyspace, receipt, /*serving=*/false);
  }
}

absl::Status CheckSize(size_t bytes) {
  if (bytes <= limits::kMessageBytesMax) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "REQUEST_TOO_LARGE",
                   StrCat("the request has ", bytes, " bytes; at most ", limits::kMessageBytesMax,
                          " fit into a message: send it in parts"));
}

struct CallOptions {
  template <class Options>
  explicit CallOptions(const Options& options)
      : deadline(options.deadline), session(options.session) {}
  absl::Duration deadline;
  std::optional<Session> session;
};

// In a session a read that names nothing else keeps to what it has seen.
template <class Options>
Level LevelOf(const Options& options) {
  if (!options.ladder.empty()) return options.ladder.front().level;
  const bool by_session = options.level == Level::kDefault && options.session.has_value();
  return by_session ? Level::kSession : options.level;
}

template <class Request, class Options>
Request ReadRequestFor(const std::string& keyspace, const Options& options) {
  Request request;
  request.set_keyspace(keyspace);
  if (options.ladder.empty()) request.set_level(ToWire(LevelOf(options)));
  ToWire(options.bound, options.ladder, options.session, *request.mutable_read());
  request.mutable_read()->set_timings(options.timings);
  return request;
}

// Sends, learns from the reply, and gives `convert`'s view of it.
template <class Result, class Request, class Response, class Convert>
void Start(Core& core, Target target, const CallOptions& options, Request request,
           KvMethod<Request, Response> method, Convert convert, Callback<Result> done) {
  if (auto status = CheckSize(request.ByteSizeLong()); !status.ok()) {
    return std::move(done)(std::move(status));
  }
  auto send = [method](NodeLink& link, grpc::ClientContext* context, const Request* sent,
                       Response* response, std::function<void(grpc::Status)> on_end) {
    (link.kv().async()->*method)(context, sent, response, std::move(on_end));
  };
  auto on_reply = [&core, target, convert, session = options.session,
                   done = std::move(done)](absl::StatusOr<Response> response) mutable {
    if (!response.ok()) return std::move(done)(response.status());
    Learn(core, target, session, *response);
    std::move(done)(convert(*response));
  };
  StartCall<Response>(core, target, options.deadline, std::move(request), std::move(send),
                      std::move(on_reply));
}

template <class Request>
Request WriteRequestFor(const std::string& keyspace, const WriteOptions& options) {
  Request request;
  request.set_keyspace(keyspace);
  request.set_level(ToWire(options.level));
  request.set_timings(options.timings);
  if (options.session) request.set_session(options.session->state().write_token());
  return request;
}

template <class Request>
void SetTtl(const WriteOptions& options, Request& request) {
  if (options.ttl) request.set_ttl_us(TtlToWire(*options.ttl));
}

// A write under way: under an identity where it wants one, and under another
// where the writer of the first is gone and nothing was done.
template <class Result, class Request>
class WriteCall : public std::enable_shared_from_this<WriteCall<Result, Request>> {
 public:
  using Method = KvMethod<Request, v1::WriteResponse>;
  using Convert = Result (*)(const v1::WriteResponse&);

  WriteCall(Core& core, Target target, std::string key, const WriteOptions& options,
            Request request, Method method, Convert convert, Callback<Result> done)
      : core_(core),
        target_(std::move(target)),
        key_(std::move(key)),
        options_(options),
        deadline_(SystemEnv().Monotonic() + core.DeadlineOf(options.deadline)),
        request_(std::move(request)),
        method_(method),
        convert_(convert),
        done_(std::move(done)) {}

  void Start() {
    place_ = target_.key_hash ? core_.router().PlaceOf(target_.keyspace, *target_.key_hash)
                              : Router::Place{};
    // Without a key it is refused whatever it is.
    if (key_.empty() || !WantsIdentity(place_, options_.level, options_.exactly_once)) {
      return Send();
    }
    core_.writers().Take(core_, target_.keyspace, place_.arc, key_, Left(),
                         [self = this->shared_from_this()](absl::StatusOr<Ticket> ticket) {
                           if (!ticket.ok()) return std::move(self->done_)(ticket.status());
                           self->ticket_ = *std::move(ticket);
                           *self->request_.mutable_identity() = self->ticket_.identity;
                           self->target_.once = self->ticket_.once();
                           self->Send();
                         });
  }

 private:
  absl::Duration Left() const {
    // What is over is told by the call itself.
    return std::max(deadline_ - SystemEnv().Monotonic(), absl::Milliseconds(1));
  }

  void Send() {
    CallOptions options(options_);
    options.deadline = Left();
    // Time to ask what became of it.
    if (ticket_.writer != nullptr && !ticket_.once()) options.deadline *= 0.75;
    quorate::client::Start<Result, Request, v1::WriteResponse>(
        core_, target_, options, request_, method_, convert_,
        [self = this->shared_from_this()](absl::StatusOr<Result> result) {
          self->Finish(std::move(result));
        });
  }

  void Finish(absl::StatusOr<Result> result) {
    if (result.ok()) {
      ticket_.Settle();
      return std::move(done_)(std::move(result));
    }
    absl::Status status = result.status();
    if (NeedsAnotherWriter(status) && writers_left_-- > 0) {
      core_.writers().Forget(ticket_.writer);
      return Start();
    }
    if (NeedsAnotherNumber(ticket_, status)) {
      const absl::Duration wait = WaitForAnotherNumber(overtaken_++);
      if (wait < Left()) return SendAnewAfter(wait);
    }
    if (WorthAsking(ticket_, status, Left())) return Ask(std::move(status));
    Conclude(ticket_, status);
    std::move(done_)(std::move(status));
  }

  // Under another number, for the first one's is over.
  void SendAnewAfter(absl::Duration wait) {
    ticket_.Settle();
    ticket_.identity = ticket_.writer->Next();
    *request_.mutable_identity() = ticket_.identity;
    if (wait == absl::ZeroDuration()) return Send();
    core_.housekeeping().PostAfter(wait, [self = this->shared_from_this()] { self->Send(); });
  }

  void Ask(absl::Status unknown) {
    const Level level = options_.level == Level::kDefault ? place_.default_write : options_.level;
    AskFate(core_, ticket_, level, Left(),
            [self = this->shared_from_this(),
             unknown = std::move(unknown)](absl::StatusOr<v1::ResolveResponse> fate) mutable {
              self->TakeFate(fate, JudgeFate(fate, std::move(unknown)));
            });
  }

  void TakeFate(const absl::StatusOr<v1::ResolveResponse>& fate, absl::Status judged) {
    if (absl::IsCancelled(judged)) return SendAnewAfter(absl::ZeroDuration());
    Conclude(ticket_, judged);
    if (!judged.ok()) return std::move(done_)(std::move(judged));
    Learn(core_, target_, options_.session, fate->write());
    std::move(done_)(convert_(fate->write()));
  }

  Core& core_;
  Target target_;
  const std::string key_;
  const WriteOptions options_;
  const absl::Duration deadline_;  // a moment of Env::Monotonic
  Request request_;
  const Method method_;
  const Convert convert_;
  Callback<Result> done_;
  Router::Place place_;
  Ticket ticket_;
  int writers_left_ = 2;
  uint32_t overtaken_ = 0;
};

template <class Result, class Request>
void StartWrite(Core& core, std::string key, const WriteOptions& options, Request request,
                KvMethod<Request, v1::WriteResponse> method,
                Result (*convert)(const v1::WriteResponse&), Callback<Result> done) {
  Target target{.keyspace = request.keyspace(), .level = options.level, .write = true};
  if (!key.empty()) target.key_hash = KeyHash(key);
  std::make_shared<WriteCall<Result, Request>>(core, std::move(target), std::move(key), options,
                                               std::move(request), method, convert, std::move(done))
      ->Start();
}

}  // namespace

void StartPut(Core& core, const std::string& keyspace, std::string key, std::string value,
              const WriteOptions& options, Callback<WriteReceipt> done) {
  auto request = WriteRequestFor<v1::PutRequest>(keyspace, options);
  request.set_key(key);
  request.set_value(std::move(value));
  request.set_context(options.context);
  SetTtl(options, request);
  StartWrite(core, std::move(key), options, std::move(request), &Async::Put, &WriteReceiptOf,
             std::move(done));
}

void StartDelete(Core& core, const std::string& keyspace, std::string key,
                 const WriteOptions& options, Callback<WriteReceipt> done) {
  auto request = WriteRequestFor<v1::DeleteRequest>(keyspace, options);
  request.set_key(key);
  request.set_context(options.context);
  StartWrite(core, std::move(key), options, std::move(request), &Async::Delete, &WriteReceiptOf,
             std::move(done));
}

void StartCompareAndSet(Core& core, const std::string& keyspace, std::string key,
                        const Condition& condition, std::optional<std::string> value,
                        const WriteOptions& options, Callback<WriteReceipt> done) {
  auto request = WriteRequestFor<v1::CompareAndSetRequest>(keyspace, options);
  request.set_key(key);
  ToWire(condition, *request.mutable_condition());
  if (value) {
    request.set_put(*std::move(value));
    SetTtl(options, request);
  } else {
    request.set_delete_(true);
  }
  StartWrite(core, std::move(key), options, std::move(request), &Async::CompareAndSet,
             &WriteReceiptOf, std::move(done));
}

void StartAdd(Core& core, const std::string& keyspace, std::string key, int64_t delta,
              const WriteOptions& options, Callback<AddResult> done) {
  auto request = WriteRequestFor<v1::AddRequest>(keyspace, options);
  request.set_key(key);
  request.set_delta(delta);
  SetTtl(options, request);
  StartWrite(core, std::move(key), options, std::move(request), &Async::Add, &AddResultOf,
             std::move(done));
}

void StartMutate(Core& core, const std::string& keyspace, Mutation mutation,
                 const WriteOptions& options, Callback<WriteReceipt> done) {
  auto request = WriteRequestFor<v1::MutateRequest>(keyspace, options);
  std::string key = mutation.key();
  *request.mutable_mutation() = ToWire(std::move(mutation));
  StartWrite(core, std::move(key), options, std::move(request), &Async::Mutate, &WriteReceiptOf,
             std::move(done));
}

void StartBatch(Core& core, const std::string& keyspace, std::vector<Mutation> mutations,
                const WriteOptions& options, Callback<BatchResult> done) {
  auto request = WriteRequestFor<v1::BatchRequest>(keyspace, options);
  std::string key = mutations.empty() ? std::string() : mutations.front().key();
  for (Mutation& mutation : mutations) {
    *request.add_mutations() = ToWire(std::move(mutation));
  }
  if (!options.atomic) {
    request.set_atomic(false);
    key.clear();  // any node will do, and there is no identity
  }
  StartWrite(core, std::move(key), options, std::move(request), &Async::Batch, &BatchResultOf,
             std::move(done));
}

void StartResolve(Core& core, const OperationId& operation, const ResolveOptions& options,
                  Callback<Resolution> done) {
  v1::ResolveRequest request;
  request.set_keyspace(operation.keyspace);
  request.set_partition_id(operation.partition.value());
  request.set_writer(operation.writer);
  request.set_sequence(operation.sequence);
  request.set_leave_possible(options.leave_possible);
  // As a read: asked twice it answers the same.
  StartCall<v1::ResolveResponse>(
      core, Target{.keyspace = operation.keyspace}, options.deadline, std::move(request),
      [](NodeLink& link, grpc::ClientContext* context, const v1::ResolveRequest* sent,
         v1::ResolveResponse* response, std::function<void(grpc::Status)> on_end) {
        link.kv().async()->Resolve(context, sent, response, std::move(on_end));
      },
      [&core, operation,
       done = std::move(done)](absl::StatusOr<v1::ResolveResponse> response) mutable {
        if (!response.ok()) return std::move(done)(response.status());
        Resolution resolution = ResolutionOf(*response);
        const auto writer = core.writers().Find(operation);
        if (writer != nullptr && resolution.fate != Resolution::Fate::kPossible) {
          writer->Settle(operation.sequence);
        }
        std::move(done)(std::move(resolution));
      });
}

void StartGet(Core& core, const std::string& keyspace, std::string key, const ReadOptions& options,
              Callback<GetResult> done) {
  Target target{.keyspace = keyspace, .key_hash = KeyHash(key), .level = LevelOf(options)};
  auto request = ReadRequestFor<v1::GetRequest>(keyspace, options);
  request.set_key(std::move(key));
  Start<GetResult, v1::GetRequest, v1::GetResponse>(core, std::move(target), CallOptions(options),
                                                    std::move(request), &Async::Get, GetResultOf,
                                                    std::move(done));
}

void StartMultiGet(Core& core, const std::string& keyspace, std::vector<std::string> keys,
                   const ReadOptions& options, Callback<MultiGetResult> done) {
  auto request = ReadRequestFor<v1::MultiGetRequest>(keyspace, options);
  for (std::string& key : keys) request.add_keys(std::move(key));
  Start<MultiGetResult, v1::MultiGetRequest, v1::MultiGetResponse>(
      core, Target{.keyspace = keyspace, .level = LevelOf(options)}, CallOptions(options),
      std::move(request), &Async::MultiGet, MultiGetResultOf, std::move(done));
}

void StartReadPage(Core& core, const std::string& keyspace, const ScanOptions& options,
                   std::string cursor, Callback<ScanPage> done) {
  auto request = ReadRequestFor<v1::ScanRequest>(keyspace, options);
  request.set_start(options.start);
  request.set_end(options.end);
  request.set_prefix(options.prefix);
  uint32_t limit = options.page_records;
  // A short scan needs no full page.
  if (options.limit != 0 && (limit == 0 || options.limit < limit)) {
    limit = static_cast<uint32_t>(std::min<uint64_t>(
        options.limit, limit == 0 ? limits::kScanRecordsDefault : limits::kScanRecordsMax));
  }
  request.set_limit(limit);
  request.set_max_bytes(options.page_bytes);
  request.set_keys_only(options.keys_only);
  request.set_cursor(std::move(cursor));
  Start<ScanPage, v1::ScanRequest, v1::ScanResponse>(
      core, Target{.keyspace = keyspace, .level = LevelOf(options)}, CallOptions(options),
      std::move(request), &Async::Scan, ScanPageOf, std::move(done));
}

}  // namespace quorate::client
