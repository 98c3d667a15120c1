// etcd processes of this run's own, at default settings, on loopback: what
// Quorate is measured beside.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "etcd.grpc.pb.h"
#include "own_cluster.h"

namespace quorate::bench {

// Members are numbered from 1.
class EtcdCluster {
 public:
  // In a new folder of that name; every member serves when it returns.
  static absl::StatusOr<std::unique_ptr<EtcdCluster>> Start(const Surroundings& surroundings,
                                                            const std::string& name,
                                                            uint32_t members);

  uint32_t size() const { return static_cast<uint32_t>(members_.size()); }
  absl::Status Launch(uint32_t member);
  void Kill(uint32_t member) { members_[member - 1].process.reset(); }
  const std::string& address(uint32_t member) const { return members_[member - 1].client; }
  // Of those that run.
  std::vector<pid_t> pids() const;
  etcdserverpb::KV::Stub& kv(uint32_t member) { return *members_[member - 1].kv; }
  // Serves a put, and has applied what the others had when it was asked.
  absl::Status WaitUntilReady(uint32_t member);
  // UNAVAILABLE if there is none for 30 s.
  absl::StatusOr<uint32_t> Leader();
  const std::string& version() const { return version_; }

 private:
  struct Member {
    std::string client, peer;
    std::unique_ptr<etcdserverpb::KV::Stub> kv;
    std::unique_ptr<etcdserverpb::Maintenance::Stub> maintenance;
    std::unique_ptr<Process> process;
  };
  EtcdCluster() = default;
  absl::StatusOr<etcdserverpb::StatusResponse> StatusOf(Member& member);
  uint64_t HighestApplied();

  std::string etcd_;
  std::string folder_;
  std::string peers_;
  std::string version_;
  std::vector<Member> members_;
};

}  // namespace quorate::bench
