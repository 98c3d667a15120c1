#include "kv/command_codec.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "base/varint.h"
#include "google/protobuf/arena.h"
#include "kv/merging_codec.h"
#include "quorate/v1/storage.pb.h"

namespace quorate::kv {
namespace {

// Number and wire type of the fields of a plain put. Protobuf's bytes are deterministic here:
// no maps, no unknown fields, one order of fields.
constexpr char kMutationsTag = '\x0a';
constexpr char kKeyTag = '\x0a';
constexpr char kPutTag = '\x12';

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
      if (!in.absent()) return MalformedCommand("a condition says absent: false");
      condition.kind = Condition::Kind::kAbsent;
      return condition;
    case v1::Condition::kPresent:
      if (!in.present()) return MalformedCommand("a condition says present: false");
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
  return MalformedCommand("a condition of unknown kind");
}

absl::Status DecodeMutation(v1::Mutation& in, Mutation& out) {
  out.key = std::move(*in.mutable_key());
  switch (in.action_case()) {
    case v1::Mutation::kPut:
      out.action = Mutation::Action::kPut;
      out.value = std::move(*in.mutable_put());
      break;
    case v1::Mutation::kDelete:
      if (!in.delete_()) return MalformedCommand("a mutation says delete: false");
      out.action = Mutation::Action::kDelete;
      break;
    case v1::Mutation::kAdd:
      out.action = Mutation::Action::kAdd;
      out.delta = in.add();
      break;
    case v1::Mutation::kSet:
    case v1::Mutation::kMap:
      if (!TakeMergingAction(in, out))
        return MalformedCommand("a change of a set or map is unknown");
      break;
    case v1::Mutation::ACTION_NOT_SET:
      return MalformedCommand("a mutation of unknown action");
  }
  out.context = std::move(*in.mutable_context());
  out.ttl_us = in.ttl_us();
  if (!in.has_condition()) return absl::OkStatus();
  auto condition = DecodeCondition(*in.mutable_condition());
  if (condition.ok()) out.condition = *std::move(condition);
  return condition.status();
}

bool IsPlainPut(const Command& command) {
  if (command.action != Command::Action::kMutate || command.identity.writer != 0) return false;
  if (command.mutations.size() != 1) return false;
  const Mutation& only = command.mutations.front();
  return only.action == Mutation::Action::kPut && !only.key.empty() && only.context.empty() &&
         only.ttl_us == 0 && only.condition.kind == Condition::Kind::kNone;
}

void AppendField(char tag, std::string_view bytes, std::string& out) {
  out.push_back(tag);
  AppendVarint(bytes.size(), out);
  out.append(bytes);
}

// What a field of so many bytes takes.
size_t FieldBytes(size_t bytes) { return 1 + VarintBytes(bytes) + bytes; }

// Takes a field of bytes off the front; false where the next field is none with that tag.
bool TakeField(char tag, std::string_view& from, std::string_view& taken) {
  if (from.empty() || from.front() != tag) return false;
  from.remove_prefix(1);
  const std::optional<uint64_t> size = TakeVarint(from);
  if (!size || *size > from.size()) return false;
  taken = from.substr(0, *size);
  from.remove_prefix(*size);
  return true;
}

}  // namespace

absl::Status MalformedCommand(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "MALFORMED_COMMAND",
                   StrCat(what, "; it comes from a newer build or was damaged on its way"));
}

void AppendCommand(const Command& command, std::string& out) {
  if (IsPlainPut(command)) {
    const Mutation& put = command.mutations.front();
    const size_t bytes = FieldBytes(put.key.size()) + FieldBytes(put.value.size());
    AppendVarint(FieldBytes(bytes), out);
    out.push_back(kMutationsTag);
    AppendVarint(bytes, out);
    AppendField(kKeyTag, put.key, out);
    AppendField(kPutTag, put.value, out);
    return;
  }
  google::protobuf::Arena arena;
  auto* message = google::protobuf::Arena::CreateMessage<v1::Command>(&arena);
  message->set_action(static_cast<v1::Command::Action>(command.action));
  if (command.identity.writer != 0) EncodeIdentity(command.identity, *message->mutable_identity());
  for (const Mutation& mutation : command.mutations) {
    EncodeMutation(mutation, *message->add_mutations());
  }
  AppendVarint(message->ByteSizeLong(), out);
  message->AppendToString(&out);
}

std::optional<PlainPut> PlainPutIn(std::string_view command) {
  std::string_view mutation;
  PlainPut put;
  const bool plain = TakeField(kMutationsTag, command, mutation) && command.empty() &&
                     TakeField(kKeyTag, mutation, put.key) &&
                     TakeField(kPutTag, mutation, put.value) && mutation.empty();
  if (!plain) return std::nullopt;
  return put;
}

absl::StatusOr<Command> DecodeCommand(std::string_view bytes) {
  google::protobuf::Arena arena;
  auto* in = google::protobuf::Arena::CreateMessage<v1::Command>(&arena);
  if (!in->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return MalformedCommand(StrCat(bytes.size(), " bytes that are no command"));
  }
  if (!v1::Command::Action_IsValid(in->action())) {
    return MalformedCommand("a command of unknown action");
  }
  Command out;
  out.action = static_cast<Command::Action>(in->action());
  out.identity = {in->identity().writer(), in->identity().sequence(),
                  in->identity().settled_below()};
  out.mutations.resize(static_cast<size_t>(in->mutations_size()));
  size_t at = 0;
  for (v1::Mutation& mutation : *in->mutable_mutations()) {
    absl::Status status = DecodeMutation(mutation, out.mutations[at++]);
    if (!status.ok()) return status;
  }
  return out;
}

}  // namespace quorate::kv
