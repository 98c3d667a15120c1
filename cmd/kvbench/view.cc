#include "view.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "call.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kSettleMax = absl::Seconds(15);

}  // namespace

absl::Status MakeKeyspace(v1::Admin::Stub& admin, const KeyspaceOptions& options) {
  v1::CreateKeyspaceRequest request;
  request.set_name(options.keyspace);
  const bool leaderless = options.conflict != v1::CONFLICT_UNSPECIFIED;
  request.set_mode(leaderless ? v1::MODE_QUORUM : v1::MODE_RAFT);
  request.set_conflict(options.conflict);
  request.set_replicas(options.replicas);
  request.set_partitions(options.partitions);
  grpc::ClientContext context;
  SetDeadline(context);
  v1::Keyspace made;
  const grpc::Status status = admin.CreateKeyspace(&context, request, &made);
  if (status.error_code() == grpc::StatusCode::ALREADY_EXISTS) return absl::OkStatus();
  return ToStatus(status);
}

View::View(v1::DescribeKeyspaceResponse described) : described_(std::move(described)) {
  for (const auto& replica : described_.replicas()) {
    if (replica.role() == "leader") leaders_[replica.partition()] = replica.node();
    uint64_t& committed = committed_[replica.partition()];
    committed = std::max(committed, replica.commit_index());
  }
  if (keyspace().mode() != v1::MODE_QUORUM) return;
  for (const v1::Partition& partition : keyspace().partitions()) {
    leaders_[partition.id()] = partition.replicas(0);
  }
}

bool View::EachIsLed() const {
  if (keyspace().mode() == v1::MODE_QUORUM) {
    int replicas = 0;
    for (const v1::Partition& partition : keyspace().partitions()) {
      replicas += partition.replicas_size();
    }
    return described_.replicas_size() == replicas;
  }
  return leaders_.size() == static_cast<size_t>(keyspace().partitions_size());
}

bool View::EachIsLedByThePreferred() const {
  return std::all_of(keyspace().partitions().begin(), keyspace().partitions().end(),
                     [this](const v1::Partition& partition) {
                       const auto led = leaders_.find(partition.id());
                       return led != leaders_.end() && led->second == partition.replicas(0);
                     });
}

bool View::CaughtUp(uint64_t node) const {
  size_t here = 0;
  for (const auto& partition : keyspace().partitions()) {
    here += static_cast<size_t>(
        std::count(partition.replicas().begin(), partition.replicas().end(), node));
  }
  for (const auto& replica : described_.replicas()) {
    if (replica.node() != node) continue;
    if (replica.applied_index() < committed_.at(replica.partition())) return false;
    --here;
  }
  return here == 0;
}

bool View::EachIsQuiet() const {
  return std::all_of(described_.replicas().begin(), described_.replicas().end(),
                     [](const v1::ReplicaStatus& replica) { return replica.quiet(); });
}

uint64_t View::PartitionOf(const std::string& key) const {
  const auto arcs = static_cast<uint32_t>(keyspace().partitions_size());
  return keyspace().partitions(static_cast<int>(ArcOf(KeyHash(key), arcs))).id();
}

absl::StatusOr<View> Look(v1::Admin::Stub& admin, const std::string& keyspace) {
  v1::DescribeKeyspaceRequest request;
  request.set_name(keyspace);
  v1::DescribeKeyspaceResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  const grpc::Status status = admin.DescribeKeyspace(&context, request, &response);
  if (!status.ok()) return ToStatus(status);
  return View(std::move(response));
}

absl::StatusOr<View> PrepareKeyspace(v1::Admin::Stub& admin, const KeyspaceOptions& options) {
  absl::Status made;
  WaitUntil(kSettleMax, [&] {
    made = MakeKeyspace(admin, options);
    return !absl::IsUnavailable(made);
  });
  if (!made.ok()) return made;
  absl::StatusOr<View> view = absl::UnavailableError("not asked");
  WaitUntil(kSettleMax, [&] {
    view = Look(admin, options.keyspace);
    return view.ok() && view->EachIsLed();
  });
  if (view.ok() && !view->EachIsLed()) {
    return absl::UnavailableError("not every partition of " + options.keyspace + " has a leader");
  }
  return view;
}

}  // namespace quorate::bench
