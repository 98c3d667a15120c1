#include "kv/merging_codec.h"

#include <utility>

#include "quorate/v1/kv.pb.h"

namespace quorate::kv {
namespace {

void EncodeFieldChange(const Mutation& mutation, v1::MapChange& out) {
  out.set_field(mutation.field);
  switch (mutation.field_action) {
    case FieldAction::kPut:
      return out.set_put(mutation.value);
    case FieldAction::kAdd:
      return out.set_add(mutation.delta);
    case FieldAction::kAddElement:
      return out.set_add_element(mutation.value);
    case FieldAction::kRemoveElement:
      return out.set_remove_element(mutation.value);
    case FieldAction::kRemoveValue:
      return out.set_remove(v1::FIELD_TYPE_VALUE);
    case FieldAction::kRemoveCounter:
      return out.set_remove(v1::FIELD_TYPE_COUNTER);
    case FieldAction::kRemoveSet:
      return out.set_remove(v1::FIELD_TYPE_SET);
  }
}

bool TakeRemoval(v1::FieldType type, FieldAction& out) {
  switch (type) {
    case v1::FIELD_TYPE_VALUE:
      out = FieldAction::kRemoveValue;
      return true;
    case v1::FIELD_TYPE_COUNTER:
      out = FieldAction::kRemoveCounter;
      return true;
    case v1::FIELD_TYPE_SET:
      out = FieldAction::kRemoveSet;
      return true;
    default:
      return false;
  }
}

bool TakeFieldChange(v1::MapChange& in, Mutation& out) {
  out.action = Mutation::Action::kChangeField;
  out.field = std::move(*in.mutable_field());
  switch (in.action_case()) {
    case v1::MapChange::kPut:
      out.field_action = FieldAction::kPut;
      out.value = std::move(*in.mutable_put());
      return true;
    case v1::MapChange::kAdd:
      out.field_action = FieldAction::kAdd;
      out.delta = in.add();
      return true;
    case v1::MapChange::kAddElement:
      out.field_action = FieldAction::kAddElement;
      out.value = std::move(*in.mutable_add_element());
      return true;
    case v1::MapChange::kRemoveElement:
      out.field_action = FieldAction::kRemoveElement;
      out.value = std::move(*in.mutable_remove_element());
      return true;
    case v1::MapChange::kRemove:
      return TakeRemoval(in.remove(), out.field_action);
    case v1::MapChange::ACTION_NOT_SET:
      return false;
  }
  return false;
}

Field TakeField(v1::Field& in) {
  Field field{std::move(*in.mutable_name()), std::string()};
  switch (in.kind_case()) {
    case v1::Field::kValue:
      field.kind = std::move(*in.mutable_value());
      break;
    case v1::Field::kCounter:
      field.kind = in.counter();
      break;
    case v1::Field::kElements: {
      auto& elements = *in.mutable_elements()->mutable_elements();
      field.kind = Field::Elements(std::make_move_iterator(elements.begin()),
                                   std::make_move_iterator(elements.end()));
      break;
    }
    case v1::Field::KIND_NOT_SET:
      break;  // a later build's: what it holds is not known
  }
  return field;
}

void TakeField(Field& field, v1::Field& out) {
  out.set_name(std::move(field.name));
  if (auto* value = std::get_if<std::string>(&field.kind)) out.set_value(std::move(*value));
  if (const auto* counter = std::get_if<int64_t>(&field.kind)) out.set_counter(*counter);
  if (auto* elements = std::get_if<Field::Elements>(&field.kind)) {
    v1::Field::Elements& list = *out.mutable_elements();
    for (std::string& element : *elements) list.add_elements(std::move(element));
  }
}

}  // namespace

void EncodeMergingAction(const Mutation& mutation, v1::Mutation& out) {
  switch (mutation.action) {
    case Mutation::Action::kAddElement:
      return out.mutable_set()->set_add(mutation.value);
    case Mutation::Action::kRemoveElement:
      return out.mutable_set()->set_remove(mutation.value);
    case Mutation::Action::kChangeField:
      return EncodeFieldChange(mutation, *out.mutable_map());
    default:
      return;
  }
}

bool TakeMergingAction(v1::Mutation& in, Mutation& out) {
  if (in.has_map()) return TakeFieldChange(*in.mutable_map(), out);
  switch (in.mutable_set()->action_case()) {
    case v1::SetChange::kAdd:
      out.action = Mutation::Action::kAddElement;
      out.value = std::move(*in.mutable_set()->mutable_add());
      return true;
    case v1::SetChange::kRemove:
      out.action = Mutation::Action::kRemoveElement;
      out.value = std::move(*in.mutable_set()->mutable_remove());
      return true;
    case v1::SetChange::ACTION_NOT_SET:
      return false;
  }
  return false;
}

void TakeMerged(Merged& merged, v1::Merged& out) {
  out.set_context(std::move(merged.context));
  for (Sibling& sibling : merged.siblings) {
    v1::Sibling* one = out.add_siblings();
    one->set_value(std::move(sibling.value));
    one->set_version(sibling.version);
    one->set_expires_at_us(sibling.expires_at_us);
  }
  for (std::string& element : merged.elements) out.add_elements(std::move(element));
  for (Field& field : merged.fields) TakeField(field, *out.add_fields());
}

void EncodeMerged(const Merged& merged, v1::Merged& out) {
  Merged copy = merged;
  TakeMerged(copy, out);
}

Merged TakeMerged(v1::Merged& in) {
  Merged merged;
  merged.context = std::move(*in.mutable_context());
  for (v1::Sibling& one : *in.mutable_siblings()) {
    merged.siblings.push_back(
        {std::move(*one.mutable_value()), one.version(), one.expires_at_us()});
  }
  for (std::string& element : *in.mutable_elements()) {
    merged.elements.push_back(std::move(element));
  }
  for (v1::Field& field : *in.mutable_fields()) merged.fields.push_back(TakeField(field));
  return merged;
}

}  // namespace quorate::kv
