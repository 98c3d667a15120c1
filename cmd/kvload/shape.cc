#include "shape.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"

namespace quorate::load {
namespace {

// Of the type that the field is to have; nullptr: the map has no such field.
const Field* FindField(const Merged& merged, const MapField& wanted) {
  for (const Field& field : merged.fields) {
    if (field.name != wanted.name) continue;
    const bool fits = (wanted.type == FieldType::kValue && field.content.index() == 0) ||
                      (wanted.type == FieldType::kCounter && field.content.index() == 1) ||
                      (wanted.type == FieldType::kSet && field.content.index() == 2);
    if (fits) return &field;
  }
  return nullptr;
}

std::vector<Told> ToldOfFields(const GetResult& got) {
  std::vector<Told> all;
  for (const MapField& wanted : kMapFields) {
    const Field* field = got.merged ? FindField(*got.merged, wanted) : nullptr;
    Told told;
    told.found = field != nullptr;
    if (got.merged) told.context = got.merged->context;
    if (field != nullptr) {
      if (const auto* value = std::get_if<std::string>(&field->content)) told.value = *value;
      if (const auto* sum = std::get_if<int64_t>(&field->content)) told.value = StrCat(*sum);
      if (const auto* elements = std::get_if<Field::Elements>(&field->content)) {
        told.elements = *elements;
      }
    }
    all.push_back(std::move(told));
  }
  return all;
}

}  // namespace

Shape ShapeOf(const Job& job, Conflict policy) {
  if (policy == Conflict::kSiblings) return Shape::kSiblings;
  if (policy == Conflict::kSet) return Shape::kSet;
  if (policy == Conflict::kMap) return Shape::kMap;
  if (job.workload == "append") return Shape::kList;
  if (job.workload == "set") return Shape::kKeys;
  return Shape::kValue;
}

std::string FieldKey(std::string_view map, std::string_view field) {
  return StrCat(map, "#", field);
}

std::string StoredKey(Shape shape, const std::string& key) {
  return shape == Shape::kMap ? key.substr(0, key.rfind('#')) : key;
}

std::string ElementPrefix(std::string_view key) { return StrCat("{", key, "}/"); }

std::string JoinList(const std::vector<std::string>& elements) {
  return absl::StrJoin(elements, ",");
}

std::vector<std::string> SplitList(std::string_view text) {
  return absl::StrSplit(ToAbsl(text), ',', absl::SkipEmpty());
}

std::vector<Told> ToldOf(Shape shape, GetResult got) {
  if (shape == Shape::kMap) return ToldOfFields(got);
  Told told;
  told.found = got.found();
  told.version = got.found() ? got.version : 0;
  if (got.merged) told.context = got.merged->context;
  if (got.found()) told.value = *got.value;
  if (got.found() && shape == Shape::kList) told.elements = SplitList(told.value);
  if (got.found() && got.merged && shape == Shape::kSet) told.elements = got.merged->elements;
  if (got.found() && got.merged && shape == Shape::kSiblings) {
    told.values.emplace();
    for (const Sibling& one : got.merged->siblings) told.values->push_back(one.value);
  }
  return {std::move(told)};
}

}  // namespace quorate::load
