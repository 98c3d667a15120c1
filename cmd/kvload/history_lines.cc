#include "history_lines.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "check/history_json.h"

namespace quorate::load {
namespace {

using Json = nlohmann::ordered_json;

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

void TakeWrite(const Mutation& write, check::Operation& op) {
  op.key = write.key();
  op.condition = ConditionOf(write.condition());
  switch (write.action()) {
    case Mutation::Action::kPut:
      op.action = check::Action::kPut;
      op.value = write.value();
      return;
    case Mutation::Action::kDelete:
      op.action = check::Action::kDelete;
      return;
    case Mutation::Action::kAdd:
      op.action = check::Action::kAdd;
      op.delta = write.delta();
      return;
    default:
      return;
  }
}

check::Result ResultOf(const Told& told, bool read) {
  check::Result result;
  result.found = told.found;
  if (read && told.found.value_or(false)) result.value = told.value;
  result.version = told.version;
  result.sum = told.sum;
  result.success = told.success;
  return result;
}

check::Operation OperationOf(const Actor& actor, const Request& request, const Reply& reply,
                             size_t part) {
  check::Operation op;
  op.client = actor.number;
  if (request.is_read()) {
    op.action = check::Action::kGet;
    op.key = request.reads[part];
  } else {
    TakeWrite(request.writes[part], op);
  }
  op.invoke_us = reply.invoke_us;
  op.return_us = reply.return_us;
  op.outcome = reply.outcome;
  if (reply.outcome == check::Outcome::kDone) {
    op.result = ResultOf(reply.told[part], request.is_read());
  }
  return op;
}

}  // namespace

std::string HeaderLine(const Job& /*job*/, const Place& /*place*/) { return "{\"history\":1}\n"; }

std::string OperationLines(const Job& /*job*/, const Actor& actor, const std::string& /*target*/,
                           const Request& request, const Reply& reply) {
  std::string lines;
  const size_t parts = request.reads.size() + request.writes.size();
  for (size_t i = 0; i < parts; ++i) {
    const check::Operation op = OperationOf(actor, request, reply, i);
    QUORATE_CHECK(check::ValidateOperation(op).ok(), "the answer contradicts the operation");
    lines += check::OperationToJson(op).dump() + "\n";
  }
  return lines;
}

std::string ReplicaLines(const std::string& node, const std::map<std::string, Told>& held) {
  // Keys that are not listed have no value there.
  std::string lines = Json{{"replica", node}}.dump() + "\n";
  for (const auto& [key, told] : held) {
    if (!told.found.value_or(false)) continue;
    Json json = {{"replica", node}, {"key", BytesToJson(key)}, {"value", BytesToJson(told.value)}};
    if (told.version != 0) json["version"] = told.version;
    lines += json.dump() + "\n";
  }
  return lines;
}

}  // namespace quorate::load
