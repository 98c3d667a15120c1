#include "sim/op_generator.h"

#include <algorithm>

#include "base/strings.h"

namespace quorate::sim {
namespace {

constexpr uint64_t kRegisters = 3;
constexpr uint64_t kCounters = 2;
constexpr uint64_t kTwins = 2;
constexpr uint64_t kExpiring = 3;
constexpr uint64_t kExpiringCounters = 2;

}  // namespace

KeySet KeysOfGeneration(uint64_t generation) {
  KeySet keys;
  const auto fill = [generation](std::vector<std::string>& out, const char* before, uint64_t count,
                                 const char* after) {
    for (uint64_t i = 0; i < count; ++i) {
      out.push_back(StrCat(before, i, ".", generation, after));
    }
  };
  fill(keys.registers, "r", kRegisters, "");
  fill(keys.counters, "c", kCounters, "");
  fill(keys.expiring, "x", kExpiring, "");
  fill(keys.expiring_counters, "xc", kExpiringCounters, "");
  fill(keys.twins, "{t", kTwins, "}");
  return keys;
}

std::vector<std::string> KeySet::All() const {
  std::vector<std::string> all = registers;
  all.insert(all.end(), counters.begin(), counters.end());
  for (const std::string& tag : twins) {
    all.push_back(tag + "a");
    all.push_back(tag + "b");
  }
  return all;
}

std::vector<std::string> OpGenerator::KeysEverUsed(const std::string& keyspace) const {
  std::vector<std::string> keys;
  const auto made = made_.find(keyspace);
  if (made == made_.end()) return keys;
  for (uint64_t g = 0; g <= made->second / profile_.operations_per_generation; ++g) {
    const std::vector<std::string> more = KeysOfGeneration(g).All();
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

Op OpGenerator::Make(const std::string& keyspace, uint64_t id) {
  Op op;
  op.id = id;
  op.keyspace = keyspace;
  const KeySet keys = KeysOfGeneration(made_[keyspace]++ / profile_.operations_per_generation);
  const uint64_t what = random_.Below(100);
  if (random_.Chance(profile_.expiring_keys)) {
    MakeExpiring(op, keys);
  } else if (what < 45) {
    MakeWrite(op, keys);
  } else if (what < 55) {
    MakeBatch(op, keys);
  } else if (what < 92) {
    MakeLookup(op, keys);
  } else {
    MakeScan(op);
  }
  if (op.kind == OpKind::kWrite) {
    ChooseWriteLevel(op);
  } else {
    ChooseReadLevel(op);
  }
  return op;
}

void OpGenerator::ChooseWriteLevel(Op& op) {
  op.level = Level::kQuorum;
  if (random_.Chance(profile_.all_writes)) op.level = Level::kAll;
  const bool blind =
      std::all_of(op.mutations.begin(), op.mutations.end(), [](const kv::Mutation& mutation) {
        return mutation.action != kv::Mutation::Action::kAdd &&
               mutation.condition.kind == kv::Condition::Kind::kNone;
      });
  if (blind && random_.Chance(profile_.one_writes)) op.level = Level::kOne;
}

void OpGenerator::ChooseReadLevel(Op& op) {
  const auto millis = [this](uint64_t most) {
    return absl::Milliseconds(static_cast<int64_t>(random_.Between(1, most)));
  };
  op.level = Level::kLinearizable;
  if (random_.Chance(profile_.lease_reads)) {
    op.level = Level::kLease;
  } else if (random_.Chance(profile_.ladder_reads)) {
    const Level first = random_.Chance(0.5) ? Level::kLinearizable : Level::kLease;
    op.ladder = {{first, absl::ZeroDuration(), millis(30)},
                 {Level::kBounded, millis(500), millis(30)},
                 {Level::kOne}};
  } else if (random_.Chance(profile_.one_reads)) {
    op.level = Level::kOne;
  } else if (random_.Chance(profile_.session_reads)) {
    op.level = Level::kSession;
  } else if (random_.Chance(profile_.bounded_reads)) {
    op.level = Level::kBounded;
    op.bound = millis(random_.Chance(0.5) ? 20 : 1000);
  }
}

void OpGenerator::MakeWrite(Op& op, const KeySet& keys) {
  if (random_.Chance(0.25)) {
    kv::Mutation add;
    add.key = AnyOf(keys.counters);
    add.action = kv::Mutation::Action::kAdd;
    add.delta = static_cast<int64_t>(random_.Between(1, 9));
    op.mutations.push_back(std::move(add));
    return;
  }
  op.mutations.push_back(Write(op.keyspace, AnyOf(keys.registers), op.id));
}

kv::Mutation OpGenerator::Write(const std::string& keyspace, const std::string& key, uint64_t id) {
  kv::Mutation mutation;
  mutation.key = key;
  if (random_.Chance(0.15)) {
    mutation.action = kv::Mutation::Action::kDelete;
  } else {
    mutation.value = Value(id);
  }
  if (random_.Chance(0.4)) mutation.condition = SomeCondition(keyspace, key);
  return mutation;
}

kv::Condition OpGenerator::SomeCondition(const std::string& keyspace, const std::string& key) {
  kv::Condition condition;
  const Last& last = last_[{keyspace, key}];
  switch (random_.Below(4)) {
    case 0:
      condition.kind = kv::Condition::Kind::kAbsent;
      break;
    case 1:
      condition.kind = kv::Condition::Kind::kPresent;
      break;
    case 2:
      if (last.version == 0) return SomeCondition(keyspace, key);
      condition.kind = kv::Condition::Kind::kVersion;
      condition.version = last.version;
      break;
    default:
      if (last.version == 0) return SomeCondition(keyspace, key);
      condition.kind = kv::Condition::Kind::kValue;
      condition.value = last.value;
  }
  return condition;
}

void OpGenerator::MakeExpiring(Op& op, const KeySet& keys) {
  const bool counts = random_.Chance(0.3);
  const std::string& key = AnyOf(counts ? keys.expiring_counters : keys.expiring);
  if (!random_.Chance(0.35)) {
    op.kind = OpKind::kLookup;
    op.keys = {key};
    return;
  }
  kv::Mutation mutation;
  mutation.key = key;
  if (random_.Chance(0.1)) {
    mutation.action = kv::Mutation::Action::kDelete;
  } else {
    mutation.ttl_us = random_.Between(50'000, random_.Chance(0.5) ? 500'000 : 3'000'000);
    if (counts) {
      mutation.action = kv::Mutation::Action::kAdd;
      mutation.delta = static_cast<int64_t>(random_.Between(1, 9));
    } else {
      mutation.value = Value(op.id);
    }
  }
  if (random_.Chance(0.4)) mutation.condition = SomeCondition(op.keyspace, key);
  op.mutations.push_back(std::move(mutation));
}

// Twins are written together or not at all.
void OpGenerator::MakeBatch(Op& op, const KeySet& keys) {
  const std::string& tag = AnyOf(keys.twins);
  const bool deletes = random_.Chance(0.15);
  const std::string value = Value(op.id);
  for (const char* half : {"a", "b"}) {
    kv::Mutation mutation;
    mutation.key = tag + half;
    if (deletes) {
      mutation.action = kv::Mutation::Action::kDelete;
    } else {
      mutation.value = value;
    }
    op.mutations.push_back(std::move(mutation));
  }
  if (random_.Chance(0.3)) {
    op.mutations.front().condition = SomeCondition(op.keyspace, op.mutations.front().key);
  }
}

void OpGenerator::MakeLookup(Op& op, const KeySet& keys) {
  op.kind = OpKind::kLookup;
  const uint64_t what = random_.Below(10);
  if (what < 5) {
    op.keys = {AnyOf(keys.registers)};
  } else if (what < 7) {
    op.keys = {AnyOf(keys.counters)};
  } else {
    const std::string& tag = AnyOf(keys.twins);
    op.keys = {tag + "a", tag + "b"};
  }
}

void OpGenerator::MakeScan(Op& op) {
  op.kind = OpKind::kScan;
  const char* const starts[] = {"", "c", "r", "{"};
  op.range.start = starts[random_.Below(4)];
  op.range.limit = random_.Chance(0.5) ? 1000 : static_cast<uint32_t>(random_.Between(1, 5));
  op.range.bytes_max = random_.Chance(0.5) ? 1 << 20 : random_.Between(1, 500);
  op.range.keys_only = random_.Chance(0.2);
}

std::string OpGenerator::Value(uint64_t id) {
  std::string value = StrCat("v", id, ".");
  // Mostly small; now and then as large as is allowed.
  const size_t most = random_.Chance(0.1) ? profile_.value_bytes_max : 20;
  const size_t size = random_.Below(most + 1);
  if (value.size() < size) value.resize(size, 'x');
  return value;
}

void OpGenerator::Learn(const Op& op) {
  if (op.outcome != Outcome::kDone) return;
  for (size_t i = 0; i < op.reply.found.size() && i < op.keys.size(); ++i) {
    const auto& found = op.reply.found[i];
    last_[{op.keyspace, op.keys[i]}] = found ? Last{found->value, found->version} : Last();
  }
  if (op.kind != OpKind::kWrite || op.refused()) return;
  for (const kv::Mutation& mutation : op.mutations) {
    if (mutation.action == kv::Mutation::Action::kPut) {
      last_[{op.keyspace, mutation.key}] = {mutation.value, op.reply.write.version};
    }
  }
}

}  // namespace quorate::sim
