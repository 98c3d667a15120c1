#include "client/types.h"

namespace quorate {

Outcome OutcomeOf(const absl::Status& status) {
  switch (AppliedOf(status)) {
    case Applied::kYes:
      return Outcome::kDone;
    case Applied::kNo:
      return Outcome::kNotDone;
    case Applied::kUnknown:
      return Outcome::kUnknown;
  }
  return Outcome::kUnknown;
}

}  // namespace quorate
