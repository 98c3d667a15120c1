#include "sim/oracle.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace quorate::sim {

namespace {

// The slowest of the simulator's clocks: what it counts as a second may be so
// much longer.
constexpr double kSlowestClock = 0.6;

}  // namespace

bool IsTwin(std::string_view key) { return !key.empty() && key.front() == '{'; }
bool IsCounter(std::string_view key) { return key.starts_with("c") || key.starts_with("xc"); }

void Oracle::Violation(const Op& op, const std::string& what) {
  violation_(StrCat("operation #", op.id, " (", DescribeCall(op), "): ", what));
}

void Oracle::Invoked(const Op& op) {
  Floors floors;
  floors.partition = partition_floor_[op.partition];
  for (const std::string& key : op.keys) {
    const auto known = key_floor_.find({op.partition, key});
    if (known != key_floor_.end()) floors.keys[key] = known->second;
  }
  floors_[op.id] = std::move(floors);
  expiry_.Invoked(op);
  for (const kv::Mutation& mutation : op.mutations) {
    if (mutation.action == kv::Mutation::Action::kPut) {
      written_[{{op.partition, mutation.key}, mutation.value}].op = op.id;
    }
  }
}

void Oracle::Returned(const Op& op) {
  const auto it = floors_.find(op.id);
  const Floors floors = it == floors_.end() ? Floors() : std::move(it->second);
  if (it != floors_.end()) floors_.erase(it);
  const std::string expiry = expiry_.Returned(op);
  if (!expiry.empty()) Violation(op, expiry);
  switch (op.outcome) {
    case Outcome::kPending:
      return;
    case Outcome::kUnknown:
      ++counts_.unknown;
      return;
    case Outcome::kFailed:
      ++counts_.failed;
      for (const kv::Mutation& mutation : op.mutations) {
        if (mutation.action != kv::Mutation::Action::kPut) continue;
        Written& written = written_[{{op.partition, mutation.key}, mutation.value}];
        written.failed = true;
        if (written.seen) {
          Violation(op, StrCat("was told failed, but its value of ", mutation.key, " was read"));
        }
      }
      return;
    case Outcome::kDone:
      break;
  }
  ++counts_.done;
  if (op.refused()) {
    ++counts_.refused;
  } else if (op.kind == OpKind::kWrite) {
    if (op.reply.write.version == 0) return;  // it changed nothing
    if (op.reply.write.version <= floors.partition) {
      Violation(op, StrCat("has version ", op.reply.write.version, ", but began after version ",
                           floors.partition, " was acknowledged"));
    }
    Wrote(op);
  } else {
    Read(op, floors);
  }
}

void Oracle::Wrote(const Op& op) {
  const uint64_t version = op.reply.write.version;
  const auto [it, fresh] = writer_.emplace(std::pair(op.partition, version), op.id);
  if (!fresh) {
    Violation(op, StrCat("has version ", version, ", which operation #", it->second, " has too"));
  }
  uint64_t& floor = partition_floor_[op.partition];
  floor = std::max(floor, version);
  for (const kv::Mutation& mutation : op.mutations) {
    Raise(op, mutation.key, version);
    if (mutation.action == kv::Mutation::Action::kPut) {
      Saw(op, {mutation.key, mutation.value, version});
    }
  }
}

void Oracle::Read(const Op& op, const Floors& floors) {
  if (!op.strong()) ++counts_.weak_reads;
  CheckRung(op);
  for (size_t i = 0; i < op.reply.found.size() && i < op.keys.size(); ++i) {
    const std::optional<kv::Record>& found = op.reply.found[i];
    if (!found) continue;
    Saw(op, *found);
    CheckSession(op, *found);
    CheckStaleness(op, *found);
    const auto floor = floors.keys.find(op.keys[i]);
    if (op.strong() && floor != floors.keys.end() && found->version < floor->second) {
      Violation(op, StrCat("read ", op.keys[i], " at version ", found->version,
                           ", but began after version ", floor->second, " was told of it"));
    }
    if (op.strong()) Raise(op, op.keys[i], found->version);
  }
  for (const kv::Record& record : op.reply.page.records) {
    Saw(op, record);
    if (op.strong()) Raise(op, record.key, record.version);
  }
  CheckPair(op);
}

