#include "kv/merged.h"

#include "base/error.h"
#include "base/strings.h"
#include "kv/command.h"

namespace quorate::kv {
namespace {

size_t BytesOf(const Field& field) {
  size_t bytes = field.name.size() + sizeof(int64_t);
  if (const auto* value = std::get_if<std::string>(&field.kind)) bytes += value->size();
  if (const auto* elements = std::get_if<Field::Elements>(&field.kind)) {
    for (const std::string& element : *elements) bytes += element.size();
  }
  return bytes;
}

}  // namespace

size_t BytesOf(const Record& record) {
  size_t bytes = record.key.size() + record.value.size();
  if (record.merged == nullptr) return bytes;
  bytes += record.merged->context.size();
  for (const Sibling& sibling : record.merged->siblings) bytes += sibling.value.size();
  for (const std::string& element : record.merged->elements) bytes += element.size();
  for (const Field& field : record.merged->fields) bytes += BytesOf(field);
  return bytes;
}

absl::Status CheckInOneOrder(const Mutation& mutation) {
  std::string_view what;
  if (!mutation.context.empty()) what = "a context";
  if (mutation.action == Mutation::Action::kAddElement ||
      mutation.action == Mutation::Action::kRemoveElement) {
    what = "a change of a set";
  }
  if (mutation.action == Mutation::Action::kChangeField) what = "a change of a map";
  if (what.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "MERGING_POLICY_NEEDED",
                   StrCat("key \"", PrintableBytes(mutation.key), "\": ", what,
                          " is for keyspaces of mode quorum whose conflict policy merges "
                          "concurrent writes, and this one is of mode raft: put and delete "
                          "there, or use another keyspace"));
}

}  // namespace quorate::kv
