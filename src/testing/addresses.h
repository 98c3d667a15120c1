// Where the nodes of an embedded cluster listen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "testing/cluster.h"

namespace quorate::testing {

// Ports of the loopback that nobody else is given while this lives. A server
// can listen at them, again and again.
class ReservedPorts {
 public:
  ReservedPorts() = default;
  ~ReservedPorts();
  ReservedPorts(const ReservedPorts&) = delete;
  ReservedPorts& operator=(const ReservedPorts&) = delete;

  // UNAVAILABLE where the system has none left.
  absl::StatusOr<std::string> Reserve();  // 127.0.0.1:port

 private:
  std::vector<int> sockets_;
};

struct Addresses {
  std::string bootstrap;          // the list that all nodes begin with
  std::vector<std::string> http;  // of n1, n2, ...
};

// What a kept cluster's folder says, or else what the options do, or else free
// ports. A folder remembers: its nodes find one another at the next start.
absl::StatusOr<Addresses> PlanAddresses(const ClusterOptions& options, ReservedPorts& ports);

}  // namespace quorate::testing
