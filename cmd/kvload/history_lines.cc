#include "history_lines.h"

#include <sstream>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/ladder.h"
#include "base/strings.h"
#include "check/history_json.h"

namespace quorate::load {
namespace {

check::Condition ConditionOf(const Condition& condition) {
  using Kind = check::Condition::Kind;
  check::Condition out;
  out.version = condition.version();
  out.value = condition.value();
  switch (condition.kind()) {
    case Condition::Kind::kNone:
      break;
    case Condition::Kind::kAbsent:
      out.kind = Kind::kAbsent;
      break;
    case Condition::Kind::kPresent:
      out.kind = Kind::kPresent;
      break;
    case Condition::Kind::kVersion:
      out.kind = Kind::kVersion;
      break;
    case Condition::Kind::kValue:
      out.kind = Kind::kValue;
      break;
  }
  return out;
}

// An element that is added to a list, or to a set whose elements are keys.
void TakeElement(const Request& request, Shape shape, check::Operation& op) {
  op.action = shape == Shape::kList ? check::Action::kAppend : check::Action::kSetAdd;
  op.key = request.collection;
  op.value = request.element;
}

void TakeWrite(const Request& request, const Mutation& write, check::Operation& op) {
  using Action = Mutation::Action;
  const bool of_field = !write.field().empty();
  op.key = of_field ? FieldKey(write.key(), write.field()) : write.key();
  op.condition = ConditionOf(write.condition());
  op.replaced = request.replaced;
  switch (write.action()) {
    case Action::kPut:
    case Action::kPutField:
      op.action = check::Action::kPut;
      op.value = write.value();
      if (write.ttl()) op.ttl_us = absl::ToInt64Microseconds(*write.ttl());
      return;
    case Action::kDelete:
    case Action::kRemoveField:
      op.action = check::Action::kDelete;
      return;
    case Action::kAdd:
    case Action::kAddToField:
      op.action = check::Action::kAdd;
      op.delta = write.delta();
      return;
    case Action::kAddElement:
    case Action::kAddFieldElement:
      op.action = check::Action::kSetAdd;
      op.value = write.value();
      return;
    case Action::kRemoveElement:
    case Action::kRemoveFieldElement:
      op.action = check::Action::kSetRemove;
      op.value = write.value();
      return;
  }
}

// What was asked, key by key.
std::vector<check::Operation> Asked(Shape shape, const Request& request) {
  std::vector<check::Operation> all;
  for (const std::string& key : request.reads) {
    if (shape != Shape::kMap) {
      all.emplace_back().key = key;
      continue;
    }
    for (const MapField& field : kMapFields) all.emplace_back().key = FieldKey(key, field.name);
  }
  for (const Mutation& write : request.writes) {
    if (request.element.empty()) {
      TakeWrite(request, write, all.emplace_back());
    } else {
      TakeElement(request, shape, all.emplace_back());
    }
  }
  return all;
}

void TakeTold(const Told& told, const Reply& reply, check::Operation& op) {
  check::Result& result = op.result;
  result.found = told.found;
  result.version = told.version;
  result.sum = told.sum;
  result.success = told.success;
  if (op.action != check::Action::kGet) return;
  if (told.found.value_or(false)) {
    result.elements = told.elements;
    result.values = told.values;
    if (!told.elements && !told.values) result.value = told.value;
  }
  if (reply.staleness) result.stale_us = absl::ToInt64Microseconds(*reply.staleness);
}

void TakeOutcome(const Request& request, const Reply& reply, const Told* told,
                 check::Operation& op) {
  op.outcome = reply.outcome;
  if (told == nullptr) {
    op.error = ReasonOf(reply.status);
    if (op.error.empty()) op.error = absl::StatusCodeToString(reply.status.code());
    return;
  }
  if (request.element.empty()) return TakeTold(*told, reply, op);
  // How the element got in is no matter of the history's.
  if (reply.took_effect()) return;
  op.outcome = check::Outcome::kFailed;
  op.error = ReasonOf(reply.status);
}

}  // namespace

std::string HeaderLine(const Job& job, const Place& place) {
  std::ostringstream out;
  check::WriteHeader(check::JobInfo{.job = job.name,
                                    .workload = job.workload,
                                    .mode = std::string(ModeName(place.mode)),
                                    .policy = place.policy == Conflict::kNone
                                                  ? std::string()
                                                  : std::string(ConflictName(place.policy)),
                                    .replicas = place.replicas},
                     out);
  return out.str();
}

std::string OperationLines(const Job& job, const Place& place, const Asker& asker,
                           const Request& request, const Reply& reply) {
  std::ostringstream out;
  std::vector<check::Operation> all = Asked(place.shape, request);
  for (size_t i = 0; i < all.size(); ++i) {
    check::Operation& op = all[i];
    op.client = asker.client;
    op.session = asker.session;
    op.level = request.is_read() ? FormatLadder({job.read}) : std::string(LevelName(job.write));
    op.target = asker.target;
    if (reply.served_by) op.node = reply.served_by.ToString();
    if (all.size() > 1) op.batch = asker.batch;
    op.invoke_us = reply.invoke_us;
    op.return_us = reply.return_us;
    TakeOutcome(request, reply, reply.done() ? &reply.told[i] : nullptr, op);
    const absl::Status valid = check::ValidateOperation(op);
    QUORATE_CHECK(valid.ok(), std::string(ToStd(valid.message())).c_str());
    check::WriteOperation(op, out);
  }
  return out.str();
}

std::string PlacementLines(const std::map<std::string, PartitionDescription>& partitions) {
  std::ostringstream out;
  for (const auto& [key, partition] : partitions) {
    check::Placement placement{.partition = partition.id.value(), .replicas = {}};
    for (const NodeId node : partition.replicas) placement.replicas.push_back(node.ToString());
    check::WritePlacement(key, placement, out);
  }
  return out.str();
}

std::string ReplicaLines(const std::string& node, const std::map<std::string, Told>& held) {
  check::ReplicaContents contents{.replica = node, .records = {}};
  for (const auto& [key, told] : held) {
    if (!told.found.value_or(false)) continue;
    check::ReplicaContents::Record& record = contents.records[key];
    record.elements = told.elements;
    record.values = told.values;
    if (!told.elements && !told.values) record.value = told.value;
    record.version = told.version;
  }
  std::ostringstream out;
  check::WriteReplica(contents, out);
  return out.str();
}

}  // namespace quorate::load
