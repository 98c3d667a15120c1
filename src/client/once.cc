#include "client/once.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/error.h"
#include "client/rpc_status.h"

namespace quorate::client {
namespace {

constexpr std::string_view kWriterExpired = "WRITER_EXPIRED";

// What the partition answers alike however often it is asked.
bool IsVerdict(std::string_view reason) {
  constexpr std::array<std::string_view, 4> kVerdicts = {"CONDITION_FAILED", "NOT_A_COUNTER",
                                                         "COUNTER_OVERFLOW", "WRITE_FENCED"};
  return std::find(kVerdicts.begin(), kVerdicts.end(), reason) != kVerdicts.end();
}

}  // namespace

bool WantsIdentity(const Router::Place& place, Level level, bool exactly_once) {
  if (level == Level::kDefault) level = place.default_write;
  return exactly_once && level != Level::kOne && place.mode != Mode::kQuorum;
}

absl::Status JudgeLast(const absl::Status& last, bool unknown_before) {
  if (last.ok()) return last;
  const std::string reason = ReasonOf(last);
  if (!unknown_before) {
    return reason == kWriterExpired ? WithApplied(last, Applied::kNo) : last;
  }
  if (AppliedOf(last) != Applied::kNo || IsVerdict(reason)) return last;
  return WithApplied(last, Applied::kUnknown);
}

bool NeedsAnotherWriter(const absl::Status& judged) {
  return AppliedOf(judged) == Applied::kNo && ReasonOf(judged) == kWriterExpired;
}

void Conclude(const Ticket& ticket, absl::Status& judged) {
  if (ticket.writer == nullptr) return;
  if (judged.ok() || AppliedOf(judged) != Applied::kUnknown) return ticket.Settle();
  const uint64_t sequence = ticket.identity.sequence();
  ticket.writer->LeaveOpen(sequence);
  SetErrorDetail(judged, "operation", OperationText(ticket.writer->Operation(sequence)));
}

}  // namespace quorate::client