void Oracle::Raise(const Op& op, const std::string& key, uint64_t version) {
  uint64_t& floor = key_floor_[{op.partition, key}];
  if (version > floor) told_[{op.partition, key}].emplace_back(op.returned, version);
  floor = std::max(floor, version);
  uint64_t& own = client_floor_[{op.client, {op.partition, key}}];
  own = std::max(own, version);
}

void Oracle::CheckSession(const Op& op, const kv::Record& found) {
  uint64_t& floor = client_floor_[{op.client, {op.partition, found.key}}];
  if (op.achieved() == Level::kSession && found.version < floor) {
    Violation(op, StrCat("read ", found.key, " at version ", found.version,
                         ", but its client had seen version ", floor));
  }
  floor = std::max(floor, found.version);
}

void Oracle::CheckStaleness(const Op& op, const kv::Record& found) {
  const auto& told = op.reply.receipt.staleness;
  if (op.strong() || !told) return;
  const absl::Duration as_of = op.invoked - *told / kSlowestClock;
  const auto all = told_.find({op.partition, found.key});
  if (all == told_.end()) return;
  uint64_t floor = 0;
  for (const auto& [when, version] : all->second) {
    if (when < as_of) floor = std::max(floor, version);
  }
  if (found.version < floor) {
    Violation(op, StrCat("read ", found.key, " at version ", found.version, ", said to be ",
                         absl::FormatDuration(*told), " old at most, but version ", floor,
                         " was told before that"));
  }
}

// Where no lease holds, a round is as good and is told as what it was.
bool Honours(Level achieved, Level asked) {
  return achieved == asked || (asked == Level::kLease && achieved == Level::kLinearizable);
}

void Oracle::CheckRung(const Op& op) {
  const Receipt& receipt = op.reply.receipt;
  absl::Duration bound = op.bound;
  if (!op.ladder.empty()) {
    if (receipt.rung < 1 || receipt.rung > op.ladder.size() ||
        !Honours(receipt.achieved, op.ladder[receipt.rung - 1].level)) {
      return Violation(
          op, StrCat("was answered at ", LevelName(receipt.achieved), ", rung ", receipt.rung));
    }
    bound = op.ladder[receipt.rung - 1].bound;
  }
  if (op.achieved() != Level::kBounded) return;
  if (!receipt.staleness || *receipt.staleness > bound) {
    Violation(op, "was answered beyond its bound");
  }
}

void Oracle::Saw(const Op& op, const kv::Record& record) {
  const KeyId key{op.partition, record.key};
  if (!op.range.keys_only || op.kind != OpKind::kScan) {
    const auto [it, fresh] = value_at_.emplace(std::pair(key, record.version), record.value);
    if (!fresh && it->second != record.value) {
      Violation(op, StrCat("tells ", record.key, " at version ", record.version,
                           " with another value than before"));
    }
  }
  if (IsCounter(record.key) || (op.kind == OpKind::kScan && op.range.keys_only)) return;
  const auto written = written_.find({key, record.value});
  if (written == written_.end()) {
    Violation(op, StrCat("read a value of ", record.key, " that nobody wrote to it"));
    return;
  }
  written->second.seen = true;
  if (written->second.failed) {
    Violation(op, StrCat("read what operation #", written->second.op, " wrote to ", record.key,
                         ", which was told failed"));
  }
}

void Oracle::CheckPair(const Op& op) {
  if (op.kind != OpKind::kLookup || op.reply.found.size() != 2 || !IsTwin(op.keys.front())) return;
  const std::optional<kv::Record>& a = op.reply.found[0];
  const std::optional<kv::Record>& b = op.reply.found[1];
  if (a.has_value() != b.has_value() || (a && (a->value != b->value || a->version != b->version))) {
    Violation(op, StrCat("saw half of a batch: ", op.keys[0], " and ", op.keys[1], " differ"));
  }
}

}  // namespace quorate::sim
