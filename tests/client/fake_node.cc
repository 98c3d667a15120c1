#include "fake_node.h"

#include <grpcpp/server_builder.h>
#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "base/error.h"
#include "base/status_codec.h"

namespace quorate::client {
namespace {

grpc::Status ToRpc(const Script& script) {
  return {static_cast<grpc::StatusCode>(script.status.code()), std::string(script.status.message()),
          script.kind == Script::Kind::kError ? EncodeStatusDetails(script.status) : ""};
}

// Says nothing until the caller gives up.
class SilentReactor : public grpc::ServerUnaryReactor {
  void OnCancel() override { Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }
};

}  // namespace

class FakeNode::KvService : public v1::Kv::CallbackService {
 public:
  explicit KvService(FakeNode& node) : node_(node) {}

  grpc::ServerUnaryReactor* Put(grpc::CallbackServerContext* context, const v1::PutRequest* request,
                                v1::WriteResponse* response) override {
    {
      absl::MutexLock lock(&node_.cluster_.mutex);
      node_.cluster_.identities.push_back(request->identity());
    }
    return Play(
        context,
        [&] {
          absl::MutexLock lock(&node_.cluster_.mutex);
          response->add_results()->set_existed(node_.cluster_.data.contains(request->key()));
          node_.cluster_.data[request->key()] = request->value();
        },
        response->mutable_receipt());
  }

  // Whatever they ask for: these do nothing.
  grpc::ServerUnaryReactor* Add(grpc::CallbackServerContext* context, const v1::AddRequest* request,
                                v1::WriteResponse* response) override {
    {
      absl::MutexLock lock(&node_.cluster_.mutex);
      node_.cluster_.identities.push_back(request->identity());
    }
    return Play(
        context, [&] { response->add_results(); }, response->mutable_receipt());
  }
  grpc::ServerUnaryReactor* Mutate(grpc::CallbackServerContext* context, const v1::MutateRequest*,
                                   v1::WriteResponse* response) override {
    return Play(
        context, [&] { response->add_results(); }, response->mutable_receipt());
  }

  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const v1::GetRequest* request,
                                v1::GetResponse* response) override {
    return Play(
        context,
        [&] {
          absl::MutexLock lock(&node_.cluster_.mutex);
          const auto found = node_.cluster_.data.find(request->key());
          response->set_found(found != node_.cluster_.data.end());
          if (response->found()) response->set_value(found->second);
        },
        response->mutable_receipt());
  }

  grpc::ServerUnaryReactor* Scan(grpc::CallbackServerContext* context,
                                 const v1::ScanRequest* request,
                                 v1::ScanResponse* response) override {
    return Play(
        context,
        [&] {
          absl::MutexLock lock(&node_.cluster_.mutex);
          const std::string& start =
              request->cursor().empty() ? request->start() : request->cursor();
          // Two records a page.
          for (auto it = node_.cluster_.data.lower_bound(start); it != node_.cluster_.data.end();
               ++it) {
            if (response->records_size() == 2) {
              response->set_cursor(it->first);
              break;
            }
            auto* record = response->add_records();
            record->set_key(it->first);
            record->set_value(it->second);
          }
        },
        response->add_receipts());
  }

  grpc::ServerBidiReactor<v1::StreamRequest, v1::StreamResponse>* Stream(
      grpc::CallbackServerContext* context) override;

