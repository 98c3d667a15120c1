// Asks every worker of a node on its own thread, and puts the answers together.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "node/node.h"
#include "node/shared.h"
#include "node/worker.h"

namespace quorate {

// From any thread. Each `done` runs once, on the thread of the worker that
// answered last.
class Survey {
 public:
  // Both outlive the survey; `workers` is complete before the first question.
  Survey(const NodeShared& shared, const std::vector<std::unique_ptr<Worker>>& workers)
      : shared_(shared), workers_(workers) {}

  void Report(absl::AnyInvocable<void(NodeStatusReport) &&> done) const;
  void RoundTrips(absl::AnyInvocable<void(quorum::RoundTrips) &&> done) const;
  // `look` at each of `partitions` that has a replica here.
  void Look(std::vector<PartitionId> partitions, std::function<void(const Replica&)> look,
            absl::AnyInvocable<void() &&> done) const;

 private:
  // `visit` is never run twice at once.
  void Visit(std::function<void(Worker&)> visit, absl::AnyInvocable<void() &&> done) const;
  NodeStatusReport Summarise(NodeStatusReport report) const;

  const NodeShared& shared_;
  const std::vector<std::unique_ptr<Worker>>& workers_;
};

}  // namespace quorate
