#include "replica/quorum_catch_up.h"

#include <utility>

#include "base/error.h"
#include "base/limits.h"

namespace quorate {
namespace {

absl::Status OthersAreMissing(const absl::Status& refusal, const absl::Status& read) {
  absl::Status status =
      MakeError(absl::StatusCode::kUnavailable, ReasonOf(refusal),
                std::string(refusal.message()) +
                    " (its coordinator asked the others: " + std::string(read.message()) + ")");
  SetRetryAfter(status, limits::kOverloadRetryAfter);
  return status;
}

}  // namespace

bool CatchUp::Wants(quorum::Reply& reply) {
  if (asked_ != Step::kWrite) {
    next_ = Step::kWrite;
    if (reply.status.ok()) return true;
    reply.status = OthersAreMissing(refusal_, reply.status);
    return false;
  }
  if (ReasonOf(reply.status) != "CONTEXT_AHEAD" || read_ == Step::kReadAll) return false;
  refusal_ = reply.status;
  next_ = read_ == Step::kWrite ? Step::kReadQuorum : Step::kReadAll;
  return true;
}

void CatchUp::GoOn(uint64_t id, quorum::Core& core, const quorum::Now& now) {
  asked_ = next_;
  if (asked_ == Step::kWrite) {
    write_.id = id;
    return core.Write(write_, now);
  }
  read_ = asked_;
  quorum::ReadRequest read;
  read.id = id;
  read.key = write_.key;
  read.level = asked_ == Step::kReadQuorum ? Level::kQuorum : Level::kAll;
  read.deadline = write_.deadline;
  core.Read(read, now);
}

}  // namespace quorate
