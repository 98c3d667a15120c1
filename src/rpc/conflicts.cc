#include "rpc/conflicts.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "replica/conflict_journal.h"
#include "replica/discarded_writes.h"
#include "replica/quorum_values.h"
#include "rpc/ask_nodes.h"
#include "rpc/convert.h"
#include "rpc/deadline.h"
#include "rpc/grpc_status.h"
#include "rpc/reply_error.h"
#include "rpc/write_command.h"

namespace quorate::rpc {
namespace {

size_t LimitOf(const v1::ListConflictsRequest& in) {
  const uint32_t asked = in.limit() == 0 ? limits::kConflictsListedDefault : in.limit();
  return std::min<size_t>(asked, limits::kConflictsKeptMax);
}

void Fill(const JournalEntry& write, Conflict conflict, PartitionId partition, NodeId self,
          v1::DiscardedWrite* out) {
  out->set_partition(partition.value());
  out->set_node(self.value());
  out->set_id(write.number);
  out->set_key(write.discard.key);
  out->set_value(ShowDiscarded(conflict, write.discard.loser));
  out->set_deleted(write.discard.loser.tombstone);
  out->set_version(write.discard.loser.time.value());
  out->set_winner(write.discard.winner_time.value());
  out->set_at_us(write.discard.at_us);
}

// Newest first; of equal writes that several replicas gave up the first to do so.
v1::ListConflictsResponse Newest(std::vector<v1::DiscardedWrite> writes, size_t limit) {
  std::sort(writes.begin(), writes.end(),
            [](const v1::DiscardedWrite& a, const v1::DiscardedWrite& b) {
              return std::tuple(b.version(), a.key(), a.at_us(), a.node(), a.id()) <
                     std::tuple(a.version(), b.key(), b.at_us(), b.node(), b.id());
            });
  v1::ListConflictsResponse out;
  std::set<std::tuple<uint64_t, std::string, std::string>> listed;
  size_t bytes = 0;
  for (v1::DiscardedWrite& write : writes) {
    if (!listed.emplace(write.version(), write.key(), write.value()).second) continue;
    bytes += write.key().size() + write.value().size();
    const bool full = bytes > limits::kConflictBytesListedMax;
    if (out.writes_size() > 0 && (full || static_cast<size_t>(out.writes_size()) >= limit)) break;
    *out.add_writes() = std::move(write);
  }
  return out;
}

std::vector<ring::PartitionInfo> PartitionsOf(const ring::KeyspaceInfo& keyspace,
                                              const std::string& key) {
  if (key.empty()) return keyspace.partitions;
  return {keyspace.partitions[keyspace.ArcOfKey(key)]};
}

absl::Status NotKept(const v1::RestoreConflictRequest& in) {
  return MakeError(absl::StatusCode::kNotFound, "CONFLICT_NOT_KEPT",
                   StrCat("the journal of p", in.partition(), " on n", in.node(), " has no entry ",
                          in.id(), ": it is gone, or never was; kvctl conflicts list ",
                          in.keyspace(), " shows what is kept"));
}

// `found` is what the journal has, or the error of looking.
void WriteAgain(Node& node, const Route& route, uint64_t now_us, absl::Duration deadline,
                absl::StatusOr<quorum::Discard> found, RestoreDone done) {
  if (!found.ok()) return std::move(done)(found.status());
  absl::StatusOr<kv::Command> command = OneMutation(WriteAgainOf(
      route.keyspace->conflict, ContextScope(route.topology->cluster_id, route.keyspace->id),
      *std::move(found), now_us));
  if (!command.ok()) return std::move(done)(command.status());
  // It was taken once, by a node that may allow more.
  const RequestLimits limits{limits::kBatchBytesMax};
  const absl::StatusOr<uint32_t> arc = PrepareCommand(*command, *route.keyspace, limits);
  if (!arc.ok()) return std::move(done)(arc.status());
  Request request = route.ToArc(*arc, deadline);
  request.op = *std::move(command);
  node.Execute(std::move(request), [arc = *arc, done = std::move(done)](Reply reply) mutable {
    if (!reply.status.ok()) return std::move(done)(ErrorOf(reply));
    v1::RestoreConflictResponse out;
    FillWrite(reply, arc, out.mutable_write());
    std::move(done)(std::move(out));
  });
}

}  // namespace

void TellConflicts(Node& node, NodeId self, const ring::KeyspaceInfo& keyspace,
                   const v1::ListConflictsRequest& in, ConflictsDone done) {
  struct Found {
    absl::Status status;
    std::vector<v1::DiscardedWrite> writes;
  };
  std::vector<PartitionId> partitions;
  for (const ring::PartitionInfo& one : PartitionsOf(keyspace, in.key())) {
    partitions.push_back(one.id);
  }
  auto found = std::make_shared<Found>();
  const size_t limit = LimitOf(in);
  node.Look(
      std::move(partitions),
      [found, self, key = in.key(), limit, conflict = keyspace.conflict](const Replica& replica) {
        if (replica.conflicts() == nullptr) return;
        const auto writes = replica.conflicts()->List(key, limit);
        if (!writes.ok()) found->status = writes.status();
        if (!writes.ok()) return;
        for (const JournalEntry& write : *writes) {
          Fill(write, conflict, replica.partition(), self, &found->writes.emplace_back());
        }
      },
      [found, limit, done = std::move(done)]() mutable {
        if (!found->status.ok()) return std::move(done)(found->status);
        std::move(done)(Newest(std::move(found->writes), limit));
      });
}

void CollectConflicts(Node& node, StatusCollector& collector, const Route& route,
                      const v1::ListConflictsRequest& in, absl::Duration deadline,
                      ConflictsDone done) {
  using Ask = AskNodes<v1::ListConflictsRequest, v1::ListConflictsResponse>;
  v1::ListConflictsRequest request = in;
  request.set_local(true);
  Ask::Start(
      collector, HoldersOf(*route.topology, PartitionsOf(*route.keyspace, in.key())), request,
      &Ask::Async::ListConflicts, collector.PatienceUntil(deadline),
      [&](auto own) {
        TellConflicts(
            node, collector.self(), *route.keyspace, in,
            [own = std::move(own)](auto told) mutable { std::move(own)(std::move(told)); });
      },
      [limit = LimitOf(in), done = std::move(done)](std::vector<Ask::Answer> answers) mutable {
        std::vector<v1::DiscardedWrite> writes;
        std::vector<NodeId> unreachable;
        for (Ask::Answer& answer : answers) {
          if (!answer.reachable) unreachable.push_back(answer.node.id);
          for (auto& write : *answer.response.mutable_writes()) writes.push_back(std::move(write));
        }
        v1::ListConflictsResponse all = Newest(std::move(writes), limit);
        for (const NodeId node : unreachable) all.add_unreachable(node.value());
        std::move(done)(std::move(all));
      });
}

void RestoreHere(Node& node, Env& env, const Route& route, const v1::RestoreConflictRequest& in,
                 absl::Duration deadline, RestoreDone done) {
  const PartitionId partition(in.partition());
  const auto is_ours = [partition](const ring::PartitionInfo& one) { return one.id == partition; };
  if (std::none_of(route.keyspace->partitions.begin(), route.keyspace->partitions.end(), is_ours)) {
    return std::move(done)(NotKept(in));
  }
  auto found = std::make_shared<absl::StatusOr<quorum::Discard>>(NotKept(in));
  const auto now_us = static_cast<uint64_t>(absl::ToUnixMicros(env.WallTime()));
  node.Look(
      {partition},
      [found, number = in.id()](const Replica& replica) {
        if (replica.conflicts() == nullptr) return;
        auto entry = replica.conflicts()->Find(number);
        if (!entry.ok()) *found = entry.status();
        if (entry.ok() && *entry) *found = std::move((*entry)->discard);
      },
      [&node, route, now_us, deadline, found, done = std::move(done)]() mutable {
        WriteAgain(node, route, now_us, deadline, std::move(*found), std::move(done));
      });
}

void RestoreThere(StatusCollector& collector, const Route& route,
                  const v1::RestoreConflictRequest& in, absl::Duration patience, RestoreDone done) {
  struct Call {
    std::unique_ptr<v1::Admin::Stub> stub;
    grpc::ClientContext context;
    v1::RestoreConflictRequest request;
    v1::RestoreConflictResponse response;
    RestoreDone done;
  };
  const ring::NodeInfo* holder = route.topology->FindNode(NodeId(in.node()));
  if (holder == nullptr) {
    return std::move(done)(
        MakeError(absl::StatusCode::kNotFound, "NODE_NOT_FOUND",
                  StrCat("there is no node n", in.node(), "; kvctl cluster topology lists all")));
  }
  auto call = std::make_shared<Call>();
  call->stub = collector.StubOf(*holder);
  if (call->stub == nullptr) {
    return std::move(done)(MakeError(absl::StatusCode::kUnavailable, "NODE_UNREACHABLE",
                                     StrCat("n", in.node(),
                                            ", whose journal it is in, cannot be "
                                            "reached; nothing was written")));
  }
  call->request = in;
  call->done = std::move(done);
  call->context.set_deadline(MomentIn(patience));
  call->stub->async()->RestoreConflict(&call->context, &call->request, &call->response,
                                       [call](const grpc::Status& status) {
                                         if (!status.ok()) {
                                           return std::move(call->done)(FromGrpcStatus(status));
                                         }
                                         std::move(call->done)(std::move(call->response));
                                       });
}

}  // namespace quorate::rpc
