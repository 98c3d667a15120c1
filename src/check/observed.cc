#include "check/observed.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace quorate::check {
namespace {

void Raise(std::optional<uint32_t>& last, uint32_t when) {
  last = std::max(last.value_or(when), when);
}

}  // namespace

void Observed::Add(const Operation& operation, uint32_t when) {
  AddFound(operation, when);
  if (operation.result.success == false) return;  // told by what it found
  AddCondition(operation, when);
  if (operation.action != Action::kAdd) return;
  Raise(absent_, when);
  Raise(any_value_, when);
}

void Observed::AddValue(std::string_view value, uint32_t when) {
  int64_t number = 0;
  if (absl::SimpleAtoi(ToAbsl(value), &number)) Raise(number_, when);
  Raise(values_[value], when);
}

void Observed::AddFound(const Operation& operation, uint32_t when) {
  const Result& told = operation.result;
  if (told.value) {
    AddValue(*told.value, when);
  } else if (told.found) {
    Raise(*told.found ? any_value_ : absent_, when);
  } else if (told.success == false) {
    Raise(absent_, when);
    Raise(any_value_, when);
  }
}

void Observed::AddCondition(const Operation& operation, uint32_t when) {
  switch (operation.condition.kind) {
    case Condition::Kind::kNone:
      break;
    case Condition::Kind::kAbsent:
      Raise(absent_, when);
      break;
    case Condition::Kind::kPresent:
    case Condition::Kind::kVersion:
      Raise(any_value_, when);
      break;
    case Condition::Kind::kValue:
      AddValue(operation.condition.value, when);
      break;
  }
}

std::optional<uint32_t> Observed::LastToFollow(const Operation& write) const {
  // Nothing is less than anything.
  switch (write.action) {
    case Action::kGet:
      break;
    case Action::kPut: {
      const auto place = values_.find(write.value);
      return place == values_.end() ? any_value_ : std::max(any_value_, place->second);
    }
    case Action::kDelete:
      return absent_;
    case Action::kAdd:
      return std::max(any_value_, number_);
    case Action::kAppend:
    case Action::kSetAdd:
    case Action::kSetRemove:
      break;  // lists and sets have checkers of their own
  }
  return std::nullopt;
}

}  // namespace quorate::check
