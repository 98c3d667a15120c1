#include "check/history_json.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"
#include "check/json_fields.h"
#include "check/names.h"
#include "check/quote.h"
#include "nlohmann/json.hpp"

namespace quorate::check {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kFormat = 1;

// --- writing

Json ToJson(const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::kNone:
      break;
    case Condition::Kind::kAbsent:
      return {{"absent", true}};
    case Condition::Kind::kPresent:
      return {{"present", true}};
    case Condition::Kind::kVersion:
      return {{"version", condition.version}};
    case Condition::Kind::kValue:
      return {{"value", BytesToJson(condition.value)}};
  }
  return Json::object();
}

Json ToJson(const Result& result) {
  Json json = Json::object();
  if (result.success) json["success"] = *result.success;
  if (result.found) json["found"] = *result.found;
  if (result.value) json["value"] = BytesToJson(*result.value);
  if (result.version != 0) json["version"] = result.version;
  if (result.sum) json["sum"] = *result.sum;
  return json;
}

void WriteReplica(const ReplicaContents& replica, std::ostream& out) {
  const Json name = BytesToJson(replica.replica);
  if (replica.records.empty()) out << Json{{"replica", name}}.dump() << '\n';
  for (const auto& [key, record] : replica.records) {
    Json json = {{"replica", name}, {"key", BytesToJson(key)}};
    json["value"] = BytesToJson(record.value);
    if (record.version != 0) json["version"] = record.version;
    out << json.dump() << '\n';
  }
}

// --- reading

absl::Status Bad(std::string message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_HISTORY_LINE", message);
}

absl::StatusOr<Condition> ReadCondition(const Json& json) {
  JsonFields fields(json, "if.");
  Condition condition;
  if (json.size() != 1) fields.Complain("\"if\" must hold one condition");
  if (const auto absent = fields.Bool("absent")) {
    condition.kind = Condition::Kind::kAbsent;
    if (!*absent) fields.Complain("\"if.absent\" is false: say {\"present\": true}");
  }
  if (const auto present = fields.Bool("present")) {
    condition.kind = Condition::Kind::kPresent;
    if (!*present) fields.Complain("\"if.present\" is false: say {\"absent\": true}");
  }
  if (const auto version = fields.Natural("version")) {
    condition.kind = Condition::Kind::kVersion;
    condition.version = *version;
  }
  if (auto value = fields.Bytes("value")) {
    condition.kind = Condition::Kind::kValue;
    condition.value = *std::move(value);
  }
  if (!fields.error().empty()) return Bad(fields.error());
  return condition;
}

absl::StatusOr<Result> ReadResult(const Json& json) {
  JsonFields fields(json, "result.");
  Result result;
  result.success = fields.Bool("success");
  result.found = fields.Bool("found");
  result.value = fields.Bytes("value");
  result.version = fields.Natural("version").value_or(0);
  result.sum = fields.Integer("sum");
  if (!fields.error().empty()) return Bad(fields.error());
  return result;
}

template <class T, size_t n>
T RequireName(JsonFields& fields, const Names<T, n>& names, std::string_view field) {
  const std::string name = fields.Require(fields.Bytes(field), field);
  const std::optional<T> value = ByName(names, name);
  if (!value) {
    fields.Complain(
        StrCat("\"", field, "\" is ", QuoteBytes(name), ": must be ", ListNames(names)));
  }
  return value.value_or(T());
}

// The fields of an operation but for those that are objects of their own.
Operation ReadFields(JsonFields& fields) {
  Operation op;
  op.action = RequireName(fields, kActionNames, "op");
  op.client = fields.Require(fields.Natural("client"), "client");
  op.key = fields.Require(fields.Bytes("key"), "key");
  if (op.action == Action::kPut) op.value = fields.Require(fields.Bytes("value"), "value");
  if (op.action == Action::kAdd) op.delta = fields.Require(fields.Integer("delta"), "delta");
  op.invoke_us = fields.Require(fields.Integer("invoke_us"), "invoke_us");
  op.return_us = fields.Integer("return_us");
  op.outcome = RequireName(fields, kOutcomeNames, "outcome");
  return op;
}

absl::StatusOr<Operation> ReadOperation(const Json& json) {
  JsonFields fields(json, "");
  Operation op = ReadFields(fields);
  const Json* condition_json = fields.Object("if");
  const Json* result_json = fields.Object("result");
  if (!fields.error().empty()) return Bad(fields.error());
  if (condition_json != nullptr) {
    absl::StatusOr<Condition> condition = ReadCondition(*condition_json);
    if (!condition.ok()) return condition.status();
    op.condition = *std::move(condition);
  }
  if (result_json != nullptr) {
    absl::StatusOr<Result> result = ReadResult(*result_json);
    if (!result.ok()) return result.status();
    op.result = *std::move(result);
  }
  if (absl::Status status = ValidateOperation(op); !status.ok()) {
    return Bad(std::string(status.message()));
  }
  return op;
}

