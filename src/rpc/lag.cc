#include "rpc/lag.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "rpc/ask_nodes.h"

namespace quorate::rpc {
namespace {

uint64_t Micros(absl::Duration time) {
  return static_cast<uint64_t>(std::max<int64_t>(0, absl::ToInt64Microseconds(time)));
}

void Fill(const QuorumStatus& replica, uint32_t arc, NodeId self, v1::GetLagResponse& out) {
  for (const ReplicaLag& lag : replica.lags) {
    v1::ReplicaLag* one = out.add_lags();
    one->set_partition(replica.partition.value());
    one->set_arc(arc);
    one->set_node(self.value());
    one->set_behind(lag.behind.value());
    one->set_writes(lag.writes);
    one->set_time_us(Micros(lag.time));
    one->set_heard_of(lag.heard_of);
  }
  v1::ReplicaBacklog* backlog = out.add_backlogs();
  backlog->set_partition(replica.partition.value());
  backlog->set_node(self.value());
  backlog->set_dots(replica.dots);
  backlog->set_filled(replica.filled);
  if (replica.staleness) backlog->set_staleness_us(Micros(*replica.staleness));
}

void Append(v1::GetLagResponse one, v1::GetLagResponse& all) {
  for (v1::ReplicaLag& lag : *one.mutable_lags()) *all.add_lags() = std::move(lag);
  for (v1::ReplicaBacklog& backlog : *one.mutable_backlogs()) {
    *all.add_backlogs() = std::move(backlog);
  }
}

void Sort(v1::GetLagResponse& all) {
  std::sort(all.mutable_lags()->begin(), all.mutable_lags()->end(),
            [](const v1::ReplicaLag& a, const v1::ReplicaLag& b) {
              return std::tuple(a.arc(), a.node(), a.behind()) <
                     std::tuple(b.arc(), b.node(), b.behind());
            });
  std::sort(all.mutable_backlogs()->begin(), all.mutable_backlogs()->end(),
            [](const v1::ReplicaBacklog& a, const v1::ReplicaBacklog& b) {
              return std::pair(a.partition(), a.node()) < std::pair(b.partition(), b.node());
            });
}

}  // namespace

absl::Status NeedsQuorum(const ring::KeyspaceInfo& keyspace) {
  if (keyspace.mode == Mode::kQuorum) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "KEYSPACE_HAS_LEADERS",
                   StrCat("keyspace \"", keyspace.name, "\" is of mode ", ModeName(keyspace.mode),
                          ", whose leaders put all writes in one order: nothing is given up, and "
                          "how far each replica is tells kvctl keyspace describe ",
                          keyspace.name));
}

void TellLag(Node& node, NodeId self, const ring::KeyspaceInfo& keyspace, LagDone done) {
  if (absl::Status fits = NeedsQuorum(keyspace); !fits.ok()) return std::move(done)(fits);
  std::map<PartitionId, uint32_t> arcs;
  for (size_t arc = 0; arc < keyspace.partitions.size(); ++arc) {
    arcs[keyspace.partitions[arc].id] = static_cast<uint32_t>(arc);
  }
  node.Report(
      [self, arcs = std::move(arcs), done = std::move(done)](NodeStatusReport report) mutable {
        v1::GetLagResponse out;
        for (const QuorumStatus& replica : report.quorum) {
          const auto arc = arcs.find(replica.partition);
          if (arc != arcs.end()) Fill(replica, arc->second, self, out);
        }
        std::move(done)(std::move(out));
      });
}

void CollectLag(Node& node, StatusCollector& collector, const Route& route, absl::Duration deadline,
                LagDone done) {
  const ring::KeyspaceInfo& keyspace = *route.keyspace;
  using Ask = AskNodes<v1::GetLagRequest, v1::GetLagResponse>;
  if (absl::Status fits = NeedsQuorum(keyspace); !fits.ok()) return std::move(done)(fits);
  v1::GetLagRequest request;
  request.set_keyspace(keyspace.name);
  request.set_local(true);
  Ask::Start(
      collector, HoldersOf(*route.topology, keyspace.partitions), request, &Ask::Async::GetLag,
      collector.PatienceUntil(deadline),
      [&](auto own) {
        TellLag(node, collector.self(), keyspace,
                [own = std::move(own)](auto told) mutable { std::move(own)(std::move(told)); });
      },
      [done = std::move(done)](std::vector<Ask::Answer> answers) mutable {
        v1::GetLagResponse all;
        for (Ask::Answer& answer : answers) {
          if (!answer.reachable) all.add_unreachable(answer.node.id.value());
          Append(std::move(answer.response), all);
        }
        Sort(all);
        std::move(done)(std::move(all));
      });
}

}  // namespace quorate::rpc
