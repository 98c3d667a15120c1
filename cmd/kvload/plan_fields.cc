#include "plan_fields.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "base/suggest.h"

namespace quorate::load {

absl::Status BadPlan(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_PLAN", message);
}

PlanFields::PlanFields(const nlohmann::ordered_json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) complaint_ = "an object is wanted: {\"name\": ...}";
}

const nlohmann::ordered_json* PlanFields::Find(std::string_view name) {
  known_.emplace_back(name);
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(known_.back());
  return found == object_.end() ? nullptr : &*found;
}

void PlanFields::Complain(std::string_view name, std::string_view complaint) {
  if (!complaint_.empty()) return;
  const auto found = object_.find(std::string(name));
  const std::string value =
      found == object_.end() ? "missing" : StrCat("is ", found->dump(-1, ' ', true));
  complaint_ = StrCat("\"", name, "\" ", value, ": ", complaint);
}

void PlanFields::Require(std::string_view name) {
  if (object_.is_object() && !object_.contains(std::string(name))) Complain(name, "it is needed");
}

void PlanFields::Text(std::string_view name, std::string& into) {
  const auto* json = Find(name);
  if (json == nullptr) return;
  if (!json->is_string()) return Complain(name, "must be a string");
  into = json->get<std::string>();
}

void PlanFields::Flag(std::string_view name, bool& into) {
  const auto* json = Find(name);
  if (json == nullptr) return;
  if (!json->is_boolean()) return Complain(name, "must be true or false");
  into = json->get<bool>();
}

void PlanFields::Whole(std::string_view name, uint64_t low, uint64_t high, uint64_t& into) {
  const auto* json = Find(name);
  if (json == nullptr) return;
  const bool whole = json->is_number_unsigned();
  if (!whole || json->get<uint64_t>() < low || json->get<uint64_t>() > high) {
    return Complain(name, StrCat("must be a whole number from ", low, " to ", high));
  }
  into = json->get<uint64_t>();
}

void PlanFields::Whole(std::string_view name, uint64_t low, uint64_t high, uint32_t& into) {
  uint64_t wide = into;
  Whole(name, low, high, wide);
  into = static_cast<uint32_t>(wide);
}

void PlanFields::Number(std::string_view name, double low, double high, double& into) {
  const auto* json = Find(name);
  if (json == nullptr) return;
  if (!json->is_number() || json->get<double>() < low || json->get<double>() > high) {
    return Complain(name, StrCat("must be a number from ", low, " to ", high));
  }
  into = json->get<double>();
}

const nlohmann::ordered_json* PlanFields::Object(std::string_view name) {
  const auto* json = Find(name);
  if (json != nullptr && json->is_object()) return json;
  if (object_.is_object()) Complain(name, "must be an object");
  return nullptr;
}

const nlohmann::ordered_json* PlanFields::Array(std::string_view name) {
  const auto* json = Find(name);
  if (json != nullptr && json->is_array()) return json;
  if (object_.is_object()) Complain(name, "must be an array");
  return nullptr;
}

absl::Status PlanFields::status() {
  if (object_.is_object()) {
    for (const auto& [name, value] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      Complain(name, StrCat("no such field", DidYouMean(name, known_)));
    }
  }
  if (complaint_.empty()) return absl::OkStatus();
  return BadPlan(StrCat(where_, ": ", complaint_));
}

}  // namespace quorate::load
