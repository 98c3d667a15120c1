#include "check/observed.h"

#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace quorate::check {

void Observed::Add(const Operation& operation) {
  AddFound(operation);
  if (operation.result.success == false) return;  // told by what it found
  AddCondition(operation);
  if (operation.action == Action::kAdd) absent_ = any_value_ = true;
}

void Observed::AddValue(std::string_view value) {
  int64_t number = 0;
  number_ = number_ || absl::SimpleAtoi(ToAbsl(value), &number);
  values_.insert(value);
}

void Observed::AddFound(const Operation& operation) {
  const Result& told = operation.result;
  if (told.value) {
    AddValue(*told.value);
  } else if (told.found) {
    (*told.found ? any_value_ : absent_) = true;
  } else if (told.success == false) {
    absent_ = any_value_ = true;
  }
}

void Observed::AddCondition(const Operation& operation) {
  switch (operation.condition.kind) {
    case Condition::Kind::kNone:
      break;
    case Condition::Kind::kAbsent:
      absent_ = true;
      break;
    case Condition::Kind::kPresent:
    case Condition::Kind::kVersion:
      any_value_ = true;
      break;
    case Condition::Kind::kValue:
      AddValue(operation.condition.value);
      break;
  }
}

bool Observed::MayFollow(const Operation& write) const {
  switch (write.action) {
    case Action::kGet:
      return false;
    case Action::kPut:
      return any_value_ || values_.contains(write.value);
    case Action::kDelete:
      return absent_;
    case Action::kAdd:
      return any_value_ || number_;
  }
  return true;
}

}  // namespace quorate::check
