// Names one write of one writer, so that what became of it can be asked later and
// elsewhere. Its text, `keyspace/partition/writer/sequence`, is in the details of
// each error whose outcome is unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"

namespace quorate {

struct OperationId {
  std::string keyspace;
  PartitionId partition;
  uint64_t writer = 0;
  uint64_t sequence = 0;
  friend bool operator==(const OperationId&, const OperationId&) = default;
};

std::string OperationText(const OperationId& operation);
// INVALID_ARGUMENT, OPERATION_INVALID.
absl::StatusOr<OperationId> ParseOperation(std::string_view text);

// The write that a status tells of; nullopt: it had no identity.
std::optional<OperationId> OperationOf(const absl::Status& status);

}  // namespace quorate
