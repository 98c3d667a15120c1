#include "check/history_json.h"

#include <string>
#include <utility>

#include "base/strings.h"
#include "base/text.h"
#include "check/json_fields.h"
#include "check/names.h"
#include "nlohmann/json.hpp"

namespace quorate::check {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const std::vector<std::string>& list) {
  Json json = Json::array();
  for (const std::string& bytes : list) json.push_back(BytesToJson(bytes));
  return json;
}

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

// What was read in place of one value.
template <class T>
void AddLists(const T& read, Json& json) {
  if (read.elements) json["elements"] = ToJson(*read.elements);
  if (read.values) json["values"] = ToJson(*read.values);
}

Json ToJson(const Result& result) {
  Json json = Json::object();
  if (result.success) json["success"] = *result.success;
  if (result.found) json["found"] = *result.found;
  if (result.value) json["value"] = BytesToJson(*result.value);
  AddLists(result, json);
  if (result.version != 0) json["version"] = result.version;
  if (result.sum) json["sum"] = *result.sum;
  if (result.stale_us) json["stale_us"] = *result.stale_us;
  return json;
}

// How and where it was asked.
void AddTerms(const Operation& op, Json& json) {
  if (!op.level.empty()) json["level"] = op.level;
  if (!op.target.empty()) json["target"] = op.target;
  if (!op.node.empty()) json["node"] = op.node;
  if (op.batch != 0) json["batch"] = op.batch;
}

}  // namespace

Json OperationToJson(const Operation& op) {
  Json json = {{"client", op.client}};
  if (op.session != 0) json["session"] = op.session;
  json["op"] = NameOf(kActionNames, op.action);
  json["key"] = BytesToJson(op.key);
  if (HasValue(op.action)) json["value"] = BytesToJson(op.value);
  if (op.action == Action::kAdd) json["delta"] = op.delta;
  if (op.ttl_us) json["ttl_us"] = *op.ttl_us;
  if (op.condition.kind != Condition::Kind::kNone) json["if"] = ToJson(op.condition);
  if (!op.replaced.empty()) json["replaced"] = ToJson(op.replaced);
  AddTerms(op, json);
  json["invoke_us"] = op.invoke_us;
  if (op.return_us) json["return_us"] = *op.return_us;
  json["outcome"] = NameOf(kOutcomeNames, op.outcome);
  if (!op.error.empty()) json["error"] = op.error;
  if (op.outcome == Outcome::kDone) json["result"] = ToJson(op.result);
  return json;
}

void WriteHeader(const std::optional<JobInfo>& job, std::ostream& out) {
  Json json = {{"history", job ? kFormatWithJob : kFormatWithout}};
  if (job) {
    json["job"] = job->job;
    json["workload"] = job->workload;
    json["mode"] = job->mode;
    json["policy"] = job->policy;
    json["replicas"] = job->replicas;
  }
  out << json.dump() << '\n';
}

void WriteOperation(const Operation& operation, std::ostream& out) {
  out << OperationToJson(operation).dump() << '\n';
}

void WritePlacement(const std::string& key, const Placement& placement, std::ostream& out) {
  out << Json{{"key", BytesToJson(key)},
              {"partition", placement.partition},
              {"replicas", ToJson(placement.replicas)}}
             .dump()
      << '\n';
}

void WriteReplica(const ReplicaContents& replica, std::ostream& out) {
  const Json name = BytesToJson(replica.replica);
  if (replica.records.empty()) out << Json{{"replica", name}}.dump() << '\n';
  for (const auto& [key, record] : replica.records) {
    Json json = {{"replica", name}, {"key", BytesToJson(key)}};
    const bool lists = record.elements || record.values;
    if (!lists || !record.value.empty()) json["value"] = BytesToJson(record.value);
    AddLists(record, json);
    if (record.version != 0) json["version"] = record.version;
    out << json.dump() << '\n';
  }
}

void WriteHistory(const History& history, std::ostream& out) {
  WriteHeader(history.job(), out);
  for (const Operation& operation : history.operations()) WriteOperation(operation, out);
  for (const auto& [key, placement] : history.placements()) WritePlacement(key, placement, out);
  for (const ReplicaContents& replica : history.replicas()) WriteReplica(replica, out);
}

}  // namespace quorate::check
