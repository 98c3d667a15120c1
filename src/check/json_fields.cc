#include "check/json_fields.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/text.h"

namespace quorate::check {

JsonFields::JsonFields(const nlohmann::ordered_json& object, std::string path)
    : object_(object), path_(std::move(path)) {}

const nlohmann::ordered_json* JsonFields::Lookup(std::string_view name) const {
  if (!object_.is_object()) return nullptr;
  for (const auto& [key, value] : object_.get_ref<const nlohmann::ordered_json::object_t&>()) {
    if (key == name) return &value;
  }
  return nullptr;
}

const nlohmann::ordered_json* JsonFields::Find(std::string_view name) {
  known_.push_back(name);
  return Lookup(name);
}

std::optional<int64_t> JsonFields::Integer(std::string_view name) {
  const nlohmann::ordered_json* json = Find(name);
  if (json == nullptr) return std::nullopt;
  const bool fits = json->is_number_integer() &&
                    (!json->is_number_unsigned() || json->get<uint64_t>() <= INT64_MAX);
  if (fits) return json->get<int64_t>();
  Wrong(name, "a 64-bit integer");
  return std::nullopt;
}

std::optional<uint64_t> JsonFields::Natural(std::string_view name) {
  const nlohmann::ordered_json* json = Find(name);
  if (json == nullptr) return std::nullopt;
  if (json->is_number_unsigned()) return json->get<uint64_t>();
  Wrong(name, "an integer of 64 bits, not negative");
  return std::nullopt;
}

std::optional<bool> JsonFields::Bool(std::string_view name) {
  const nlohmann::ordered_json* json = Find(name);
  if (json == nullptr) return std::nullopt;
  if (json->is_boolean()) return json->get<bool>();
  Wrong(name, "true or false");
  return std::nullopt;
}

std::optional<std::string> JsonFields::Bytes(std::string_view name) {
  const nlohmann::ordered_json* json = Find(name);
  if (json == nullptr) return std::nullopt;
  std::optional<std::string> bytes = BytesFromJson(*json);
  if (!bytes) Wrong(name, "a string or {\"b64\": \"…\"}");
  return bytes;
}

std::optional<std::vector<std::string>> JsonFields::BytesList(std::string_view name) {
  const nlohmann::ordered_json* json = Find(name);
  if (json == nullptr) return std::nullopt;
  std::vector<std::string> list;
  bool good = json->is_array();
  for (size_t i = 0; good && i < json->size(); ++i) {
    std::optional<std::string> bytes = BytesFromJson((*json)[i]);
    good = bytes.has_value();
    if (good) list.push_back(*std::move(bytes));
  }
  if (good) return list;
  Wrong(name, "an array of strings or {\"b64\": \"…\"}");
  return std::nullopt;
}

const nlohmann::ordered_json* JsonFields::Object(std::string_view name) {
  const nlohmann::ordered_json* json = Find(name);
  if (json == nullptr || json->is_object()) return json;
  Wrong(name, "an object");
  return nullptr;
}

void JsonFields::Complain(std::string message) {
  if (error_.empty()) error_ = std::move(message);
}

void JsonFields::Wrong(std::string_view name, std::string_view wanted) {
  Complain(StrCat("\"", path_, name, "\" is ", object_[std::string(name)].dump(-1, ' ', true),
                  ": must be ", wanted));
}

void JsonFields::Missing(std::string_view name) {
  Complain(StrCat("\"", path_, name, "\" is missing"));
}

const std::string& JsonFields::error() {
  for (const auto& [name, value] : object_.get_ref<const nlohmann::ordered_json::object_t&>()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::vector<std::string_view> sorted = known_;
    std::sort(sorted.begin(), sorted.end());
    std::string known;
    for (const std::string_view one : sorted) StrAppend(&known, known.empty() ? "" : ", ", one);
    Complain(StrCat("unknown field \"", path_, name, "\": those known here are ", known));
  }
  return error_;
}

}  // namespace quorate::check
