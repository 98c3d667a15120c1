#include "model.h"

#include <utility>

#include "world.h"

namespace quorate::kv {
namespace {

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("-0123456789") == std::string::npos;
}

std::string RandomKey(Random& random) {
  // One with a zero byte, one empty.
  static const std::vector<std::string> keys = {"",  "a", std::string("a\0", 2), "ab", "b",
                                                "n", "m"};
  return keys[random.Below(keys.size())];
}

std::string RandomValue(Random& random) {
  if (random.Chance(0.3)) return std::to_string(random.Below(3));
  if (random.Chance(0.1)) return std::to_string(INT64_MAX);
  return std::string(random.Below(20), 'v');
}

Mutation RandomMutation(Random& random) {
  Mutation mutation;
  mutation.key = RandomKey(random);
  mutation.action = static_cast<Mutation::Action>(random.Below(3));
  if (mutation.action == Mutation::Action::kPut) mutation.value = RandomValue(random);
  if (mutation.action == Mutation::Action::kAdd) {
    mutation.delta = static_cast<int64_t>(random.Below(5)) - 2;
  }
  if (random.Chance(0.6)) return mutation;
  mutation.condition.kind = static_cast<Condition::Kind>(random.Between(1, 4));
  if (mutation.condition.kind == Condition::Kind::kVersion) {
    mutation.condition.version = random.Below(4);
  }
  if (mutation.condition.kind == Condition::Kind::kValue) {
    mutation.condition.value = RandomValue(random);
  }
  return mutation;
}

}  // namespace

Command RandomCommand(Random& random) {
  Command command;
  const uint64_t size = random.Chance(0.6) ? 1 : random.Below(6);
  for (uint64_t i = 0; i < size; ++i) command.mutations.push_back(RandomMutation(random));
  return command;
}

bool Model::Holds(const Mutation& mutation) const {
  const auto it = values_.find(mutation.key);
  const bool present = it != values_.end();
  switch (mutation.condition.kind) {
    case Condition::Kind::kNone:
      return true;
    case Condition::Kind::kAbsent:
      return !present;
    case Condition::Kind::kPresent:
      return present;
    case Condition::Kind::kVersion:
      return (present ? it->second.version : 0) == mutation.condition.version;
    case Condition::Kind::kValue:
      return present && it->second.value == mutation.condition.value;
  }
  return false;
}

std::string Model::Act(const Mutation& mutation, MutationResult& result) {
  const auto it = values_.find(mutation.key);
  const bool told = mutation.action != Mutation::Action::kPut ||
                    mutation.condition.kind != Condition::Kind::kNone;
  result.existed = told && it != values_.end();
  result.version = last_version_ + 1;
  switch (mutation.action) {
    case Mutation::Action::kPut:
      values_[mutation.key] = {mutation.value, result.version};
      return "";
    case Mutation::Action::kDelete:
      result.version = 0;
      values_.erase(mutation.key);
      return "";
    case Mutation::Action::kAdd: {
      const std::string now = it == values_.end() ? "0" : it->second.value;
      if (!IsNumber(now)) return "NOT_A_COUNTER";
      const long double sum = std::stold(now) + static_cast<long double>(mutation.delta);
      if (sum > static_cast<long double>(INT64_MAX)) return "COUNTER_OVERFLOW";
      result.counter = std::stoll(now) + mutation.delta;
      values_[mutation.key] = {std::to_string(result.counter), result.version};
      return "";
    }
    case Mutation::Action::kAddElement:
    case Mutation::Action::kRemoveElement:
    case Mutation::Action::kChangeField:
      return "MERGING_POLICY_NEEDED";
  }
  return "unreachable";
}

Model::Outcome Model::Apply(const Command& command) {
  Outcome outcome;
  const auto before = values_;
  // Of conditional puts `existed` is what the condition saw, before the batch.
  for (const Mutation& mutation : command.mutations) {
    MutationResult& result = outcome.results.emplace_back();
    if (mutation.condition.kind == Condition::Kind::kNone) continue;
    const auto it = values_.find(mutation.key);
    result.existed = it != values_.end();
    result.version = result.existed ? it->second.version : 0;
    if (!Holds(mutation)) outcome.reason = "CONDITION_FAILED";
  }
  if (!outcome.reason.empty()) return outcome;
  for (size_t i = 0; i < command.mutations.size(); ++i) {
    const Mutation& mutation = command.mutations[i];
    MutationResult result;
    outcome.reason = Act(mutation, result);
    if (!outcome.reason.empty()) {
      values_ = before;
      outcome.results.clear();
      return outcome;
    }
    if (mutation.action == Mutation::Action::kPut) result.existed = outcome.results[i].existed;
    outcome.results[i] = result;
  }
  bool changed = false;
  for (size_t i = 0; i < command.mutations.size(); ++i) {
    changed |=
        command.mutations[i].action != Mutation::Action::kDelete || outcome.results[i].existed;
  }
  if (changed) outcome.version = ++last_version_;
  return outcome;
}

}  // namespace quorate::kv