// Collects the lines of each replica, which may be mixed.
class ReplicaLines {
 public:
  absl::Status Add(const Json& json) {
    JsonFields fields(json, "");
    ReplicaContents& replica = Named(fields.Require(fields.Bytes("replica"), "replica"));
    const std::optional<std::string> key = fields.Bytes("key");
    ReplicaContents::Record record;
    if (key) {
      record.value = fields.Require(fields.Bytes("value"), "value");
      record.version = fields.Natural("version").value_or(0);
    }
    if (fields.error().empty() && key && !replica.records.emplace(*key, record).second) {
      fields.Complain(StrCat("key ", QuoteBytes(*key), " of replica ", QuoteBytes(replica.replica),
                             " was told before"));
    }
    return fields.error().empty() ? absl::OkStatus() : Bad(fields.error());
  }

  void MoveTo(History& history) {
    for (ReplicaContents& replica : replicas_) history.AppendReplica(std::move(replica));
  }

 private:
  ReplicaContents& Named(const std::string& name) {
    const auto [place, added] = index_.emplace(name, replicas_.size());
    if (added) replicas_.push_back({.replica = name, .records = {}});
    return replicas_[place->second];
  }

  std::vector<ReplicaContents> replicas_;  // in the order they came up
  std::map<std::string, size_t> index_;
};

absl::Status ReadHeader(const Json& json) {
  JsonFields fields(json, "");
  const uint64_t format = fields.Require(fields.Natural("history"), "history");
  if (format != kFormat) {
    fields.Complain(StrCat("the history's format is ", format, ": this reader knows ", kFormat));
  }
  return fields.error().empty() ? absl::OkStatus() : Bad(fields.error());
}

// The library reports where the text broke only by throwing.
absl::StatusOr<Json> ParseLine(const std::string& line) {
  try {
    Json json = Json::parse(line);
    if (!json.is_object()) return Bad("not a JSON object");
    return json;
  } catch (const Json::parse_error& error) {
    return Bad(StrCat("not JSON, column ", error.byte,
                      line.size() > error.byte ? "" : " (the line is cut short?)"));
  } catch (const Json::exception& error) {  // a number beyond all types
    return Bad(StrCat("not JSON we can hold: ", error.what()));
  }
}

absl::Status ReadLine(const std::string& line, History& history, ReplicaLines& replicas) {
  absl::StatusOr<Json> json = ParseLine(line);
  if (!json.ok()) return json.status();
  if (json->contains("history")) return ReadHeader(*json);
  if (json->contains("replica")) return replicas.Add(*json);
  absl::StatusOr<Operation> operation = ReadOperation(*json);
  if (!operation.ok()) return operation.status();
  history.Append(*std::move(operation));
  return absl::OkStatus();
}

}  // namespace

Json OperationToJson(const Operation& op) {
  Json json = {{"client", op.client}, {"op", NameOf(kActionNames, op.action)}};
  json["key"] = BytesToJson(op.key);
  if (op.action == Action::kPut) json["value"] = BytesToJson(op.value);
  if (op.action == Action::kAdd) json["delta"] = op.delta;
  if (op.condition.kind != Condition::Kind::kNone) json["if"] = ToJson(op.condition);
  json["invoke_us"] = op.invoke_us;
  if (op.return_us) json["return_us"] = *op.return_us;
  json["outcome"] = NameOf(kOutcomeNames, op.outcome);
  if (op.outcome == Outcome::kDone) json["result"] = ToJson(op.result);
  return json;
}

void WriteHistory(const History& history, std::ostream& out) {
  out << Json{{"history", kFormat}}.dump() << '\n';
  for (const Operation& operation : history.operations())
    out << OperationToJson(operation).dump() << '\n';
  for (const ReplicaContents& replica : history.replicas()) WriteReplica(replica, out);
}

absl::StatusOr<History> ReadHistory(std::istream& in, std::string_view name) {
  History history;
  ReplicaLines replicas;
  std::string line;
  for (uint64_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (absl::Status status = ReadLine(line, history, replicas); !status.ok()) {
      return Bad(StrCat(name, ":", number, ": ", status.message()));
    }
  }
  if (in.bad()) {
    return MakeError(absl::StatusCode::kUnavailable, "READ_FAILED",
                     StrCat(name, ": reading failed; is it a file?"));
  }
  replicas.MoveTo(history);
  return history;
}

}  // namespace quorate::check
