// Commands from the parts of a request, and the one arc that each is for.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include "absl/status/statusor.h"
#include "kv/command.h"
#include "quorate/v1/kv.pb.h"
#include "ring/topology.h"
#include "rpc/limits.h"

namespace quorate::rpc {

kv::Mutation MakePut(std::string key, std::string value);
kv::Mutation MakeDelete(std::string key);
kv::Mutation MakeAdd(std::string key, int64_t delta);

absl::StatusOr<kv::Command> OneMutation(absl::StatusOr<kv::Mutation> mutation);
// Spends the messages.
absl::StatusOr<kv::Command> ManyMutations(google::protobuf::RepeatedPtrField<v1::Mutation>* in);

// Checks the limits and that all keys lie in one arc, and returns it.
// INVALID_ARGUMENT, CROSS_PARTITION, names two keys that don't.
absl::StatusOr<uint32_t> ArcOfCommand(const kv::Command& command,
                                      const ring::KeyspaceInfo& keyspace,
                                      const RequestLimits& limits);

}  // namespace quorate::rpc
