#include "check/observed.h"

namespace quorate::check {

void Observed::Add(const Operation& operation) {
  AddFound(operation);
  if (operation.result.success == false) return;  // told by what it found
  AddCondition(operation);
  if (operation.action == Action::kAdd) absent_ = any_value_ = true;
}

void Observed::AddFound(const Operation& operation) {
  const Result& told = operation.result;
  if (told.value) {
    values_.insert(*told.value);
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
      values_.insert(operation.condition.value);
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
      return any_value_ || !values_.empty();
  }
  return true;
}

}  // namespace quorate::check
