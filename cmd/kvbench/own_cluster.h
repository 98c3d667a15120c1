// kvd processes of this run's own, at default settings, on loopback.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ports.h"
#include "process.h"
#include "quorate/v1/admin.grpc.pb.h"

namespace quorate::bench {

// Where programs, folders and ports of a run come from.
struct Surroundings {
  std::string kvd;
  std::string etcd;   // empty: there is none
  std::string redis;  // likewise
  std::string folder;
  Ports* ports = nullptr;
};

// Nodes are numbered from 1.
class OwnCluster {
 public:
  // In a new folder of that name; every node serves and knows the others when it
  // returns. UNAVAILABLE, with the end of a log, if they do not within 30 s.
  static absl::StatusOr<std::unique_ptr<OwnCluster>> Start(const Surroundings& surroundings,
                                                           const std::string& name, uint32_t nodes);

  uint32_t size() const { return static_cast<uint32_t>(nodes_.size()); }
  absl::Status Launch(uint32_t node);
  // A further node, which asks the first to let it in; its number. It serves a little later.
  absl::StatusOr<uint32_t> Join();
  void Kill(uint32_t node) { nodes_[node - 1].process.reset(); }
  bool runs(uint32_t node) const { return nodes_[node - 1].process != nullptr; }
  const Process& process(uint32_t node) const { return *nodes_[node - 1].process; }
  const std::string& address(uint32_t node) const { return nodes_[node - 1].client; }
  const std::string& http_address(uint32_t node) const { return nodes_[node - 1].http; }
  // Of those that run.
  std::vector<pid_t> pids() const;
  std::vector<std::string> http_addresses() const;  // of all
  v1::Admin::Stub& admin(uint32_t node) { return *nodes_[node - 1].admin; }
  // Until it takes part again: asks through the node itself.
  absl::Status WaitUntilReady(uint32_t node);
  std::string endpoints() const;

 private:
  struct Node {
    std::string client, peer, http;
    std::unique_ptr<v1::Admin::Stub> admin;
    std::unique_ptr<Process> process;
  };
  OwnCluster() = default;
  absl::Status AddNode();
  absl::Status Launch(uint32_t node, std::vector<std::string> which);
  std::string LogFile(uint32_t node) const;

  std::string kvd_;
  std::string folder_;
  std::string bootstrap_;
  Ports* ports_ = nullptr;
  std::vector<Node> nodes_;
};

}  // namespace quorate::bench
