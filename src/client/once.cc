#include "client/once.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/env.h"
#include "base/error.h"
#include "client/backoff.h"
#include "client/call.h"
#include "client/convert.h"
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
  if (place.mode != Mode::kQuorum) return exactly_once && level != Level::kOne;
  return exactly_once && place.conflict != Conflict::kLww && place.conflict != Conflict::kNone &&
         level != Level::kAny;
}

bool WorthAsking(const Ticket& ticket, const absl::Status& judged, absl::Duration left) {
  constexpr absl::Duration kLeastTime = absl::Milliseconds(5);
  return ticket.writer != nullptr && ticket.writer->leaderless() && !judged.ok() &&
         AppliedOf(judged) == Applied::kUnknown && left > kLeastTime;
}

void AskFate(Core& core, const Ticket& ticket, Level level, absl::Duration left,
             Callback<v1::ResolveResponse> done) {
  const OperationId operation = ticket.writer->Operation(ticket.identity.sequence());
  v1::ResolveRequest request;
  request.set_keyspace(operation.keyspace);
  request.set_partition_id(operation.partition.value());
  request.set_writer(operation.writer);
  request.set_sequence(operation.sequence);
  request.set_level(ToWire(level == Level::kDefault ? Level::kQuorum : level));
  StartCall<v1::ResolveResponse>(
      core, Target{.keyspace = operation.keyspace}, left, std::move(request),
      [](NodeLink& link, grpc::ClientContext* context, const v1::ResolveRequest* sent,
         v1::ResolveResponse* response, std::function<void(grpc::Status)> on_end) {
        link.kv().async()->Resolve(context, sent, response, std::move(on_end));
      },
      std::move(done));
}

absl::Status JudgeFate(const absl::StatusOr<v1::ResolveResponse>& fate, absl::Status judged) {
  if (!fate.ok()) return judged;
  if (fate->fate() == v1::FATE_NEVER) return absl::CancelledError("it never was");
  if (fate->fate() != v1::FATE_APPLIED) return judged;
  const v1::Receipt& receipt = fate->write().receipt();
  if (receipt.achieved() == receipt.asked()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable, "LEVEL_NOT_REACHED",
                   "the write is done, but was not seen to reach the level asked for; it need not "
                   "be sent again",
                   Applied::kYes);
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

bool NeedsAnotherNumber(const Ticket& ticket, const absl::Status& judged) {
  return ticket.writer != nullptr && ticket.writer->leaderless() &&
         AppliedOf(judged) == Applied::kNo && ReasonOf(judged) == "REGISTER_CONTENDED";
}

absl::Duration WaitForAnotherNumber(uint32_t attempt) {
  constexpr BackoffOptions kContention = {absl::Milliseconds(1), absl::Milliseconds(100)};
  return ComputeBackoff(kContention, attempt, SystemEnv().Random());
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