  // Not counted and in no script.
  grpc::ServerUnaryReactor* OpenWriter(grpc::CallbackServerContext* context,
                                       const v1::OpenWriterRequest*,
                                       v1::OpenWriterResponse* response) override {
    absl::MutexLock lock(&node_.cluster_.mutex);
    response->set_writer(++node_.cluster_.writers);
    node_.Fill(*response->mutable_receipt());
    response->mutable_receipt()->set_partition_id(2);
    response->mutable_receipt()->set_mode(node_.cluster_.topology.keyspaces(0).mode());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerUnaryReactor* Resolve(grpc::CallbackServerContext* context,
                                    const v1::ResolveRequest* request,
                                    v1::ResolveResponse* response) override {
    return Play(
        context,
        [&] {
          absl::MutexLock lock(&node_.cluster_.mutex);
          const auto told = node_.cluster_.fates.find(request->sequence());
          const bool set = told != node_.cluster_.fates.end();
          response->set_fate(request->leave_possible() ? v1::FATE_POSSIBLE
                             : set                     ? told->second
                                                       : v1::FATE_NEVER);
          response->mutable_write()->add_results();
          node_.Fill(*response->mutable_write()->mutable_receipt());
          response->mutable_write()->mutable_receipt()->set_asked(request->level());
          response->mutable_write()->mutable_receipt()->set_achieved(node_.cluster_.reached);
        },
        response->mutable_receipt());
  }

 private:
  template <class Act>
  grpc::ServerUnaryReactor* Play(grpc::CallbackServerContext* context, Act act,
                                 v1::Receipt* receipt) {
    Script script;
    {
      absl::MutexLock lock(&node_.mutex_);
      ++node_.calls_;
      script = node_.NextScript();
    }
    if (script.kind == Script::Kind::kSilence) return new SilentReactor();
    auto* reactor = context->DefaultReactor();
    if (script.kind != Script::Kind::kAnswer) {
      reactor->Finish(ToRpc(script));
      return reactor;
    }
    act();
    {
      absl::MutexLock lock(&node_.cluster_.mutex);
      node_.Fill(*receipt);
    }
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  FakeNode& node_;
};

// Answers each message by one, in which silent operations are missing.
class FakeNode::StreamReactor
    : public grpc::ServerBidiReactor<v1::StreamRequest, v1::StreamResponse> {
 public:
  explicit StreamReactor(FakeNode& node) : node_(node) {
    absl::MutexLock lock(&node_.mutex_);
    node_.streams_.push_back(this);
    StartSendInitialMetadata();
    StartRead(&request_);
  }

  void End(const grpc::Status& status) {
    if (!std::exchange(ended_, true)) Finish(status);
  }

 private:
  void OnReadDone(bool ok) override {
    absl::MutexLock lock(&node_.mutex_);
    if (!ok) return End(grpc::Status::OK);
    response_.Clear();
    node_.message_sizes_.push_back(request_.ops_size());
    for (const v1::StreamOp& op : request_.ops()) Act(op);
    if (ended_) return;
    if (response_.replies_size() == 0) return StartRead(&request_);
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&node_.mutex_);
    if (ok && !ended_) StartRead(&request_);
    if (!ok) End(grpc::Status::OK);
  }
  void OnCancel() override {
    absl::MutexLock lock(&node_.mutex_);
    End(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    {
      absl::MutexLock lock(&node_.mutex_);
      std::erase(node_.streams_, this);
    }
    delete this;
  }

  void Act(const v1::StreamOp& op) ABSL_EXCLUSIVE_LOCKS_REQUIRED(node_.mutex_) {
    ++node_.ops_;
    if (op.has_mutation()) {
      absl::MutexLock lock(&node_.cluster_.mutex);
      node_.cluster_.identities.push_back(op.identity());
    }
    const Script script = node_.NextScript();
    if (script.kind == Script::Kind::kSilence) return;
    if (script.kind == Script::Kind::kRawError) return End(ToRpc(script));
    auto* reply = response_.add_replies();
    reply->set_id(op.id());
    if (script.kind == Script::Kind::kError) {
      reply->mutable_error()->set_code(static_cast<int>(script.status.code()));
      reply->mutable_error()->set_message(std::string(script.status.message()));
      reply->mutable_error()->set_reason(ReasonOf(script.status));
      reply->mutable_error()->set_applied(std::string(AppliedName(AppliedOf(script.status))));
      return;
    }
    absl::MutexLock lock(&node_.cluster_.mutex);
    if (op.has_get()) {
      const auto found = node_.cluster_.data.find(op.get());
      reply->mutable_get()->set_found(found != node_.cluster_.data.end());
      if (reply->get().found()) reply->mutable_get()->set_value(found->second);
    } else {
      node_.cluster_.data[op.mutation().key()] = op.mutation().put();
      reply->mutable_write()->add_results();
    }
    node_.Fill(op.has_get() ? *reply->mutable_get()->mutable_receipt()
                            : *reply->mutable_write()->mutable_receipt());
  }

  FakeNode& node_;
  v1::StreamRequest request_;
  v1::StreamResponse response_;
  bool ended_ = false;
};

grpc::ServerBidiReactor<v1::StreamRequest, v1::StreamResponse>* FakeNode::KvService::Stream(
    grpc::CallbackServerContext*) {
  return new StreamReactor(node_);
}

class FakeNode::AdminService : public v1::Admin::CallbackService {
 public:
  explicit AdminService(FakeNode& node) : node_(node) {}

  grpc::ServerUnaryReactor* GetTopology(grpc::CallbackServerContext* context,
                                        const v1::GetTopologyRequest*,
                                        v1::Topology* response) override {
    {
      absl::MutexLock lock(&node_.mutex_);
      ++node_.topologies_;
    }
    {
      absl::MutexLock lock(&node_.cluster_.mutex);
      *response = node_.cluster_.topology;
    }
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* AlterKeyspace(grpc::CallbackServerContext* context,
                                          const v1::AlterKeyspaceRequest* request,
                                          v1::Keyspace* response) override {
    {
      absl::MutexLock lock(&node_.cluster_.mutex);
      node_.cluster_.altered = request->ShortDebugString();
    }
    response->set_name(request->name());
    response->set_default_read(request->default_read());
    response->set_lease_drift_ppm(request->lease_drift_ppm());
    response->set_default_ttl_us(request->default_ttl_us());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  FakeNode& node_;
};

FakeNode::FakeNode(uint64_t id, Cluster& cluster, int port)
    : id_(id),
      cluster_(cluster),
      port_(port),
      kv_(std::make_unique<KvService>(*this)),
      admin_(std::make_unique<AdminService>(*this)) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(kv_.get());
  builder.RegisterService(admin_.get());
  server_ = builder.BuildAndStart();
  QUORATE_CHECK(server_ != nullptr, "a fake node needs a port");
  address_ = "127.0.0.1:" + std::to_string(port_);
}

FakeNode::~FakeNode() { server_->Shutdown(std::chrono::system_clock::now()); }

Script FakeNode::NextScript() {
  if (scripts_.empty()) return forever_;
  Script next = std::move(scripts_.front());
  scripts_.pop_front();
  return next;
}

void FakeNode::Fill(v1::Receipt& receipt) {
  receipt.set_asked(v1::LEVEL_QUORUM);
  receipt.set_achieved(v1::LEVEL_LINEARIZABLE);
  receipt.set_version(77);
  receipt.set_mode(v1::MODE_RAFT);
  receipt.set_epoch(cluster_.topology.epoch());
  receipt.set_served_by(cluster_.serving != 0 ? cluster_.serving : id_);
  receipt.add_acked_by(1);
  receipt.add_acked_by(2);
  receipt.set_durable(2);
  receipt.set_staleness_us(1500);
}

void FakeNode::Play(std::vector<Script> scripts) {
  absl::MutexLock lock(&mutex_);
  scripts_.assign(scripts.begin(), scripts.end());
}

void FakeNode::PlayForever(Script script) {
  absl::MutexLock lock(&mutex_);
  forever_ = std::move(script);
}

void FakeNode::EndStreams() {
  absl::MutexLock lock(&mutex_);
  for (StreamReactor* stream : streams_) stream->End(grpc::Status::OK);
}

int FakeNode::calls() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

int FakeNode::ops() const {
  absl::MutexLock lock(&mutex_);
  return ops_;
}

std::vector<int> FakeNode::message_sizes() const {
  absl::MutexLock lock(&mutex_);
  return message_sizes_;
}

int FakeNode::topologies() const {
  absl::MutexLock lock(&mutex_);
  return topologies_;
}

void FakeNode::WaitForOps(int count) const {
  absl::MutexLock lock(&mutex_);
  const auto arrived = [this, count]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ops_ >= count; };
  mutex_.Await(absl::Condition(&arrived));
}

}  // namespace quorate::client
