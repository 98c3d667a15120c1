#include "kv/condition.h"

#include <string>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::kv {
namespace {

std::string_view Name(Condition::Kind kind) {
  switch (kind) {
    case Condition::Kind::kNone:
      return "anything";
    case Condition::Kind::kAbsent:
      return "no value";
    case Condition::Kind::kPresent:
      return "a value";
    case Condition::Kind::kVersion:
      return "version ";
    case Condition::Kind::kValue:
      return "another value";
  }
  return "";
}

}  // namespace

absl::Status ConditionFailed(std::string_view key, const Condition& condition,
                             uint64_t version_found) {
  std::string asked(Name(condition.kind));
  if (condition.kind == Condition::Kind::kVersion) StrAppend(&asked, condition.version);
  const std::string found =
      version_found == 0 ? "has no value" : StrCat("is at version ", version_found);
  return MakeError(absl::StatusCode::kFailedPrecondition, "CONDITION_FAILED",
                   StrCat("key \"", PrintableBytes(key), "\" ", found, ", the condition asks for ",
                          asked, "; read it and try again"));
}

}  // namespace quorate::kv
