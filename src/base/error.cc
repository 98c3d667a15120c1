#include "base/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace quorate {
namespace {

constexpr std::string_view kReasonUrl = "quorate/reason";
constexpr std::string_view kAppliedUrl = "quorate/applied";
constexpr std::string_view kRetryAfterUrl = "quorate/retry_after_us";
constexpr std::string_view kDetailPrefix = "quorate/detail/";

std::string PayloadText(const absl::Status& status, std::string_view url) {
  const auto payload = status.GetPayload(ToAbsl(url));
  return payload ? std::string(*payload) : std::string();
}

void SetText(absl::Status& status, std::string_view url, std::string_view text) {
  status.SetPayload(ToAbsl(url), absl::Cord(ToAbsl(text)));
}

}  // namespace

std::string_view AppliedName(Applied applied) {
  switch (applied) {
    case Applied::kNo:
      return "no";
    case Applied::kYes:
      return "yes";
    case Applied::kUnknown:
      return "unknown";
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
  absl::Status status(code, ToAbsl(message));
  SetText(status, kReasonUrl, reason);
  SetText(status, kAppliedUrl, AppliedName(applied));
  return status;
}

std::string ReasonOf(const absl::Status& status) { return PayloadText(status, kReasonUrl); }

Applied AppliedOf(const absl::Status& status) {
  const std::string mark = PayloadText(status, kAppliedUrl);
  if (!mark.empty()) return AppliedFromName(mark);
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return Applied::kYes;
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
      return Applied::kUnknown;
    default:
      return Applied::kNo;
  }
}

void SetErrorDetail(absl::Status& status, std::string_view name, std::string_view value) {
  SetText(status, StrCat(kDetailPrefix, name), value);
}

std::map<std::string, std::string> ErrorDetailsOf(const absl::Status& status) {
  std::map<std::string, std::string> details;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& value) {
    const std::string_view name = ToStd(url);
    if (!name.starts_with(kDetailPrefix)) return;
    details.emplace(name.substr(kDetailPrefix.size()), std::string(value));
  });
  return details;
}

void SetRetryAfter(absl::Status& status, absl::Duration delay) {
  SetText(status, kRetryAfterUrl, StrCat(absl::ToInt64Microseconds(delay)));
}

std::optional<absl::Duration> RetryAfterOf(const absl::Status& status) {
  int64_t us = 0;
  if (!absl::SimpleAtoi(PayloadText(status, kRetryAfterUrl), &us)) return std::nullopt;
  return absl::Microseconds(us);
}

}  // namespace quorate
