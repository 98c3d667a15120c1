#include "client/convert_merged.h"

#include <iterator>
#include <utility>

namespace quorate::client {
namespace {

using Action = Mutation::Action;

v1::FieldType ToWire(FieldType type) {
  switch (type) {
    case FieldType::kValue:
      return v1::FIELD_TYPE_VALUE;
    case FieldType::kCounter:
      return v1::FIELD_TYPE_COUNTER;
    case FieldType::kSet:
      return v1::FIELD_TYPE_SET;
  }
  return v1::FIELD_TYPE_UNSPECIFIED;
}

void FieldToWire(const Mutation& mutation, v1::MapChange& wire) {
  wire.set_field(mutation.field());
  switch (mutation.action()) {
    case Action::kPutField:
      return wire.set_put(mutation.value());
    case Action::kAddToField:
      return wire.set_add(mutation.delta());
    case Action::kAddFieldElement:
      return wire.set_add_element(mutation.value());
    case Action::kRemoveFieldElement:
      return wire.set_remove_element(mutation.value());
    default:
      return wire.set_remove(ToWire(mutation.field_type()));
  }
}

template <class List>
std::vector<std::string> TakeStrings(List& wire) {
  return {std::make_move_iterator(wire.begin()), std::make_move_iterator(wire.end())};
}

Field FieldOf(v1::Field& wire) {
  Field field{std::move(*wire.mutable_name()), std::string()};
  if (wire.has_value()) field.content = std::move(*wire.mutable_value());
  if (wire.has_counter()) field.content = int64_t{wire.counter()};
  if (wire.has_elements()) {
    field.content = TakeStrings(*wire.mutable_elements()->mutable_elements());
  }
  return field;
}

}  // namespace

std::optional<absl::Time> ExpiryOf(uint64_t expires_at_us) {
  if (expires_at_us == 0) return std::nullopt;
  return absl::FromUnixMicros(static_cast<int64_t>(expires_at_us));
}

void MergingToWire(const Mutation& mutation, v1::Mutation& wire) {
  switch (mutation.action()) {
    case Action::kAddElement:
      return wire.mutable_set()->set_add(mutation.value());
    case Action::kRemoveElement:
      return wire.mutable_set()->set_remove(mutation.value());
    default:
      return FieldToWire(mutation, *wire.mutable_map());
  }
}

Merged MergedOf(v1::Merged& wire) {
  Merged merged;
  merged.context = std::move(*wire.mutable_context());
  for (v1::Sibling& one : *wire.mutable_siblings()) {
    merged.siblings.push_back(
        {std::move(*one.mutable_value()), one.version(), ExpiryOf(one.expires_at_us())});
  }
  merged.elements = TakeStrings(*wire.mutable_elements());
  for (v1::Field& field : *wire.mutable_fields()) merged.fields.push_back(FieldOf(field));
  return merged;
}

}  // namespace quorate::client
