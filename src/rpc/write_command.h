// Commands from the parts of a request, and the one arc that each is for.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <algorithm>
#include <limits>

#include "absl/status/statusor.h"
#include "kv/command.h"
#include "quorate/v1/kv.pb.h"
#include "ring/topology.h"
#include "rpc/call_metrics.h"
#include "rpc/limits.h"

namespace quorate::rpc {

// Stands for the keyspace's own until PrepareCommand has filled that in.
inline constexpr uint64_t kTtlDefault = std::numeric_limits<uint64_t>::max();

template <class Message>
uint64_t TtlOf(const Message& in) {
  return in.has_ttl_us() ? std::min(in.ttl_us(), kTtlDefault - 1) : kTtlDefault;
}

kv::Mutation MakePut(std::string key, std::string value, uint64_t ttl_us, std::string context = {});
kv::Mutation MakeDelete(std::string key, std::string context = {});
kv::Mutation MakeAdd(std::string key, int64_t delta, uint64_t ttl_us);

// What a mutation counts as: changes of sets and maps as kMutate.
Operation OperationOf(const v1::Mutation& mutation);

absl::StatusOr<kv::Command> OneMutation(absl::StatusOr<kv::Mutation> mutation);
// Spends the messages.
absl::StatusOr<kv::Command> ManyMutations(google::protobuf::RepeatedPtrField<v1::Mutation>* in);

// Checks the limits and that all keys lie in one arc, fills in the keyspace's
// default time to live, and returns the arc. INVALID_ARGUMENT, CROSS_PARTITION,
// names two keys that don't.
absl::StatusOr<uint32_t> PrepareCommand(kv::Command& command, const ring::KeyspaceInfo& keyspace,
                                        const RequestLimits& limits);

}  // namespace quorate::rpc
