#include "reply.h"

#include <charconv>

#include "base/error.h"
#include "clock.h"

namespace quorate::load {
namespace {

// A write that is done, if not at its level, may count as one whose outcome is not
// known: that claims less.
check::Outcome OutcomeOf(const absl::Status& status, bool read) {
  if (status.ok()) return check::Outcome::kDone;
  if (read || AppliedOf(status) == Applied::kNo) return check::Outcome::kFailed;
  return check::Outcome::kUnknown;
}

}  // namespace

uint64_t DetailOf(const absl::Status& status, const std::string& name) {
  const auto details = ErrorDetailsOf(status);
  const auto found = details.find(name);
  if (found == details.end()) return 0;
  uint64_t number = 0;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  return number;
}

Reply ReplyOf(int64_t invoke_us, const absl::Status& status, bool read) {
  Reply reply;
  reply.invoke_us = invoke_us;
  reply.return_us = NowUs();
  reply.outcome = OutcomeOf(status, read);
  reply.status = status;
  if (!status.ok()) reply.served_by = NodeId(DetailOf(status, "served_by"));
  return reply;
}

}  // namespace quorate::load
