// Between the messages of the wire and the types of the node. Strings are
// moved, never copied: what comes in is spent.
#pragma once

#include "absl/status/statusor.h"
#include "kv/command.h"
#include "quorate/v1/admin.pb.h"
#include "quorate/v1/kv.pb.h"
#include "replica/replica.h"
#include "replica/request.h"
#include "ring/topology.h"

namespace quorate::rpc {

// INVALID_ARGUMENT where the message leaves open what to do.
absl::StatusOr<kv::Mutation> TakeMutation(v1::Mutation* in);
absl::StatusOr<kv::Mutation> TakeMutation(v1::CompareAndSetRequest* in);
absl::StatusOr<Level> LevelOf(v1::Level level);

// `arc`: the partition's position in its keyspace.
void FillReceipt(const Receipt& receipt, uint32_t arc, v1::Receipt* out);
// `total`: at this node, from the request's arrival on.
void FillTimings(const StageTimings& timings, absl::Duration total, v1::Receipt* out);
void FillResults(const Reply& reply, v1::WriteResponse* out);
void FillWrite(const Reply& reply, uint32_t arc, v1::WriteResponse* out);
// The answer to a Lookup's key number `i`; its value is moved out of `reply`.
void FillGet(Reply& reply, size_t i, uint32_t arc, v1::GetResponse* out);
void FillRecord(kv::Record record, v1::Record* out);
// An error inside an answer that succeeds: of one operation of a stream, or of a
// write that was asked about.
void FillError(const absl::Status& status, v1::StreamError* out);

void FillKeyspace(const ring::KeyspaceInfo& keyspace, v1::Keyspace* out);
void FillNode(const ring::NodeInfo& node, v1::Node* out);
void FillReplicaStatus(const ReplicaStatus& status, v1::ReplicaStatus* out);

}  // namespace quorate::rpc
