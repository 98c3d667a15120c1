#include "rpc/inspect.h"

#include <memory>
#include <utility>

#include "rpc/ask_nodes.h"

namespace quorate::rpc {
namespace {

v1::ReplicaRecord RecordOf(NodeId node, const HeldRecord& held) {
  v1::ReplicaRecord out;
  out.set_node(node.value());
  out.set_held(held.held);
  out.set_version(held.version);
  out.set_dot(held.dot);
  out.set_tombstone(held.tombstone);
  out.set_expires_at_us(held.expires_at_us);
  out.set_bytes(held.bytes);
  out.set_digest(held.digest);
  return out;
}

}  // namespace

void InspectHere(Node& node, NodeId self, const ring::KeyspaceInfo& keyspace,
                 const v1::InspectKeyRequest& in, InspectDone done) {
  const PartitionId partition = keyspace.partitions[keyspace.ArcOfKey(in.key())].id;
  auto found = std::make_shared<absl::StatusOr<v1::InspectKeyResponse>>();
  *found = v1::InspectKeyResponse();
  (*found)->set_partition(partition.value());
  node.Look(
      {partition},
      [found, self, key = in.key()](const Replica& replica) {
        const absl::StatusOr<HeldRecord> held = replica.Inspect(key);
        if (!held.ok()) {
          *found = held.status();
        } else {
          *(*found)->add_records() = RecordOf(self, *held);
        }
      },
      [found, done = std::move(done)]() mutable { std::move(done)(*std::move(found)); });
}

void InspectEverywhere(Node& node, StatusCollector& collector, const Route& route,
                       const v1::InspectKeyRequest& in, absl::Duration deadline, InspectDone done) {
  using Ask = AskNodes<v1::InspectKeyRequest, v1::InspectKeyResponse>;
  v1::InspectKeyRequest request = in;
  request.set_local(true);
  const ring::PartitionInfo& partition =
      route.keyspace->partitions[route.keyspace->ArcOfKey(in.key())];
  Ask::Start(
      collector, HoldersOf(*route.topology, {partition}), request, &Ask::Async::InspectKey,
      collector.PatienceUntil(deadline),
      [&](auto own) {
        InspectHere(node, collector.self(), *route.keyspace, in,
                    [own = std::move(own)](auto told) mutable { std::move(own)(std::move(told)); });
      },
      [id = partition.id, done = std::move(done)](std::vector<Ask::Answer> answers) mutable {
        v1::InspectKeyResponse all;
        all.set_partition(id.value());
        for (Ask::Answer& answer : answers) {
          if (!answer.reachable) all.add_unreachable(answer.node.id.value());
          for (v1::ReplicaRecord& record : *answer.response.mutable_records()) {
            *all.add_records() = std::move(record);
          }
        }
        std::move(done)(std::move(all));
      });
}

}  // namespace quorate::rpc
