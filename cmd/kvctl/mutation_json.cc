#include "mutation_json.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "bytes.h"
#include "suggest.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

absl::Status Bad(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_MUTATION", what);
}

absl::StatusOr<std::string> Bytes(const json& object, const char* name) {
  if (!object.contains(name)) return Bad(StrCat("there is no \"", name, "\""));
  return FromJson(object[name]);
}

absl::StatusOr<Condition> ParseCondition(const json& object) {
  if (!object.contains("if")) return Condition();
  const json& condition = object["if"];
  if (condition.is_object() && condition.size() == 1) {
    if (condition.value("absent", json()) == json(true)) return Condition::Absent();
    if (condition.value("present", json()) == json(true)) return Condition::Present();
    if (condition.contains("version") && condition["version"].is_number_unsigned()) {
      return Condition::Version(condition["version"].get<uint64_t>());
    }
    if (condition.contains("value")) {
      auto value = FromJson(condition["value"]);
      if (!value.ok()) return value.status();
      return Condition::Value(*std::move(value));
    }
  }
  return Bad(
      StrCat("\"if\" is ", condition.dump(), "; one of absent, present, version, value is wanted"));
}

}  // namespace

absl::StatusOr<Mutation> ParseMutation(std::string_view line) {
  const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Bad("this is no JSON object");
  const std::string op = object.contains("op") && object["op"].is_string() ? object["op"] : "";
  auto key = Bytes(object, "key");
  if (!key.ok()) return key.status();
  auto condition = ParseCondition(object);
  if (!condition.ok()) return condition.status();
  if (op == "put") {
    auto value = Bytes(object, "value");
    if (!value.ok()) return value.status();
    return Mutation::Put(*std::move(key), *std::move(value), *std::move(condition));
  }
  if (op == "delete") return Mutation::Delete(*std::move(key), *std::move(condition));
  if (op == "add") {
    if (!object.contains("delta") || !object["delta"].is_number_integer()) {
      return Bad("add wants an integer \"delta\"");
    }
    if (object.contains("if")) return Bad("add takes no \"if\"");
    return Mutation::Add(*std::move(key), object["delta"].get<int64_t>());
  }
  return Bad(StrCat("\"op\" is \"", op, "\"; put, delete or add is wanted",
                    DidYouMean(op, {"put", "delete", "add"})));
}

}  // namespace quorate::kvctl
