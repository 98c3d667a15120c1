#include "kv/command.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "google/protobuf/arena.h"
#include "kv/merging_codec.h"
#include "quorate/v1/storage.pb.h"

namespace quorate::kv {
namespace {

absl::Status Malformed(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "MALFORMED_COMMAND",
                   StrCat(what, "; it comes from a newer build or was damaged on its way"));
}

void EncodeCondition(const Condition& condition, v1::Mutation& out) {
  switch (condition.kind) {
    case Condition::Kind::kNone:
      return;
    case Condition::Kind::kAbsent:
      return out.mutable_condition()->set_absent(true);
    case Condition::Kind::kPresent:
      return out.mutable_condition()->set_present(true);
    case Condition::Kind::kVersion:
      return out.mutable_condition()->set_version(condition.version);
    case Condition::Kind::kValue:
      return out.mutable_condition()->set_value(condition.value);
  }
}

void EncodeMutation(const Mutation& mutation, v1::Mutation& out) {
  out.set_key(mutation.key);
  switch (mutation.action) {
    case Mutation::Action::kPut:
      out.set_put(mutation.value);
      break;
    case Mutation::Action::kDelete:
      out.set_delete_(true);
      break;
    case Mutation::Action::kAdd:
      out.set_add(mutation.delta);
      break;
    case Mutation::Action::kAddElement:
    case Mutation::Action::kRemoveElement:
    case Mutation::Action::kChangeField:
      EncodeMergingAction(mutation, out);
      break;
  }
  if (!mutation.context.empty()) out.set_context(mutation.context);
  if (mutation.ttl_us != 0) out.set_ttl_us(mutation.ttl_us);
  EncodeCondition(mutation.condition, out);
}

void EncodeIdentity(const Identity& identity, v1::Identity& out) {
  out.set_writer(identity.writer);
  out.set_sequence(identity.sequence);
  out.set_settled_below(identity.settled_below);
}

absl::StatusOr<Condition> DecodeCondition(v1::Condition& in) {
  Condition condition;
  switch (in.kind_case()) {
    case v1::Condition::kAbsent:
      if (!in.absent()) return Malformed("a condition says absent: false");
      condition.kind = Condition::Kind::kAbsent;
      return condition;
    case v1::Condition::kPresent:
      if (!in.present()) return Malformed("a condition says present: false");
      condition.kind = Condition::Kind::kPresent;
      return condition;
    case v1::Condition::kVersion:
      condition.kind = Condition::Kind::kVersion;
      condition.version = in.version();
      return condition;
    case v1::Condition::kValue:
      condition.kind = Condition::Kind::kValue;
      condition.value = std::move(*in.mutable_value());
      return condition;
    case v1::Condition::KIND_NOT_SET:
      break;
  }
  return Malformed("a condition of unknown kind");
}

absl::Status DecodeMutation(v1::Mutation& in, Mutation& out) {
  out.key = std::move(*in.mutable_key());
  switch (in.action_case()) {
    case v1::Mutation::kPut:
      out.action = Mutation::Action::kPut;
      out.value = std::move(*in.mutable_put());
      break;
    case v1::Mutation::kDelete:
      if (!in.delete_()) return Malformed("a mutation says delete: false");
      out.action = Mutation::Action::kDelete;
      break;
    case v1::Mutation::kAdd:
      out.action = Mutation::Action::kAdd;
      out.delta = in.add();
      break;
    case v1::Mutation::kSet:
    case v1::Mutation::kMap:
      if (!TakeMergingAction(in, out)) return Malformed("a change of a set or map is unknown");
      break;
    case v1::Mutation::ACTION_NOT_SET:
      return Malformed("a mutation of unknown action");
  }
  out.context = std::move(*in.mutable_context());
  out.ttl_us = in.ttl_us();
  if (!in.has_condition()) return absl::OkStatus();
  auto condition = DecodeCondition(*in.mutable_condition());
  if (condition.ok()) out.condition = *std::move(condition);
  return condition.status();
}

absl::Status DecodeCommand(v1::Command& in, Command& out) {
  if (!v1::Command::Action_IsValid(in.action())) return Malformed("a command of unknown action");
  out.action = static_cast<Command::Action>(in.action());
  out.identity = {in.identity().writer(), in.identity().sequence(), in.identity().settled_below()};
  out.mutations.resize(static_cast<size_t>(in.mutations_size()));
  size_t at = 0;
  for (v1::Mutation& mutation : *in.mutable_mutations()) {
    absl::Status status = DecodeMutation(mutation, out.mutations[at++]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

// Protobuf's bytes are deterministic here: no maps, no unknown fields, one
// order of fields.
std::string EncodeBundle(absl::Span<const Command> commands, uint64_t time_us) {
  google::protobuf::Arena arena;
  auto* bundle = google::protobuf::Arena::CreateMessage<v1::Bundle>(&arena);
  bundle->set_time_us(time_us);
  for (const Command& command : commands) {
    v1::Command* out = bundle->add_commands();
    out->set_action(static_cast<v1::Command::Action>(command.action));
    if (command.identity.writer != 0) EncodeIdentity(command.identity, *out->mutable_identity());
    for (const Mutation& mutation : command.mutations) {
      EncodeMutation(mutation, *out->add_mutations());
    }
  }
  return bundle->SerializeAsString();
}

absl::StatusOr<Bundle> DecodeBundle(std::string_view bytes) {
  google::protobuf::Arena arena;
  auto* bundle = google::protobuf::Arena::CreateMessage<v1::Bundle>(&arena);
  if (!bundle->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Malformed(StrCat(bytes.size(), " bytes that are no bundle of commands"));
  }
  Bundle out;
  out.time_us = bundle->time_us();
  out.commands.resize(static_cast<size_t>(bundle->commands_size()));
  size_t at = 0;
  for (v1::Command& command : *bundle->mutable_commands()) {
    absl::Status status = DecodeCommand(command, out.commands[at++]);
    if (!status.ok()) return status;
  }
  return out;
}

}  // namespace quorate::kv
