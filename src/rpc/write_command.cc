#include "rpc/write_command.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "rpc/convert.h"

namespace quorate::rpc {

kv::Mutation MakePut(std::string key, std::string value) {
  kv::Mutation put;
  put.key = std::move(key);
  put.value = std::move(value);
  return put;
}

kv::Mutation MakeDelete(std::string key) {
  kv::Mutation del;
  del.key = std::move(key);
  del.action = kv::Mutation::Action::kDelete;
  return del;
}

kv::Mutation MakeAdd(std::string key, int64_t delta) {
  kv::Mutation add;
  add.key = std::move(key);
  add.action = kv::Mutation::Action::kAdd;
  add.delta = delta;
  return add;
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

absl::StatusOr<uint32_t> ArcOfCommand(const kv::Command& command,
                                      const ring::KeyspaceInfo& keyspace,
                                      const RequestLimits& limits) {
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
