#include "base/status_codec.h"

#include "base/error.h"
#include "quorate/v1/status.pb.h"

namespace quorate {
namespace {

using v1::rpcstatus::ErrorInfo;
using v1::rpcstatus::RetryInfo;

constexpr std::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr std::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";
constexpr std::string_view kAppliedKey = "applied";

// By hand and not by Any::PackFrom, which would name our own package.
void Pack(const google::protobuf::Message& message, std::string_view url,
          v1::rpcstatus::Status& out) {
  auto* any = out.add_details();
  any->set_type_url(std::string(url));
  message.SerializeToString(any->mutable_value());
}

template <class Message>
std::optional<Message> Unpack(const v1::rpcstatus::Status& wire, std::string_view url) {
  for (const auto& any : wire.details()) {
    Message message;
    if (any.type_url() == url && message.ParseFromString(any.value())) return message;
  }
  return std::nullopt;
}

absl::Duration DurationOf(const google::protobuf::Duration& wire) {
  return absl::Seconds(wire.seconds()) + absl::Nanoseconds(wire.nanos());
}

}  // namespace

std::string EncodeStatusDetails(const absl::Status& status) {
  v1::rpcstatus::Status wire;
  wire.set_code(static_cast<int32_t>(status.code()));
  wire.set_message(std::string(status.message()));

  ErrorInfo info;
  info.set_reason(ReasonOf(status));
  info.set_domain(std::string(kErrorDomain));
  for (auto& [name, value] : ErrorDetailsOf(status)) (*info.mutable_metadata())[name] = value;
  (*info.mutable_metadata())[std::string(kAppliedKey)] =
      std::string(AppliedName(AppliedOf(status)));
  Pack(info, kErrorInfoUrl, wire);

  if (const auto delay = RetryAfterOf(status)) {
    RetryInfo retry;
    absl::Duration rest;
    retry.mutable_retry_delay()->set_seconds(absl::IDivDuration(*delay, absl::Seconds(1), &rest));
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
    Pack(retry, kRetryInfoUrl, wire);
  }
  return wire.SerializeAsString();
}

std::optional<absl::Status> DecodeStatusDetails(std::string_view bytes) {
  v1::rpcstatus::Status wire;
  if (!wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  if (wire.code() <= 0 || wire.code() > static_cast<int>(absl::StatusCode::kUnauthenticated)) {
    return std::nullopt;
  }
  const auto info = Unpack<ErrorInfo>(wire, kErrorInfoUrl);
  if (!info || info->domain() != kErrorDomain) return std::nullopt;

  const auto applied = info->metadata().find(std::string(kAppliedKey));
  absl::Status status = MakeError(
      static_cast<absl::StatusCode>(wire.code()), info->reason(), wire.message(),
      applied == info->metadata().end() ? Applied::kUnknown : AppliedFromName(applied->second));
  for (const auto& [name, value] : info->metadata()) {
    if (name != kAppliedKey) SetErrorDetail(status, name, value);
  }
  if (const auto retry = Unpack<RetryInfo>(wire, kRetryInfoUrl)) {
    SetRetryAfter(status, DurationOf(retry->retry_delay()));
  }
  return status;
}

}  // namespace quorate
