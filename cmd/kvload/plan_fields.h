// Takes the fields of one JSON object of a plan by name and type; the first
// complaint counts.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace quorate::load {

// Ask for each field that there may be, then for status(): what nobody asked for is
// wrong too.
class PlanFields {
 public:
  // `where` leads to the object in complaints: `load.json: job "a"`.
  PlanFields(const nlohmann::ordered_json& object, std::string where);

  // Each leaves `into` as it is where the field is missing.
  void Text(std::string_view name, std::string& into);
  void Flag(std::string_view name, bool& into);
  void Whole(std::string_view name, uint64_t low, uint64_t high, uint64_t& into);
  void Whole(std::string_view name, uint64_t low, uint64_t high, uint32_t& into);
  void Number(std::string_view name, double low, double high, double& into);
  // Of that type; nullptr: missing, which is one complaint, or another type.
  const nlohmann::ordered_json* Object(std::string_view name);
  const nlohmann::ordered_json* Array(std::string_view name);

  void Require(std::string_view name);
  // `"name" is VALUE: complaint`
  void Complain(std::string_view name, std::string_view complaint);

  absl::Status status();
  const std::string& where() const { return where_; }

 private:
  const nlohmann::ordered_json* Find(std::string_view name);

  const nlohmann::ordered_json& object_;
  const std::string where_;
  std::vector<std::string> known_;
  std::string complaint_;
};

// INVALID_ARGUMENT, BAD_PLAN.
absl::Status BadPlan(std::string_view message);

}  // namespace quorate::load
