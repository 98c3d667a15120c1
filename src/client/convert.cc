#include "client/convert.h"

#include <algorithm>
#include <utility>

#include "base/ladder_codec.h"
#include "client/convert_merged.h"

namespace quorate::client {
namespace {

Timings TimingsOf(const v1::Timings& wire) {
  return {.queued = absl::Microseconds(wire.queued_us()),
          .agreed = absl::Microseconds(wire.agreed_us()),
          .logged = absl::Microseconds(wire.logged_us()),
          .forwarded = absl::Microseconds(wire.forwarded_us()),
          .total = absl::Microseconds(wire.total_us())};
}

template <class Receipt>
Receipt ReceiptOf(const v1::Receipt& wire) {
  Receipt receipt;
  receipt.asked = static_cast<Level>(wire.asked());
  receipt.achieved = static_cast<Level>(wire.achieved());
  receipt.version = wire.version();
  receipt.mode = static_cast<Mode>(wire.mode());
  receipt.epoch = Epoch(wire.epoch());
  receipt.served_by = NodeId(wire.served_by());
  for (const uint64_t node : wire.acked_by()) receipt.acked_by.push_back(NodeId(node));
  receipt.durable = wire.durable();
  if (wire.has_staleness_us()) receipt.staleness = absl::Microseconds(wire.staleness_us());
  receipt.partition = wire.partition();
  if (wire.has_timings()) receipt.timings = TimingsOf(wire.timings());
  return receipt;
}

template <class List>
std::vector<ReadReceipt> ReceiptsOf(const List& wire) {
  std::vector<ReadReceipt> receipts;
  for (const v1::Receipt& one : wire) receipts.push_back(ReadReceiptOf(one));
  return receipts;
}

template <class List>
std::vector<Record> TakeRecords(List& wire) {
  std::vector<Record> records;
  records.reserve(static_cast<size_t>(wire.size()));
  for (v1::Record& one : wire) {
    records.push_back({std::move(*one.mutable_key()), std::move(*one.mutable_value()),
                       one.version(), ExpiryOf(one.expires_at_us())});
    if (one.has_merged()) records.back().merged = MergedOf(*one.mutable_merged());
  }
  return records;
}

uint64_t Micros(absl::Duration d) {
  return static_cast<uint64_t>(std::max<int64_t>(0, absl::ToInt64Microseconds(d)));
}

}  // namespace

void ToWire(const Condition& condition, v1::Condition& out) {
  switch (condition.kind()) {
    case Condition::Kind::kNone:
      break;
    case Condition::Kind::kAbsent:
      out.set_absent(true);
      break;
    case Condition::Kind::kPresent:
      out.set_present(true);
      break;
    case Condition::Kind::kVersion:
      out.set_version(condition.version());
      break;
    case Condition::Kind::kValue:
      out.set_value(condition.value());
      break;
  }
}

v1::Mutation ToWire(Mutation mutation) {
  v1::Mutation wire;
  wire.set_key(mutation.key());
  switch (mutation.action()) {
    case Mutation::Action::kPut:
      wire.set_put(mutation.value());
      break;
    case Mutation::Action::kDelete:
      wire.set_delete_(true);
      break;
    case Mutation::Action::kAdd:
      wire.set_add(mutation.delta());
      break;
    default:
      MergingToWire(mutation, wire);
  }
  if (!mutation.context().empty()) wire.set_context(mutation.context());
  if (mutation.condition().kind() != Condition::Kind::kNone) {
    ToWire(mutation.condition(), *wire.mutable_condition());
  }
  if (mutation.ttl()) wire.set_ttl_us(TtlToWire(*mutation.ttl()));
  return wire;
}

// A negative one is refused by the server, as what it looks like there.
uint64_t TtlToWire(absl::Duration ttl) {
  constexpr absl::Duration kStep = absl::Microseconds(1);
  const absl::Duration whole =
      ttl < absl::ZeroDuration() ? absl::Floor(ttl, kStep) : absl::Ceil(ttl, kStep);
  return static_cast<uint64_t>(absl::ToInt64Microseconds(whole));
}

Resolution ResolutionOf(const v1::ResolveResponse& response) {
  Resolution resolution;
  switch (response.fate()) {
    case v1::FATE_APPLIED:
      resolution.fate = Resolution::Fate::kApplied;
      resolution.batch = BatchResultOf(response.write());
      break;
    case v1::FATE_FAILED:
      resolution.fate = Resolution::Fate::kFailed;
      resolution.why = MakeError(static_cast<absl::StatusCode>(response.error().code()),
                                 response.error().reason(), response.error().message());
      break;
    case v1::FATE_NEVER:
      resolution.fate = Resolution::Fate::kNever;
      break;
    case v1::FATE_SETTLED:
      resolution.fate = Resolution::Fate::kSettled;
      break;
    case v1::FATE_EXPIRED:
      resolution.fate = Resolution::Fate::kExpired;
      break;
    default:
      break;
  }
  return resolution;
}

WriteReceipt WriteReceiptOf(const v1::WriteResponse& response) {
  auto receipt = ReceiptOf<WriteReceipt>(response.receipt());
  receipt.existed = response.results_size() > 0 && response.results(0).existed();
  if (response.results_size() == 1) receipt.context = response.results(0).context();
  receipt.hinted = response.receipt().hinted();
  return receipt;
}

AddResult AddResultOf(const v1::WriteResponse& response) {
  return {.sum = response.results_size() > 0 ? response.results(0).counter() : 0,
          .receipt = WriteReceiptOf(response)};
}

BatchResult BatchResultOf(const v1::WriteResponse& response) {
  BatchResult result;
  for (const v1::MutationResult& one : response.results()) {
    result.items.push_back({one.version(), one.existed(), one.counter(), one.context()});
  }
  result.receipt = WriteReceiptOf(response);
  return result;
}

ReadReceipt ReadReceiptOf(const v1::Receipt& wire) {
  auto receipt = ReceiptOf<ReadReceipt>(wire);
  receipt.rung = wire.rung();
  return receipt;
}

void ToWire(absl::Duration bound, const Ladder& ladder, const std::optional<Session>& session,
            v1::ReadOptions& out) {
  out.set_bound_us(Micros(bound));
  EncodeLadder(ladder, *out.mutable_ladder());
  if (session) out.set_session(session->token());
}

GetResult GetResultOf(v1::GetResponse& response) {
  GetResult result;
  if (response.found()) result.value = std::move(*response.mutable_value());
  result.version = response.version();
  result.expires_at = ExpiryOf(response.expires_at_us());
  if (response.has_merged()) result.merged = MergedOf(*response.mutable_merged());
  result.receipt = ReadReceiptOf(response.receipt());
  return result;
}

MultiGetResult MultiGetResultOf(v1::MultiGetResponse& response) {
  return {.records = TakeRecords(*response.mutable_records()),
          .receipts = ReceiptsOf(response.receipts())};
}

ScanPage ScanPageOf(v1::ScanResponse& response) {
  return {.records = TakeRecords(*response.mutable_records()),
          .cursor = std::move(*response.mutable_cursor()),
          .receipts = ReceiptsOf(response.receipts())};
}

}  // namespace quorate::client
