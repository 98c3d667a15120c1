// What a node says of itself, and what the others say when asked.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "base/env.h"
#include "node/node.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "rpc/peer_transport.h"
#include "storage/engine.h"
#include "storage/log_device.h"

namespace quorate::rpc {

// Constant facts of this process.
struct ProcessFacts {
  NodeId self;
  Boot boot;
  absl::Duration started;  // of Env::Monotonic
  ProtocolRange protocol;  // that its build speaks
};

// Thread-safe. Never blocks.
class StatusCollector {
 public:
  StatusCollector(Node& node, Env& env, const Engine& engine, const LogDevice& log,
                  ProcessFacts facts, Passes passes)
      : node_(node),
        env_(env),
        engine_(engine),
        log_(log),
        facts_(facts),
        passes_(std::move(passes)) {}

  // Of this node, with the state of each of its replicas.
  void Local(absl::AnyInvocable<void(v1::ClusterStatus) &&> done);
  // Of all nodes of the topology, by id; one that doesn't answer within a
  // second, or by `deadline`, is not reachable.
  void Cluster(absl::Duration deadline, absl::AnyInvocable<void(v1::ClusterStatus) &&> done);

  // A little less than there is until `deadline`, so that the answer is still in time.
  absl::Duration PatienceUntil(absl::Duration deadline) const;
  NodeId self() const { return facts_.self; }

  // The client API of another node; null: nothing passes to it.
  std::unique_ptr<v1::Admin::Stub> StubOf(const ring::NodeInfo& node);

 private:
  std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address);

  Node& node_;
  Env& env_;
  const Engine& engine_;
  const LogDevice& log_;
  const ProcessFacts facts_;
  const Passes passes_;
  absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::rpc
