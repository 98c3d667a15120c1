#include "rpc/convert.h"

#include <utility>

#include "base/error.h"
#include "base/ladder_codec.h"
#include "base/strings.h"
#include "kv/merging_codec.h"
#include "rpc/write_command.h"

namespace quorate::rpc {
namespace {

absl::Status Incomplete(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "INCOMPLETE_REQUEST", what);
}

kv::Condition TakeCondition(v1::Condition* in) {
  kv::Condition out;
  switch (in->kind_case()) {
    case v1::Condition::kAbsent:
      out.kind = kv::Condition::Kind::kAbsent;
      break;
    case v1::Condition::kPresent:
      out.kind = kv::Condition::Kind::kPresent;
      break;
    case v1::Condition::kVersion:
      out.kind = kv::Condition::Kind::kVersion;
      out.version = in->version();
      break;
    case v1::Condition::kValue:
      out.kind = kv::Condition::Kind::kValue;
      out.value = std::move(*in->mutable_value());
      break;
    case v1::Condition::KIND_NOT_SET:
      break;
  }
  return out;
}

}  // namespace

absl::StatusOr<kv::Mutation> TakeMutation(v1::Mutation* in) {
  kv::Mutation out;
  switch (in->action_case()) {
    case v1::Mutation::kPut:
      out.action = kv::Mutation::Action::kPut;
      out.value = std::move(*in->mutable_put());
      break;
    case v1::Mutation::kDelete:
      out.action = kv::Mutation::Action::kDelete;
      break;
    case v1::Mutation::kAdd:
      out.action = kv::Mutation::Action::kAdd;
      out.delta = in->add();
      break;
    case v1::Mutation::kSet:
      if (kv::TakeMergingAction(*in, out)) break;
      return Incomplete("a change of a set names no action: set one of add, remove");
    case v1::Mutation::kMap:
      if (kv::TakeMergingAction(*in, out)) break;
      return Incomplete(
          "a change of a map names no action: set one of put, add, add_element, remove_element, "
          "remove, the last with the type of the field");
    case v1::Mutation::ACTION_NOT_SET:
      return Incomplete("a mutation names no action: set one of put, delete, add, set, map");
  }
  if (out.action == kv::Mutation::Action::kPut || out.action == kv::Mutation::Action::kAdd) {
    out.ttl_us = TtlOf(*in);
  } else if (in->has_ttl_us()) {
    return Incomplete("a mutation has a ttl_us: only puts and adds have one");
  }
  out.key = std::move(*in->mutable_key());
  out.context = std::move(*in->mutable_context());
  if (in->has_condition()) out.condition = TakeCondition(in->mutable_condition());
  return out;
}

absl::StatusOr<kv::Mutation> TakeMutation(v1::CompareAndSetRequest* in) {
  kv::Mutation out;
  switch (in->action_case()) {
    case v1::CompareAndSetRequest::kPut:
      out.action = kv::Mutation::Action::kPut;
      out.ttl_us = TtlOf(*in);
      out.value = std::move(*in->mutable_put());
      break;
    case v1::CompareAndSetRequest::kDelete:
      out.action = kv::Mutation::Action::kDelete;
      break;
    case v1::CompareAndSetRequest::ACTION_NOT_SET:
      return Incomplete("compare-and-set names no action: set one of put, delete");
  }
  out.key = std::move(*in->mutable_key());
  out.condition = TakeCondition(in->mutable_condition());
  if (out.condition.kind == kv::Condition::Kind::kNone) {
    return Incomplete(
        "compare-and-set names no condition: set one of absent, present, version, value");
  }
  return out;
}

absl::StatusOr<Level> LevelOf(v1::Level level) {
  const int number = static_cast<int>(level);
  if (number < 0 || number > static_cast<int>(Level::kLinearizable)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_LEVEL",
                     StrCat("there is no level number ", number));
  }
  return static_cast<Level>(number);
}

void FillReceipt(const Receipt& receipt, uint32_t arc, v1::Receipt* out) {
  out->set_asked(static_cast<v1::Level>(receipt.asked));
  out->set_achieved(static_cast<v1::Level>(receipt.achieved));
  out->set_version(receipt.version);
  out->set_mode(static_cast<v1::Mode>(receipt.mode));
  out->set_epoch(receipt.epoch.value());
  out->set_served_by(receipt.served_by.value());
  out->mutable_acked_by()->Reserve(static_cast<int>(receipt.acked_by.size()));
  for (NodeId node : receipt.acked_by) out->add_acked_by(node.value());
  out->set_durable(receipt.durable);
  if (receipt.staleness) {
    out->set_staleness_us(static_cast<uint64_t>(absl::ToInt64Microseconds(*receipt.staleness)));
  }
  out->set_partition(arc);
  out->set_partition_id(receipt.partition.value());
  out->set_term(receipt.position.term.value());
  out->set_index(receipt.position.index.value());
  if (!receipt.seen.empty()) out->set_seen(receipt.seen);
  out->set_hinted(receipt.hinted);
  out->set_rung(receipt.rung);
}

