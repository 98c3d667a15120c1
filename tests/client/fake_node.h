// A node made of scripts, on a real port of the loopback.
#pragma once

#include <grpcpp/server.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "quorate/v1/kv.grpc.pb.h"

namespace quorate::client {

// How a fake node treats one call or one stream operation.
struct Script {
  enum class Kind { kAnswer, kError, kRawError, kSilence };
  Kind kind = Kind::kAnswer;
  absl::Status status;  // kError: with our details; kRawError: code and text only

  static Script Answer() { return {}; }
  static Script Error(absl::Status status) { return {Kind::kError, std::move(status)}; }
  static Script RawError(absl::Status status) { return {Kind::kRawError, std::move(status)}; }
  static Script Silence() { return {Kind::kSilence, {}}; }
};

class FakeNode {
 public:
  // What nodes of one test share: the data and the map.
  struct Cluster {
    absl::Mutex mutex;
    std::map<std::string, std::string> data ABSL_GUARDED_BY(mutex);
    v1::Topology topology ABSL_GUARDED_BY(mutex);
    uint64_t serving ABSL_GUARDED_BY(mutex) = 0;  // node in receipts; 0: who was asked
    uint64_t writers ABSL_GUARDED_BY(mutex) = 0;  // opened so far
    std::vector<v1::Identity> identities ABSL_GUARDED_BY(mutex);  // of writes, as they came
    // What Resolve says of the operation of that sequence; of others NEVER.
    std::map<uint64_t, v1::Fate> fates ABSL_GUARDED_BY(mutex);
    v1::Level reached ABSL_GUARDED_BY(mutex) = v1::LEVEL_QUORUM;  // by what was applied
    std::string altered ABSL_GUARDED_BY(mutex);  // the last AlterKeyspaceRequest, as text
  };

  // Port 0: any that is free.
  FakeNode(uint64_t id, Cluster& cluster, int port = 0);
  ~FakeNode();

  uint64_t id() const { return id_; }
  const std::string& address() const { return address_; }
  int port() const { return port_; }

  // For the calls (data calls and stream operations alike) that come next;
  // afterwards all are answered.
  void Play(std::vector<Script> scripts) ABSL_LOCKS_EXCLUDED(mutex_);
  // For all from now on.
  void PlayForever(Script script) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends every open stream without a word on what was under way.
  void EndStreams() ABSL_LOCKS_EXCLUDED(mutex_);

  int calls() const ABSL_LOCKS_EXCLUDED(mutex_);  // data calls that arrived
  int ops() const ABSL_LOCKS_EXCLUDED(mutex_);    // stream operations that arrived
  std::vector<int> message_sizes() const ABSL_LOCKS_EXCLUDED(mutex_);  // operations in each
  int topologies() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits until that many operations have arrived.
  void WaitForOps(int count) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  class KvService;
  class AdminService;
  class StreamReactor;

  Script NextScript() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Fill(v1::Receipt& receipt) ABSL_EXCLUSIVE_LOCKS_REQUIRED(cluster_.mutex);

  const uint64_t id_;
  Cluster& cluster_;
  int port_;
  std::string address_;
  mutable absl::Mutex mutex_;
  std::deque<Script> scripts_ ABSL_GUARDED_BY(mutex_);
  Script forever_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int ops_ ABSL_GUARDED_BY(mutex_) = 0;
  int topologies_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<int> message_sizes_ ABSL_GUARDED_BY(mutex_);
  std::vector<StreamReactor*> streams_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<KvService> kv_;
  std::unique_ptr<AdminService> admin_;
  std::unique_ptr<grpc::Server> server_;
};

// `nodes` fake nodes that hold keyspace "orders" of one arc, node 1 preferred.
class FakeCluster {
 public:
  explicit FakeCluster(int nodes);

  FakeNode& node(int id) { return *nodes_[static_cast<size_t>(id - 1)]; }
  void Kill(int id) { nodes_[static_cast<size_t>(id - 1)].reset(); }
  // At the address it had before it was killed.
  void Restart(int id);
  // The addresses of all, for Connect.
  std::string endpoints() const;
  void SetServing(uint64_t node);
  void SetEpoch(uint64_t epoch);
  void SetMode(v1::Mode mode);  // of the keyspace
  std::map<std::string, std::string> data();
  std::vector<v1::Identity> identities();
  void SetConflict(v1::Conflict conflict);
  void SetFate(uint64_t sequence, v1::Fate fate, v1::Level reached = v1::LEVEL_QUORUM);
  std::string altered();  // the last AlterKeyspaceRequest, as text

 private:
  FakeNode::Cluster cluster_;
  std::vector<std::unique_ptr<FakeNode>> nodes_;
  std::vector<int> ports_;
};

}  // namespace quorate::client
