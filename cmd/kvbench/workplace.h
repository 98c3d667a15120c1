// What a command runs in: a folder, ports and programs; and the cluster that it
// loads.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "own_cluster.h"
#include "ports.h"
#include "settings.h"

namespace quorate::bench {

class Workplace {
 public:
  // Call before the first thread starts.
  static absl::StatusOr<std::unique_ptr<Workplace>> Make(const Settings& settings);
  ~Workplace();

  const Surroundings& surroundings() const { return surroundings_; }
  // The address that loads are to start from. Nodes of the run's own live until
  // `own` goes.
  absl::StatusOr<std::string> Endpoint(const Settings& settings,
                                       std::unique_ptr<OwnCluster>& own) const;

 private:
  explicit Workplace(int port) : ports_(port) {}
  Ports ports_;
  Surroundings surroundings_;
};

}  // namespace quorate::bench
