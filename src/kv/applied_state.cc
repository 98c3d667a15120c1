// The stored form of AppliedState: one format byte, a checksum, then a
// quorate.v1.AppliedRecord.
#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "kv/bytes.h"
#include "kv/state_machine.h"
#include "quorate/v1/storage.pb.h"

namespace quorate::kv {
namespace {

constexpr uint8_t kFormat = 1;
// A build that does not know of busy writers must not take them for absent.
constexpr uint8_t kFormatBusy = 2;
constexpr size_t kRecordAt = 1 + sizeof(uint64_t);

absl::Status Unreadable(std::string_view reason, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, reason,
                   StrCat("the record of a partition's applied position ", what));
}

}  // namespace

std::string AppliedState::Encode() const {
  v1::AppliedRecord record;
  record.set_index(index.value());
  record.set_term(term.value());
  record.set_last_version(last_version);
  record.set_configuration(configuration);
  record.set_time_us(time_us);
  record.set_writers_opened(writers_opened);
  record.set_busy_writers(busy_writers);
  record.set_by_entries(by_entries);
  record.set_member_since(member_since);
  const std::string body = record.SerializeAsString();
  std::string out(1, static_cast<char>(busy_writers.empty() ? kFormat : kFormatBusy));
  AppendFixed<uint64_t>(out, Hash64(body));
  return out + body;
}

absl::StatusOr<AppliedState> AppliedState::Decode(std::string_view bytes) {
  constexpr std::string_view kWayOut =
      "; leave this node stopped and keep its data folder: the others go on, and none is rebuilt "
      "from them yet";
  if (bytes.size() < kRecordAt) {
    return Unreadable("APPLIED_DAMAGED", StrCat("is only ", bytes.size(), " bytes", kWayOut));
  }
  const auto format = static_cast<uint8_t>(bytes[0]);
  if (format != kFormat && format != kFormatBusy) {
    return Unreadable("NEWER_FORMAT",
                      StrCat("has format ", int{format}, ", this build reads up to ",
                             int{kFormatBusy}, "; run the build that wrote it"));
  }
  const std::string_view body = bytes.substr(kRecordAt);
  v1::AppliedRecord record;
  if (LoadFixed<uint64_t>(bytes.substr(1)) != Hash64(body) ||
      !record.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return Unreadable("APPLIED_DAMAGED", StrCat("does not match its checksum", kWayOut));
  }
  AppliedState state;
  state.index = LogIndex(record.index());
  state.term = Term(record.term());
  state.last_version = record.last_version();
  state.configuration = std::move(*record.mutable_configuration());
  state.time_us = record.time_us();
  state.writers_opened = record.writers_opened();
  state.busy_writers = std::move(*record.mutable_busy_writers());
  state.by_entries = record.by_entries();
  state.member_since = record.member_since();
  return state;
}

}  // namespace quorate::kv
