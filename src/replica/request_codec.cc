// The wire form of requests and replies between nodes.
#include <utility>

#include "base/error.h"
#include "kv/bundle.h"
#include "kv/merging_codec.h"
#include "quorate/v1/storage.pb.h"
#include "replica/request.h"

namespace quorate {
namespace {

absl::Status Malformed(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE",
                   std::string("forwarded ") + std::string(what));
}

void EncodeReceipt(const Receipt& receipt, v1::Receipt* out) {
  out->set_asked(static_cast<v1::Level>(receipt.asked));
  out->set_achieved(static_cast<v1::Level>(receipt.achieved));
  out->set_version(receipt.version);
  out->set_mode(static_cast<v1::Mode>(receipt.mode));
  out->set_epoch(receipt.epoch.value());
  out->set_served_by(receipt.served_by.value());
  for (NodeId node : receipt.acked_by) out->add_acked_by(node.value());
  out->set_durable(receipt.durable);
  out->set_term(receipt.position.term.value());
  out->set_index(receipt.position.index.value());
  out->set_seen(receipt.seen);
  out->set_hinted(receipt.hinted);
  if (receipt.staleness) {
    out->set_staleness_us(static_cast<uint64_t>(absl::ToInt64Microseconds(*receipt.staleness)));
  }
}

Receipt DecodeReceipt(const v1::Receipt& in) {
  Receipt receipt;
  receipt.asked = static_cast<Level>(in.asked());
  receipt.achieved = static_cast<Level>(in.achieved());
  receipt.version = in.version();
  receipt.mode = static_cast<Mode>(in.mode());
  receipt.epoch = Epoch(in.epoch());
  receipt.served_by = NodeId(in.served_by());
  for (uint64_t id : in.acked_by()) receipt.acked_by.emplace_back(id);
  receipt.durable = in.durable();
  receipt.position = {Term(in.term()), LogIndex(in.index())};
  receipt.seen = in.seen();
  receipt.hinted = in.hinted();
  if (in.has_staleness_us()) {
    receipt.staleness = absl::Microseconds(static_cast<int64_t>(in.staleness_us()));
  }
  return receipt;
}

uint64_t Micros(absl::Duration duration) {
  return static_cast<uint64_t>(absl::ToInt64Microseconds(duration));
}

void EncodeTimings(const StageTimings& timings, v1::Timings* out) {
  out->set_queued_us(Micros(timings.queued));
  out->set_agreed_us(Micros(timings.agreed));
  out->set_logged_us(Micros(timings.logged));
  out->set_forwarded_us(Micros(timings.forwarded));
}

StageTimings DecodeTimings(const v1::Timings& in) {
  return {absl::Microseconds(in.queued_us()), absl::Microseconds(in.agreed_us()),
          absl::Microseconds(in.logged_us()), absl::Microseconds(in.forwarded_us())};
}

void EncodeFound(const kv::Record& record, v1::Found* out) {
  out->set_key(record.key);
  out->set_value(record.value);
  out->set_version(record.version);
  out->set_expires_at_us(record.expires_at_us);
  if (record.merged != nullptr) kv::EncodeMerged(*record.merged, *out->mutable_merged());
}

// Takes the strings.
kv::Record DecodeFound(v1::Found& in) {
  kv::Record record{std::move(*in.mutable_key()), std::move(*in.mutable_value()), in.version(),
                    in.expires_at_us()};
  if (in.has_merged()) {
    record.merged = std::make_shared<kv::Merged>(kv::TakeMerged(*in.mutable_merged()));
  }
  return record;
}

}  // namespace

std::string EncodeRequest(const Request& request) {
  v1::StoredRequest out;
  out.set_partition(request.partition.value());
  out.set_epoch(request.epoch.value());
  out.set_level(static_cast<v1::Level>(request.level));
  out.set_bound_us(static_cast<uint64_t>(absl::ToInt64Microseconds(request.bound)));
  out.set_seen_term(request.seen.term.value());
  out.set_seen_index(request.seen.index.value());
  out.set_seen(request.session);
  out.set_hint_life(request.hint_life.value());
  if (const auto* command = std::get_if<kv::Command>(&request.op)) {
    out.set_bundle(kv::EncodeBundle(absl::MakeConstSpan(command, 1), request.hint));
  } else if (const auto* lookup = std::get_if<Lookup>(&request.op)) {
    auto* keys = out.mutable_lookup();
    for (const std::string& key : lookup->keys) keys->add_keys(key);
  } else {
    const auto& range = std::get<kv::Range>(request.op);
    auto* r = out.mutable_range();
    r->set_start(range.start);
    r->set_end(range.end);
    r->set_limit(range.limit);
    r->set_max_bytes(range.bytes_max);
    r->set_keys_only(range.keys_only);
  }
  return out.SerializeAsString();
}