void FillTimings(const StageTimings& timings, absl::Duration total, v1::Receipt* out) {
  const auto micros = [](absl::Duration duration) {
    return static_cast<uint64_t>(absl::ToInt64Microseconds(duration));
  };
  v1::Timings* told = out->mutable_timings();
  told->set_queued_us(micros(timings.queued));
  told->set_agreed_us(micros(timings.agreed));
  told->set_logged_us(micros(timings.logged));
  told->set_forwarded_us(micros(timings.forwarded));
  told->set_total_us(micros(total));
}

void FillResults(const Reply& reply, v1::WriteResponse* out) {
  for (const kv::MutationResult& result : reply.write.results) {
    v1::MutationResult* one = out->add_results();
    one->set_version(result.version);
    one->set_existed(result.existed);
    one->set_counter(result.counter);
    if (!result.context.empty()) one->set_context(result.context);
  }
}

void FillWrite(const Reply& reply, uint32_t arc, v1::WriteResponse* out) {
  out->mutable_results()->Reserve(static_cast<int>(reply.write.results.size()));
  FillResults(reply, out);
  FillReceipt(reply.receipt, arc, out->mutable_receipt());
}

void FillGet(Reply& reply, size_t i, uint32_t arc, v1::GetResponse* out) {
  FillReceipt(reply.receipt, arc, out->mutable_receipt());
  out->mutable_receipt()->set_version(0);
  if (i >= reply.found.size() || !reply.found[i]) return;
  kv::Record& record = *reply.found[i];
  out->set_found(true);
  out->set_value(std::move(record.value));
  out->set_version(record.version);
  out->set_expires_at_us(record.expires_at_us);
  if (record.merged != nullptr) kv::TakeMerged(*record.merged, *out->mutable_merged());
  out->mutable_receipt()->set_version(record.version);
}

void FillRecord(kv::Record record, v1::Record* out) {
  out->set_key(std::move(record.key));
  out->set_value(std::move(record.value));
  out->set_version(record.version);
  out->set_expires_at_us(record.expires_at_us);
  if (record.merged != nullptr) kv::TakeMerged(*record.merged, *out->mutable_merged());
}

void FillError(const absl::Status& status, v1::StreamError* out) {
  out->set_code(static_cast<int32_t>(status.code()));
  out->set_message(std::string(status.message()));
  out->set_reason(ReasonOf(status));
  out->set_applied(std::string(AppliedName(AppliedOf(status))));
  const auto delay = RetryAfterOf(status);
  if (delay) out->set_retry_after_us(static_cast<uint64_t>(absl::ToInt64Microseconds(*delay)));
  for (const auto& [name, value] : ErrorDetailsOf(status)) (*out->mutable_details())[name] = value;
}

void FillKeyspace(const ring::KeyspaceInfo& keyspace, v1::Keyspace* out) {
  out->set_id(keyspace.id.value());
  out->set_name(keyspace.name);
  out->set_mode(static_cast<v1::Mode>(keyspace.mode));
  out->set_replicas(keyspace.replicas);
  out->set_default_read(static_cast<v1::Level>(keyspace.default_read));
  out->set_default_write(static_cast<v1::Level>(keyspace.default_write));
  out->set_lease_drift_ppm(keyspace.lease_drift_ppm);
  out->set_default_ttl_us(keyspace.default_ttl_us);
  out->set_conflict(static_cast<v1::Conflict>(keyspace.conflict));
  EncodeLadder(keyspace.default_ladder, *out->mutable_default_ladder());
  for (const ring::PartitionInfo& partition : keyspace.partitions) {
    v1::Partition* one = out->add_partitions();
    one->set_id(partition.id.value());
    for (NodeId node : partition.replicas) one->add_replicas(node.value());
  }
}

void FillNode(const ring::NodeInfo& node, v1::Node* out) {
  out->set_id(node.id.value());
  out->set_client_address(node.client_address);
  out->set_peer_address(node.peer_address);
  out->set_zone(node.zone);
  out->set_weight(node.weight);
  out->set_leaving(node.leaving);
}

void FillReplicaStatus(const ReplicaStatus& status, v1::ReplicaStatus* out) {
  out->set_partition(status.partition.value());
  out->set_node(status.node.value());
  out->set_role(status.role);
  out->set_leader(status.leader.value());
  out->set_term(status.term);
  out->set_last_index(status.last_index);
  out->set_commit_index(status.commit_index);
  out->set_applied_index(status.applied_index);
  out->set_log_first_index(status.log_first_index);
  out->set_quiet(status.quiet);
  if (!status.filling) return;
  v1::FillStatus* filling = out->mutable_filling();
  filling->set_node(status.filling.value());
  filling->set_for_ms(static_cast<uint64_t>(absl::ToInt64Milliseconds(status.filling_since)));
  filling->set_sent_bytes(status.filled_bytes);
  filling->set_total_bytes(status.fill_bytes);
}

}  // namespace quorate::rpc
