#include "base/error.h"

#include <optional>

#include "absl/strings/cord.h"

namespace quorate {
namespace {

constexpr std::string_view kReasonUrl = "quorate/reason";
constexpr std::string_view kAppliedUrl = "quorate/applied";

std::string PayloadText(const absl::Status& status, std::string_view url) {
  const auto payload = status.GetPayload(url);
  return payload ? std::string(*payload) : std::string();
}

}  // namespace

std::string_view AppliedName(Applied applied) {
  switch (applied) {
    case Applied::kNo: return "no";
    case Applied::kYes: return "yes";
    case Applied::kUnknown: return "unknown";
  }
  return "unknown";
}

Applied AppliedFromName(std::string_view name) {
  if (name == "no") return Applied::kNo;
  if (name == "yes") return Applied::kYes;
  return Applied::kUnknown;
}

absl::Status MakeError(absl::StatusCode code, std::string_view reason, std::string_view message,
                       Applied applied) {
  absl::Status status(code, message);
  status.SetPayload(kReasonUrl, absl::Cord(reason));
  status.SetPayload(kAppliedUrl, absl::Cord(AppliedName(applied)));
  return status;
}

std::string ReasonOf(const absl::Status& status) { return PayloadText(status, kReasonUrl); }

Applied AppliedOf(const absl::Status& status) {
  const std::string mark = PayloadText(status, kAppliedUrl);
  if (!mark.empty()) return AppliedFromName(mark);
  switch (status.code()) {
    case absl::StatusCode::kOk: return Applied::kYes;
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal: return Applied::kUnknown;
    default: return Applied::kNo;
  }
}

}  // namespace quorate
