#include "settled.h"

#include "base/strings.h"
#include "call.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr uint32_t kReplicas = 3;
constexpr absl::Duration kLevelMax = absl::Minutes(2);

// Nobody lacks anything, and everybody knows.
bool IsLevel(v1::Admin::Stub& admin, const std::string& keyspace, uint32_t partitions) {
  v1::GetLagRequest request;
  request.set_keyspace(keyspace);
  v1::GetLagResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  if (!admin.GetLag(&context, request, &response).ok()) return false;
  if (response.unreachable_size() > 0) return false;
  if (response.backlogs_size() != static_cast<int>(kReplicas * partitions)) return false;
  for (const v1::ReplicaBacklog& backlog : response.backlogs()) {
    if (backlog.dots() > 0 || !backlog.filled()) return false;
  }
  for (const v1::ReplicaLag& lag : response.lags()) {
    if (!lag.heard_of() || lag.writes() > 0) return false;
  }
  return true;
}

}  // namespace

absl::Status AwaitLevel(OwnCluster& cluster, const std::string& keyspace, uint32_t partitions) {
  const bool level =
      WaitUntil(kLevelMax, [&] { return IsLevel(cluster.admin(1), keyspace, partitions); });
  if (level) return absl::OkStatus();
  return absl::UnavailableError(StrCat("the replicas have not come to the same within ",
                                       ToStd(absl::FormatDuration(kLevelMax))));
}

}  // namespace quorate::bench
