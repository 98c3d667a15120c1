// The C++ client of Quorate.
//
//   auto db = quorate::Client::Connect("127.0.0.1:7400");
//   if (!db.ok()) ...
//   auto orders = db->Keyspace("orders");
//   auto written = orders.Put("42", "paid", {.level = quorate::Level::kQuorum});
//   auto read = orders.Get("42");
//
// No exceptions: errors are absl::Status, with a reason (ReasonOf) and what is
// known of the effect (OutcomeOf).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/admin_types.h"
#include "client/insight_types.h"
#include "client/keyspace.h"
#include "client/operation.h"
#include "client/options.h"
#include "client/pipeline.h"
#include "client/scan.h"
#include "client/session.h"
#include "client/types.h"

namespace quorate {

class Client;

namespace v1 {
class ArcPart;
class ReadArcRequest;
}  // namespace v1

namespace client {
absl::Status ReadArc(const Client& client, NodeId node, const v1::ReadArcRequest& request,
                     absl::Duration deadline,
                     absl::FunctionRef<absl::Status(v1::ArcPart& part)> take);
}  // namespace client

// A connection to a cluster; learns its topology from any node, goes straight
// to the node that holds a key and is corrected by each reply. Thread-safe; a
// cheap handle, copied at will. When the last handle (of client, keyspaces and
// pipelines) goes, it waits for the calls under way.
class Client {
 public:
  // `endpoints`: host:port, separated by commas; one reachable node is enough.
  // INVALID_ARGUMENT: no endpoint or one without a port, a deadline that isn't
  // positive. UNAVAILABLE: none answered in time, or all refused the connection,
  // which is told at once; the details say why, each.
  static absl::StatusOr<Client> Connect(std::string_view endpoints, ClientOptions options = {});

  quorate::Keyspace Keyspace(std::string name) const;

  // One that has seen nothing yet.
  Session NewSession() const;
  // Goes on with one of this cluster, from Session::token, in whatever process
  // it was. INVALID_ARGUMENT: SESSION_DAMAGED, SESSION_OTHER_CLUSTER, SESSION_NEWER.
  absl::StatusOr<Session> ResumeSession(std::string_view token) const;

  // What became of a write whose outcome is unknown: of OperationOf(status), or
  // of ParseOperation, in whatever process it was sent. What was not applied is
  // made sure never to be. UNAVAILABLE: no quorum can be asked, it is still
  // possible.
  absl::StatusOr<Resolution> Resolve(const OperationId& operation, ResolveOptions options = {});

  // ALREADY_EXISTS if there is one of that name.
  absl::StatusOr<KeyspaceDescription> CreateKeyspace(std::string name,
                                                     KeyspaceOptions keyspace = {},
                                                     AdminOptions options = {});
  // Changes it while it serves: requests that name no level take the new
  // default as soon as this has returned. What is so already stays so.
  // NOT_FOUND; INVALID_ARGUMENT: NOTHING_TO_ALTER, or what it would be is refused.
  absl::StatusOr<KeyspaceDescription> AlterKeyspace(std::string name, KeyspaceChange change,
                                                    AdminOptions options = {});
  // The epoch from which it is gone, with all its data.
  absl::StatusOr<Epoch> DropKeyspace(std::string name, AdminOptions options = {});
  absl::StatusOr<std::vector<KeyspaceDescription>> ListKeyspaces(AdminOptions options = {});
  absl::StatusOr<KeyspaceState> DescribeKeyspace(std::string name, AdminOptions options = {});

  // As the cluster has it now, not from the cache.
  absl::StatusOr<TopologyDescription> Topology(AdminOptions options = {});
  absl::StatusOr<ClusterState> Status(AdminOptions options = {});

  // The node's replicas go to others from now on, and its process ends when it has none;
  // Topology shows how far that is. Gives the epoch that says so. NOT_FOUND;
  // FAILED_PRECONDITION: TOO_FEW_NODES would be left, or CANNOT_MOVE.
  absl::StatusOr<Epoch> DecommissionNode(NodeId node, AdminOptions options = {});
  // The same of a node that is gone for good: NODE_ALIVE if it can be heard of.
  absl::StatusOr<Epoch> ReplaceNode(NodeId node, AdminOptions options = {});

  // Nodes may tell and write from now on, as soon as all of them know it, what needs the
  // newest build that all of them are of; older builds are refused, and there is no way
  // back. What is so already stays so. FAILED_PRECONDITION: NODE_UNHEARD, one of them
  // cannot be heard of; RAISE_UNDER_WAY.
  absl::StatusOr<ProtocolDescription> RaiseProtocol(AdminOptions options = {});

  // What would move if such a node joined, or this one left. Changes nothing; refused
  // as that would be.
  absl::StatusOr<MovePlan> PlanToAdd(std::string zone, uint32_t weight, AdminOptions options = {});
  absl::StatusOr<MovePlan> PlanToDecommission(NodeId node, AdminOptions options = {});

  // What the levels promise in a keyspace, what they need and what they cost;
  // kDefault: the keyspace's. INVALID_ARGUMENT, LEVEL_UNSUPPORTED: not a level
  // that its mode has for that.
  absl::StatusOr<Explanation> Explain(std::string keyspace, Level read = Level::kDefault,
                                      Level write = Level::kDefault, AdminOptions options = {});

  // How far the replicas of a keyspace of mode quorum are behind one another.
  // INVALID_ARGUMENT, KEYSPACE_HAS_LEADERS: it is of mode raft.
  absl::StatusOr<LagReport> Lag(std::string keyspace, AdminOptions options = {});

  // The writes that replicas of a keyspace of mode quorum gave up for concurrent
  // ones, as far as they are kept. As Lag.
  absl::StatusOr<ConflictList> Conflicts(std::string keyspace, ConflictListOptions conflicts = {},
                                         AdminOptions options = {});
  // Writes one of them again, as a new write at that level. NOT_FOUND,
  // CONFLICT_NOT_KEPT; FAILED_PRECONDITION, CONFLICT_EXPIRED; else as Keyspace::Put.
  absl::StatusOr<WriteReceipt> RestoreConflict(std::string keyspace, const DiscardedWrite& write,
                                               Level level = Level::kDefault,
                                               AdminOptions options = {});

  // What each replica holds of a key at this moment.
  absl::StatusOr<KeyInspection> Inspect(std::string keyspace, std::string key,
                                        AdminOptions options = {});

  // Asks the partition's leader to hand over; `to` none: to whichever replica
  // is most caught up. Gives the new leader.
  absl::StatusOr<NodeId> TransferLeader(PartitionId partition, NodeId to = {},
                                        AdminOptions options = {});

 private:
  // Of backups, whose messages are no business of this header.
  friend absl::Status client::ReadArc(const Client& client, NodeId node,
                                      const v1::ReadArcRequest& request, absl::Duration deadline,
                                      absl::FunctionRef<absl::Status(v1::ArcPart& part)> take);
  explicit Client(std::shared_ptr<client::Handle> handle);
  std::shared_ptr<client::Handle> handle_;
};

}  // namespace quorate
