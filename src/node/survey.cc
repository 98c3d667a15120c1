#include "node/survey.h"

#include <algorithm>
#include <utility>

#include "absl/synchronization/mutex.h"

namespace quorate {

void Survey::Visit(std::function<void(Worker&)> visit, absl::AnyInvocable<void() &&> done) const {
  struct Gather {
    absl::Mutex mutex;
    std::function<void(Worker&)> visit;
    size_t missing = 0;
    absl::AnyInvocable<void() &&> done;
  };
  auto gather = std::make_shared<Gather>();
  gather->visit = std::move(visit);
  gather->missing = workers_.size();
  gather->done = std::move(done);
  for (const auto& worker : workers_) {
    worker->PostTask([gather](Worker& w) {
      bool last = false;
      {
        absl::MutexLock lock(&gather->mutex);
        gather->visit(w);
        last = --gather->missing == 0;
      }
      if (last) std::move(gather->done)();
    });
  }
}

void Survey::Report(absl::AnyInvocable<void(NodeStatusReport) &&> done) const {
  auto report = std::make_shared<NodeStatusReport>();
  Visit(
      [this, report](Worker& worker) {
        report->snapshot_bytes_sent += worker.snapshot_bytes_sent();
        for (const Replica* replica : worker.Replicas()) {
          report->replicas.push_back(replica->status());
          if (auto more = replica->quorum_status(shared_.edges.env.Monotonic())) {
            report->quorum.push_back(*std::move(more));
          }
        }
      },
      [this, report, done = std::move(done)]() mutable {
        std::move(done)(Summarise(std::move(*report)));
      });
}

void Survey::RoundTrips(absl::AnyInvocable<void(quorum::RoundTrips) &&> done) const {
  auto all = std::make_shared<quorum::RoundTrips>();
  Visit([all](Worker& worker) { all->Merge(worker.round_trips()); },
        [all, done = std::move(done)]() mutable { std::move(done)(std::move(*all)); });
}

void Survey::Look(std::vector<PartitionId> partitions, std::function<void(const Replica&)> look,
                  absl::AnyInvocable<void() &&> done) const {
  Visit(
      [partitions = std::move(partitions), look = std::move(look)](Worker& worker) {
        for (const PartitionId partition : partitions) {
          if (const Replica* replica = worker.Find(partition)) look(*replica);
        }
      },
      std::move(done));
}

NodeStatusReport Survey::Summarise(NodeStatusReport report) const {
  report.epoch = shared_.topology.Get()->epoch;
  report.unreachable = shared_.peers.gone();
  report.disowned = shared_.peers.disowned();
  report.hints = shared_.hints;
  report.hint_bytes = shared_.hint_bytes;
  report.hints_refused = shared_.hints_refused;
  report.hints_put_off = shared_.hints_put_off;
  report.requests_outdated = shared_.requests_outdated;
  report.skews = shared_.skews.All();
  const absl::Time own = shared_.edges.env.WallTime();
  report.clock_set_off = shared_.calendar.At(own, shared_.edges.env.Monotonic()) - own;
  const auto by_partition = [](const auto& a, const auto& b) { return a.partition < b.partition; };
  std::sort(report.replicas.begin(), report.replicas.end(), by_partition);
  std::sort(report.quorum.begin(), report.quorum.end(), by_partition);
  for (const ReplicaStatus& replica : report.replicas) {
    if (replica.role == "leader") ++report.leaders;
    if (!replica.leader) ++report.leaderless;
  }
  return report;
}

}  // namespace quorate
