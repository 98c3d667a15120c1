#include <utility>

#include "client/admin_call.h"
#include "client/client.h"
#include "client/convert.h"

namespace quorate {

using client::Async;
using client::CallAdmin;

absl::StatusOr<LagReport> Client::Lag(std::string keyspace, AdminOptions options) {
  v1::GetLagRequest request;
  request.set_keyspace(std::move(keyspace));
  auto told = CallAdmin<v1::GetLagRequest, v1::GetLagResponse>(
      handle_->core(), std::move(request), &Async::GetLag, /*write=*/false, options);
  if (!told.ok()) return told.status();
  return client::LagOf(*told);
}

absl::StatusOr<ConflictList> Client::Conflicts(std::string keyspace, ConflictListOptions conflicts,
                                               AdminOptions options) {
  v1::ListConflictsRequest request;
  request.set_keyspace(std::move(keyspace));
  request.set_key(std::move(conflicts.key));
  request.set_limit(conflicts.limit);
  auto listed = CallAdmin<v1::ListConflictsRequest, v1::ListConflictsResponse>(
      handle_->core(), std::move(request), &Async::ListConflicts, /*write=*/false, options);
  if (!listed.ok()) return listed.status();
  return client::ConflictsOf(*listed);
}

absl::StatusOr<WriteReceipt> Client::RestoreConflict(std::string keyspace,
                                                     const DiscardedWrite& write, Level level,
                                                     AdminOptions options) {
  v1::RestoreConflictRequest request;
  request.set_keyspace(std::move(keyspace));
  request.set_partition(write.partition.value());
  request.set_node(write.node.value());
  request.set_id(write.number);
  request.set_level(client::ToWire(level));
  auto restored = CallAdmin<v1::RestoreConflictRequest, v1::RestoreConflictResponse>(
      handle_->core(), std::move(request), &Async::RestoreConflict, /*write=*/true, options);
  if (!restored.ok()) return restored.status();
  return client::WriteReceiptOf(restored->write());
}

absl::StatusOr<KeyInspection> Client::Inspect(std::string keyspace, std::string key,
                                              AdminOptions options) {
  v1::InspectKeyRequest request;
  request.set_keyspace(std::move(keyspace));
  request.set_key(std::move(key));
  auto told = CallAdmin<v1::InspectKeyRequest, v1::InspectKeyResponse>(
      handle_->core(), std::move(request), &Async::InspectKey, /*write=*/false, options);
  if (!told.ok()) return told.status();
  return client::InspectionOf(*told);
}

}  // namespace quorate
