#include "sim/leaderless_oracle.h"

#include <algorithm>

#include "base/strings.h"
#include "sim/true_age.h"

namespace quorate::sim {
namespace {

// Any two of them have a replica in common.
bool Counts(Level level) {
  return level == Level::kQuorum || level == Level::kEachQuorum || level == Level::kAll;
}

bool HasFloor(Level level) { return Counts(level) || level == Level::kLocalQuorum; }

}  // namespace

void LeaderlessOracle::Violation(const LeaderlessOp& op, const std::string& what) {
  violation_(StrCat("leaderless operation #", op.id, " on ", op.key, " at ", LevelName(op.level),
                    " ", what));
}

void LeaderlessOracle::Invoked(const LeaderlessOp& op) {
  Key& key = keys_[op.key];
  floors_[op.id] = op.level == Level::kLocalQuorum ? key.floor_of_each_zone : key.floor;
  const bool expires = op.ttl != absl::ZeroDuration();
  if (!op.read && (op.value.empty() || expires)) key.mortal[op.id] = 0;
  if (op.value.empty()) return;
  Value& value = key.values[op.value];
  value.op = op.id;
  value.ttl = op.ttl;
  value.invoked = op.invoked;
}

void LeaderlessOracle::Failed(const LeaderlessOp& op) {
  floors_.erase(op.id);
  Key& key = keys_[op.key];
  key.mortal.erase(op.id);
  if (op.value.empty()) return;
  Value& value = key.values[op.value];
  value.failed = true;
  if (value.version != 0) Violation(op, "is told undone, but its value was read before");
}

void LeaderlessOracle::Wrote(const LeaderlessOp& op, const Reply& reply, absl::Duration now) {
  ++done_;
  floors_.erase(op.id);
  Key& key = keys_[op.key];
  const uint64_t version = reply.receipt.version;
  if (version == 0) return Violation(op, "was acknowledged without a version");
  if (!op.value.empty()) {
    key.values[op.value].version = version;
    key.values[op.value].acknowledged = now;
  }
  if (const auto mortal = key.mortal.find(op.id); mortal != key.mortal.end()) {
    mortal->second = version;
  }
  key.acknowledged.emplace_back(now, version);
  if (Counts(op.level)) key.floor = std::max(key.floor, version);
  if (op.level == Level::kEachQuorum || op.level == Level::kAll) {
    key.floor_of_each_zone = std::max(key.floor_of_each_zone, version);
  }
}

void LeaderlessOracle::Read(const LeaderlessOp& op, const Reply& reply, absl::Duration now) {
  ++done_;
  const auto& found = reply.found.front();
  if (found) CheckValue(op, *found, reply.receipt.served_by);
  const uint64_t version = reply.receipt.version;
  // Of what was deleted everywhere nothing is left to tell.
  const bool forgotten = !found && version == 0;
  forgotten ? CheckForgotten(op) : CheckFloor(op, version);
  if (!found && version != 0) CheckNotYetExpired(op, version, now);
  floors_.erase(op.id);
  if (Counts(op.level)) {
    Key& key = keys_[op.key];
    key.floor = std::max(key.floor, version);
    key.acknowledged.emplace_back(now, version);
  }
  if (!forgotten) CheckAge(op, reply.receipt);
}

void LeaderlessOracle::CheckFloor(const LeaderlessOp& op, uint64_t version) {
  const uint64_t floor = floors_.at(op.id);
  if (version >= floor || !HasFloor(op.level)) return;
  Violation(op,
            StrCat("read version ", version, ", but began after version ", floor, " was told of"));
}

void LeaderlessOracle::CheckForgotten(const LeaderlessOp& op) {
  const uint64_t floor = floors_.at(op.id);
  if (floor == 0 || !HasFloor(op.level)) return;
  const auto& mortal = keys_[op.key].mortal;
  const auto beats = [floor](const auto& one) { return one.second == 0 || one.second >= floor; };
  if (std::any_of(mortal.begin(), mortal.end(), beats)) return;
  Violation(op, StrCat("read nothing at all, but began after version ", floor,
                       " was told of, which nothing that may be gone has beaten"));
}

void LeaderlessOracle::CheckExpired(const LeaderlessOp& op, const Value& value, NodeId served_by) {
  if (value.ttl == absl::ZeroDuration()) return;
  if (!calendars_.MustHaveExpired(value.acknowledged, value.ttl, op.invoked, served_by)) return;
  Violation(op, StrCat("read what operation #", value.op, " wrote, which had expired"));
}

void LeaderlessOracle::CheckNotYetExpired(const LeaderlessOp& op, uint64_t version,
                                          absl::Duration now) {
  for (const auto& [written, value] : keys_[op.key].values) {
    if (value.version != version) continue;
    const bool expires = value.ttl != absl::ZeroDuration();
    if (expires && calendars_.MayHaveExpired(value.invoked, value.ttl, now)) continue;
    Violation(op, StrCat("read nothing at version ", version, ", though what operation #", value.op,
                         " wrote there is not deleted and had not expired"));
  }
}

void LeaderlessOracle::CheckValue(const LeaderlessOp& op, const kv::Record& found,
                                  NodeId served_by) {
  Key& key = keys_[op.key];
  const auto value = key.values.find(found.value);
  if (value == key.values.end()) {
    return Violation(op, StrCat("read \"", found.value, "\", which nobody wrote"));
  }
  if (value->second.failed) {
    Violation(op,
              StrCat("read what operation #", value->second.op, " wrote, which was told failed"));
  }
  if (value->second.version != 0 && value->second.version != found.version) {
    Violation(op, StrCat("read \"", found.value, "\" at version ", found.version, ", not ",
                         value->second.version));
  }
  value->second.version = found.version;
  CheckExpired(op, value->second, served_by);
}

void LeaderlessOracle::CheckAge(const LeaderlessOp& op, const Receipt& receipt) {
  if (op.level == Level::kBounded && (!receipt.staleness || *receipt.staleness > op.bound)) {
    return Violation(op, "was answered beyond its bound");
  }
  if (!receipt.staleness) return;
  const absl::Duration as_of = HoldsAllBefore(op.invoked, *receipt.staleness);
  uint64_t floor = 0;
  for (const auto& [when, version] : keys_[op.key].acknowledged) {
    if (when < as_of) floor = std::max(floor, version);
  }
  if (receipt.version < floor) {
    Violation(op, StrCat("read version ", receipt.version, ", said to be ",
                         absl::FormatDuration(*receipt.staleness), " old at most, but version ",
                         floor, " was told of before that"));
  }
}

}  // namespace quorate::sim