absl::StatusOr<Request> DecodeRequest(std::string_view bytes) {
  v1::StoredRequest in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Malformed("request");
  Request request;
  request.partition = PartitionId(in.partition());
  request.epoch = Epoch(in.epoch());
  if (in.level() < 0 || in.level() > static_cast<int>(Level::kLinearizable)) {
    return Malformed("request: level " + std::to_string(in.level()));
  }
  request.level = static_cast<Level>(in.level());
  request.bound = absl::Microseconds(in.bound_us());
  request.seen = {Term(in.seen_term()), LogIndex(in.seen_index())};
  request.session = std::move(*in.mutable_seen());
  request.hint_life = Boot(in.hint_life());
  switch (in.op_case()) {
    case v1::StoredRequest::kBundle: {
      auto bundle = kv::DecodeBundle(in.bundle());
      if (!bundle.ok()) return bundle.status();
      if (bundle->commands.size() != 1) return Malformed("request: not one command");
      request.hint = bundle->time_us;
      request.op = std::move(bundle->commands.front());
      break;
    }
    case v1::StoredRequest::kLookup: {
      Lookup lookup;
      for (auto& key : *in.mutable_lookup()->mutable_keys()) lookup.keys.push_back(std::move(key));
      request.op = std::move(lookup);
      break;
    }
    case v1::StoredRequest::kRange:
      request.op = kv::Range{in.range().start(), in.range().end(), in.range().limit(),
                             in.range().max_bytes(), in.range().keys_only()};
      break;
    case v1::StoredRequest::OP_NOT_SET:
      return Malformed("request without an operation");
  }
  return request;
}

std::string EncodeReply(const Reply& reply) {
  v1::StoredReply out;
  out.set_code(static_cast<int32_t>(reply.status.code()));
  if (!reply.status.ok()) {
    out.set_message(std::string(reply.status.message()));
    out.set_reason(ReasonOf(reply.status));
    out.set_applied(std::string(AppliedName(AppliedOf(reply.status))));
    const auto delay = RetryAfterOf(reply.status);
    if (delay) out.set_retry_after_us(static_cast<uint64_t>(absl::ToInt64Microseconds(*delay)));
  }
  out.set_version(reply.write.version);
  out.set_writer(reply.write.writer);
  out.set_fate(static_cast<v1::Fate>(reply.write.fate));
  for (const kv::MutationResult& result : reply.write.results) {
    auto* r = out.add_results();
    r->set_version(result.version);
    r->set_existed(result.existed);
    r->set_counter(result.counter);
    r->set_context(result.context);
  }
  for (const auto& found : reply.found) {
    auto* f = out.add_found();
    if (found) EncodeFound(*found, f);
  }
  for (const kv::Record& record : reply.page.records) EncodeFound(record, out.add_records());
  out.set_more(reply.page.more);
  EncodeReceipt(reply.receipt, out.mutable_receipt());
  EncodeTimings(reply.timings, out.mutable_receipt()->mutable_timings());
  out.set_partition(reply.receipt.partition.value());
  return out.SerializeAsString();
}

absl::StatusOr<Reply> DecodeReply(std::string_view bytes) {
  v1::StoredReply in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Malformed("reply");
  Reply reply;
  if (in.code() != 0) {
    reply.status = MakeError(static_cast<absl::StatusCode>(in.code()), in.reason(), in.message(),
                             AppliedFromName(in.applied()));
    if (in.retry_after_us() != 0) {
      SetRetryAfter(reply.status, absl::Microseconds(in.retry_after_us()));
    }
  }
  reply.write.status = reply.status;
  reply.write.version = in.version();
  reply.write.writer = in.writer();
  if (!v1::Fate_IsValid(in.fate())) return Malformed("reply: fate " + std::to_string(in.fate()));
  reply.write.fate = static_cast<kv::Fate>(in.fate());
  for (auto& r : *in.mutable_results()) {
    reply.write.results.push_back(
        {r.version(), r.existed(), r.counter(), std::move(*r.mutable_context())});
  }
  for (auto& f : *in.mutable_found()) {
    if (f.has_value()) {
      reply.found.push_back(DecodeFound(f));
    } else {
      reply.found.push_back(std::nullopt);
    }
  }
  for (auto& r : *in.mutable_records()) reply.page.records.push_back(DecodeFound(r));
  reply.page.more = in.more();
  reply.receipt = DecodeReceipt(in.receipt());
  reply.timings = DecodeTimings(in.receipt().timings());
  reply.receipt.partition = PartitionId(in.partition());
  return reply;
}

}  // namespace quorate
