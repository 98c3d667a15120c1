#include "rpc/write_command.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "rpc/convert.h"

namespace quorate::rpc {

kv::Mutation MakePut(std::string key, std::string value, uint64_t ttl_us, std::string context) {
  kv::Mutation put;
  put.context = std::move(context);
  put.ttl_us = ttl_us;
  put.key = std::move(key);
  put.value = std::move(value);
  return put;
}

kv::Mutation MakeDelete(std::string key, std::string context) {
  kv::Mutation del;
  del.context = std::move(context);
  del.key = std::move(key);
  del.action = kv::Mutation::Action::kDelete;
  return del;
}

kv::Mutation MakeAdd(std::string key, int64_t delta, uint64_t ttl_us) {
  kv::Mutation add;
  add.ttl_us = ttl_us;
  add.key = std::move(key);
  add.action = kv::Mutation::Action::kAdd;
  add.delta = delta;
  return add;
}

Operation OperationOf(const v1::Mutation& mutation) {
  if (mutation.has_condition()) return Operation::kCas;
  switch (mutation.action_case()) {
    case v1::Mutation::kDelete:
      return Operation::kDelete;
    case v1::Mutation::kAdd:
      return Operation::kAdd;
    case v1::Mutation::kSet:
    case v1::Mutation::kMap:
      return Operation::kMutate;
    default:
      return Operation::kPut;
  }
}

absl::StatusOr<kv::Command> OneMutation(absl::StatusOr<kv::Mutation> mutation) {
  if (!mutation.ok()) return mutation.status();
  kv::Command command;
  command.mutations.push_back(*std::move(mutation));
  return command;
}

absl::StatusOr<kv::Command> ManyMutations(google::protobuf::RepeatedPtrField<v1::Mutation>* in) {
  kv::Command command;
  command.mutations.reserve(static_cast<size_t>(in->size()));
  for (v1::Mutation& one : *in) {
    absl::StatusOr<kv::Mutation> mutation = TakeMutation(&one);
    if (!mutation.ok()) return mutation.status();
    command.mutations.push_back(*std::move(mutation));
  }
  return command;
}

absl::StatusOr<uint32_t> PrepareCommand(kv::Command& command, const ring::KeyspaceInfo& keyspace,
                                        const RequestLimits& limits) {
  for (kv::Mutation& mutation : command.mutations) {
    if (mutation.ttl_us == kTtlDefault) mutation.ttl_us = keyspace.default_ttl_us;
  }
  if (absl::Status within = command.mutations.size() == 1
                                ? CheckMutation(command.mutations[0], limits)
                                : CheckBatch(command.mutations, limits);
      !within.ok()) {
    return within;
  }
  const std::string& first = command.mutations[0].key;
  const uint32_t arc = keyspace.ArcOfKey(first);
  for (const kv::Mutation& other : command.mutations) {
    if (keyspace.ArcOfKey(other.key) == arc) continue;
    return MakeError(
        absl::StatusCode::kInvalidArgument, "CROSS_PARTITION",
        StrCat("a batch is atomic within one partition, but ", ShownKey(first), " and ",
               ShownKey(other.key), " lie in different ones; give the keys a common {tag}, such ",
               "as {user42}:name and {user42}:mail, to keep them together"));
  }
  return arc;
}

}  // namespace quorate::rpc
