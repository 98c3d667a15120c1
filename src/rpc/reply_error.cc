#include "rpc/reply_error.h"

#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {
namespace {

constexpr size_t kVersionsMax = 16;  // error details travel in a header

}  // namespace

absl::Status ErrorOf(const Reply& reply) {
  absl::Status status = reply.status;
  if (reply.receipt.served_by) {
    SetErrorDetail(status, "served_by", StrCat(reply.receipt.served_by.value()));
  }
  if (ReasonOf(status) != "CONDITION_FAILED") return status;
  const auto& results = reply.write.results;
  if (results.size() == 1) {
    SetErrorDetail(status, "version", StrCat(results[0].version));
    return status;
  }
  for (size_t i = 0; i < std::min(results.size(), kVersionsMax); ++i) {
    SetErrorDetail(status, StrCat("version.", i), StrCat(results[i].version));
  }
  return status;
}

}  // namespace quorate::rpc
