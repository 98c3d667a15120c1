#include "check/key_model.h"

#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/strings.h"
#include "check/quote.h"

namespace quorate::check {
namespace {

bool TellsVersions(const Operation& op) {
  return op.result.version != 0 || op.condition.kind == Condition::Kind::kVersion;
}

auto EffectOf(const Operation& op) {
  const Result& told = op.result;
  return std::make_tuple(op.action, op.value, op.delta, op.condition.kind, op.condition.version,
                         op.condition.value, told.found, told.value, told.version, told.sum,
                         told.success);
}

}  // namespace

KeyModel::KeyModel(std::vector<const Operation*> operations, bool each_write_has_version)
    : operations_(std::move(operations)), each_write_has_version_(each_write_has_version) {
  std::map<decltype(EffectOf(*operations_.front())), uint32_t> classes;
  compiled_.reserve(operations_.size());
  for (const Operation* op : operations_) {
    versions_told_ = versions_told_ || TellsVersions(*op);
    compiled_.push_back(Compile(*op));
    const auto next = static_cast<uint32_t>(classes.size());
    compiled_.back().effect_class = classes.emplace(EffectOf(*op), next).first->second;
  }
}

KeyModel::Compiled KeyModel::Compile(const Operation& op) {
  Compiled compiled;
  compiled.action = op.action;
  compiled.condition = op.condition.kind;
  compiled.observer = check::IsObserver(op);
  compiled.blind = (op.action == Action::kPut || op.action == Action::kDelete) &&
                   op.condition.kind == Condition::Kind::kNone && !op.result.found;
  if (op.condition.kind == Condition::Kind::kValue) {
    compiled.condition_value = Intern(op.condition.value);
  }
  if (op.action == Action::kPut) compiled.written = Intern(op.value);
  if (op.result.value) compiled.read = Intern(*op.result.value);
  return compiled;
}

KeyValue KeyModel::Intern(const std::string& text) {
  int64_t number = 0;
  const bool counts = absl::SimpleAtoi(text, &number);
  if (counts && StrCat(number) == text) return {KeyValue::Kind::kNumber, number};
  const auto [place, added] = text_ids_.emplace(text, static_cast<int64_t>(texts_.size()));
  if (added) {
    texts_.push_back(text);
    text_numbers_.push_back(counts ? std::optional<int64_t>(number) : std::nullopt);
  }
  return {KeyValue::Kind::kText, place->second};
}

uint64_t KeyModel::WriteVersion(uint32_t i) const {
  return compiled_[i].observer ? 0 : operations_[i]->result.version;
}

std::optional<KeyValue> KeyModel::Needed(uint32_t i) const {
  const Compiled& compiled = compiled_[i];
  const Result& told = operations_[i]->result;
  if (compiled.read) return compiled.read;
  if (told.found == false) return KeyValue();
  if (told.success == false) return std::nullopt;
  if (compiled.condition == Condition::Kind::kValue) return compiled.condition_value;
  if (compiled.condition == Condition::Kind::kAbsent) return KeyValue();
  return std::nullopt;
}

std::optional<KeyState> KeyModel::Step(const KeyState& before, uint32_t i) const {
  const Operation& op = *operations_[i];
  const Compiled& compiled = compiled_[i];
  KeyState state = before;
  if (op.result.found && *op.result.found != state.exists()) return std::nullopt;
  if (compiled.observer) {
    if (!Observe(state, i)) return std::nullopt;
    if (op.action == Action::kGet) return state;
    KeyState refused = state;
    const bool unsettled = compiled.condition == Condition::Kind::kVersion && !state.exact;
    if (ConditionHolds(refused, i) && !unsettled) return std::nullopt;
    return state;
  }
  if (!ConditionHolds(state, i)) return std::nullopt;
  if (op.action == Action::kAdd) {
    const std::optional<KeyValue> sum = Sum(state.value, op);
    if (!sum) return std::nullopt;
    state.value = *sum;
  } else {
    state.value = compiled.written;
  }
  if (!AdvanceVersion(state, op)) return std::nullopt;
  return state;
}

// What was told of the state itself; it may settle the version.
bool KeyModel::Observe(KeyState& state, uint32_t i) const {
  const Compiled& compiled = compiled_[i];
  if (compiled.read && *compiled.read != state.value) return false;
  const uint64_t version = operations_[i]->result.version;
  return version == 0 || Settle(state, version);
}

bool KeyModel::Settle(KeyState& state, uint64_t version) const {
  if (!state.exists()) return false;
  if (state.exact ? state.version_low != version : version < state.version_low) return false;
  state.version_low = version;
  state.exact = true;
  return true;
}

// True also where it holds only if the version settles to the one asked for.
bool KeyModel::ConditionHolds(KeyState& state, uint32_t i) const {
  switch (compiled_[i].condition) {
    case Condition::Kind::kNone:
      return true;
    case Condition::Kind::kAbsent:
      return !state.exists();
    case Condition::Kind::kPresent:
      return state.exists();
    case Condition::Kind::kVersion:
      return Settle(state, operations_[i]->condition.version);
    case Condition::Kind::kValue:
      return state.value == compiled_[i].condition_value;
  }
  return false;
}

std::optional<KeyValue> KeyModel::Sum(const KeyValue& value, const Operation& op) const {
  std::optional<int64_t> start;
  switch (value.kind) {
    case KeyValue::Kind::kAbsent:
      start = 0;
      break;
    case KeyValue::Kind::kNumber:
      start = value.payload;
      break;
    case KeyValue::Kind::kText:
      start = text_numbers_[static_cast<size_t>(value.payload)];
      break;
  }
  int64_t sum = 0;
  if (!start || __builtin_add_overflow(*start, op.delta, &sum)) return std::nullopt;
  if (op.result.sum && *op.result.sum != sum) return std::nullopt;
  return KeyValue{KeyValue::Kind::kNumber, sum};
}

bool KeyModel::AdvanceVersion(KeyState& state, const Operation& op) const {
  state.exact = false;
  if (!versions_told_) return true;
  const uint64_t told = op.result.version;
  if (told != 0) {
    if (told <= state.version_low) return false;
    state.version_low = told;
    state.exact = state.exists();
  } else if (state.exists() && each_write_has_version_) {
    // A delete may have found nothing to do and taken no version.
    state.version_low++;
  }
  return true;
}

std::string KeyModel::Describe(const KeyState& state) const {
  if (!state.exists()) return "absent";
  const std::string text = state.value.kind == KeyValue::Kind::kNumber
                               ? StrCat(state.value.payload)
                               : texts_[static_cast<size_t>(state.value.payload)];
  return StrCat(QuoteBytes(text), state.exact ? StrCat(" (version ", state.version_low, ")") : "");
}

}  // namespace quorate::check
