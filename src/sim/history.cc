#include "sim/history.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "kv/layout.h"
#include "kv/state_machine.h"
#include "sim/expiry_oracle.h"

namespace quorate::sim {
namespace {

std::string HistoryKey(PartitionId partition, std::string_view key) {
  return StrCat(partition.ToString(), "/", key);
}

// The checkers' clock is coarser; what rounds to the same counts as at once.
int64_t Micros(absl::Duration time) { return absl::ToInt64Microseconds(time); }

check::Operation Base(const Op& op, std::string_view key) {
  check::Operation out;
  out.client = op.client;
  out.key = HistoryKey(op.partition, key);
  out.invoke_us = Micros(op.invoked);
  if (op.outcome != Outcome::kPending) out.return_us = Micros(op.returned);
  switch (op.outcome) {
    case Outcome::kDone:
      out.outcome = check::Outcome::kDone;
      break;
    case Outcome::kFailed:
      out.outcome = check::Outcome::kFailed;
      break;
    default:
      out.outcome = check::Outcome::kUnknown;
  }
  return out;
}

check::Condition Convert(const kv::Condition& condition) {
  check::Condition out;
  switch (condition.kind) {
    case kv::Condition::Kind::kNone:
      break;
    case kv::Condition::Kind::kAbsent:
      out.kind = check::Condition::Kind::kAbsent;
      break;
    case kv::Condition::Kind::kPresent:
      out.kind = check::Condition::Kind::kPresent;
      break;
    case kv::Condition::Kind::kVersion:
      out.kind = check::Condition::Kind::kVersion;
      out.version = condition.version;
      break;
    case kv::Condition::Kind::kValue:
      out.kind = check::Condition::Kind::kValue;
      out.value = condition.value;
      break;
  }
  return out;
}

// What a write was told of one of its keys.
check::Result WriteResult(const Op& op, size_t part) {
  check::Result result;
  const kv::Mutation& mutation = op.mutations[part];
  const bool conditional = mutation.condition.kind != kv::Condition::Kind::kNone;
  if (conditional) result.success = !op.refused();
  if (part >= op.reply.write.results.size()) return result;
  const kv::MutationResult& told = op.reply.write.results[part];
  if (op.refused()) {
    result.found = told.version != 0;
    result.version = told.version;
    return result;
  }
  // A plain put is not told what it replaced.
  if (conditional || mutation.action != kv::Mutation::Action::kPut) result.found = told.existed;
  result.version = op.reply.write.version;
  if (mutation.action == kv::Mutation::Action::kAdd) result.sum = told.counter;
  return result;
}

// Keys that expire are judged by expiry_oracle.h; no operation has others too,
// but for scans.
bool OfExpiring(const Op& op) {
  if (!op.mutations.empty()) return IsExpiring(op.mutations.front().key);
  return !op.keys.empty() && IsExpiring(op.keys.front());
}

void AddWrite(const Op& op, check::History& history) {
  for (size_t i = 0; i < op.mutations.size(); ++i) {
    const kv::Mutation& mutation = op.mutations[i];
    check::Operation out = Base(op, mutation.key);
    switch (mutation.action) {
      case kv::Mutation::Action::kPut:
        out.action = check::Action::kPut;
        out.value = mutation.value;
        break;
      case kv::Mutation::Action::kDelete:
        out.action = check::Action::kDelete;
        break;
      case kv::Mutation::Action::kAdd:
        out.action = check::Action::kAdd;
        out.delta = mutation.delta;
        break;
      case kv::Mutation::Action::kAddElement:
      case kv::Mutation::Action::kRemoveElement:
      case kv::Mutation::Action::kChangeField:
        continue;  // mode raft has none; see merging_load.h
    }
    out.condition = Convert(mutation.condition);
    const bool conditional = mutation.condition.kind != kv::Condition::Kind::kNone;
    if (op.refused() && !conditional) {
      out.outcome = check::Outcome::kFailed;  // for another part's condition
    } else if (op.outcome == Outcome::kDone) {
      out.result = WriteResult(op, i);
    }
    history.Append(std::move(out));
  }
}

void AddLookup(const Op& op, check::History& history) {
  for (size_t i = 0; i < op.keys.size(); ++i) {
    check::Operation out = Base(op, op.keys[i]);
    if (op.outcome == Outcome::kDone) {
      const std::optional<kv::Record>& found = op.reply.found[i];
      out.result.found = found.has_value();
      if (found) {
        out.result.value = found->value;
        out.result.version = found->version;
      }
    }
    history.Append(std::move(out));
  }
}

// Each record of a page is a read of its key.
void AddScan(const Op& op, check::History& history) {
  if (op.outcome != Outcome::kDone || op.range.keys_only) return;
  for (const kv::Record& record : op.reply.page.records) {
    if (IsExpiring(record.key)) continue;
    check::Operation out = Base(op, record.key);
    out.result.found = true;
    out.result.value = record.value;
    out.result.version = record.version;
    history.Append(std::move(out));
  }
}

}  // namespace

check::History MakeHistory(const std::deque<Op>& operations) {
  check::History history;
  for (const Op& op : operations) {
    if (!op.partition || !op.strong() || OfExpiring(op)) continue;
    switch (op.kind) {
      case OpKind::kWrite:
        AddWrite(op, history);
        break;
      case OpKind::kLookup:
        AddLookup(op, history);
        break;
      case OpKind::kScan:
        AddScan(op, history);
        break;
    }
  }
  return history;
}

check::History Restrict(const check::History& history,
                        const std::vector<ring::PartitionInfo>& partitions) {
  check::History kept;
  for (const check::Operation& op : history.operations()) {
    for (const ring::PartitionInfo& partition : partitions) {
      if (op.key.rfind(HistoryKey(partition.id, ""), 0) == 0) kept.Append(op);
    }
  }
  return kept;
}

void AddFinalState(Cluster& cluster, const std::vector<ring::PartitionInfo>& partitions,
                   check::History& history) {
  check::ReplicaContents contents;
  contents.replica = "every replica";
  for (const ring::PartitionInfo& partition : partitions) {
    Engine& engine = cluster.node(partition.replicas.front()).machine().engine;
    const auto all = engine.Scan(kv::RecordKey(partition.id, ""), kv::RecordsEnd(partition.id));
    kv::StateMachine state(partition.id, engine);
    for (; all->Valid(); all->Next()) {
      const std::string key(kv::UserKey(all->key()));
      if (IsExpiring(key)) continue;
      const auto record = state.Get(key);
      if (!record.ok() || !*record) continue;
      contents.records[HistoryKey(partition.id, key)] = {(*record)->value, (*record)->version};
    }
  }
  history.AppendReplica(std::move(contents));
}

}  // namespace quorate::sim
