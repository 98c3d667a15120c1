#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"
#include "check/history_json.h"
#include "check/json_fields.h"
#include "check/names.h"
#include "check/quote.h"
#include "nlohmann/json.hpp"

namespace quorate::check {
namespace {

using Json = nlohmann::ordered_json;

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
  result.elements = fields.BytesList("elements");
  result.values = fields.BytesList("values");
  result.stale_us = fields.Integer("stale_us");
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

void ReadTerms(JsonFields& fields, Operation& op) {
  op.session = fields.Natural("session").value_or(0);
  op.level = fields.Bytes("level").value_or("");
  op.target = fields.Bytes("target").value_or("");
  op.node = fields.Bytes("node").value_or("");
  op.batch = fields.Natural("batch").value_or(0);
  op.error = fields.Bytes("error").value_or("");
}

// The fields of an operation but for those that are objects of their own.
Operation ReadFields(JsonFields& fields) {
  Operation op;
  op.action = RequireName(fields, kActionNames, "op");
  op.client = fields.Require(fields.Natural("client"), "client");
  op.key = fields.Require(fields.Bytes("key"), "key");
  if (HasValue(op.action)) op.value = fields.Require(fields.Bytes("value"), "value");
  if (op.action == Action::kAdd) op.delta = fields.Require(fields.Integer("delta"), "delta");
  if (op.action == Action::kPut) op.ttl_us = fields.Integer("ttl_us");
  if (op.action == Action::kPut || op.action == Action::kDelete) {
    op.replaced = fields.BytesList("replaced").value_or(std::vector<std::string>());
  }
  ReadTerms(fields, op);
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
      record.elements = fields.BytesList("elements");
      record.values = fields.BytesList("values");
      std::optional<std::string> value = fields.Bytes("value");
      const bool lists = record.elements || record.values;
      record.value = lists ? std::move(value).value_or("") : fields.Require(value, "value");
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

// Where a key is. In format 1 nobody would look at it.
absl::Status ReadPlacement(const Json& json, History& history) {
  JsonFields fields(json, "");
  std::string key = fields.Require(fields.Bytes("key"), "key");
  Placement placement;
  placement.partition = fields.Require(fields.Natural("partition"), "partition");
  placement.replicas = fields.Require(fields.BytesList("replicas"), "replicas");
  const std::set<std::string_view> names(placement.replicas.begin(), placement.replicas.end());
  if (names.size() != placement.replicas.size()) fields.Complain("\"replicas\" names one twice");
  if (!history.job()) fields.Complain("a key's replicas are told after a first line of format 2");
  if (fields.error().empty() && !history.Place(key, std::move(placement))) {
    fields.Complain(StrCat("where key ", QuoteBytes(key), " is was told before, and otherwise"));
  }
  return fields.error().empty() ? absl::OkStatus() : Bad(fields.error());
}

JobInfo ReadJob(JsonFields& fields) {
  JobInfo job;
  job.job = fields.Require(fields.Bytes("job"), "job");
  job.workload = fields.Require(fields.Bytes("workload"), "workload");
  job.mode = RequireName(fields, kModeNames, "mode");
  job.policy = fields.has("policy") ? RequireName(fields, kPolicyNames, "policy") : "";
  job.replicas = fields.Natural("replicas").value_or(0);
  if ((job.mode == "quorum") == job.policy.empty()) {
    fields.Complain("\"policy\" must be told in mode quorum, and only there");
  }
  return job;
}

// Two pieces of one history each have a first line; they must say the same.
absl::Status ReadHeader(const Json& json, History& history) {
  JsonFields fields(json, "");
  const uint64_t format = fields.Require(fields.Natural("history"), "history");
  std::optional<JobInfo> job;
  if (format == kFormatWithJob) {
    job = ReadJob(fields);
  } else if (format != kFormatWithout) {
    fields.Complain(StrCat("the history's format is ", format, ": this reader knows ",
                           kFormatWithout, " and ", kFormatWithJob));
  }
  if (!fields.error().empty()) return Bad(fields.error());
  if (history.job() && history.job() != job)
    return Bad("this first line differs from the one before");
  if (job) history.SetJob(*std::move(job));
  return absl::OkStatus();
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
  if (json->contains("history")) return ReadHeader(*json, history);
  if (json->contains("replica")) return replicas.Add(*json);
  if (json->contains("replicas")) return ReadPlacement(*json, history);
  absl::StatusOr<Operation> operation = ReadOperation(*json);
  if (!operation.ok()) return operation.status();
  history.Append(*std::move(operation));
  return absl::OkStatus();
}

}  // namespace

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
