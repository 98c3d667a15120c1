// Writes that happen once: a writer is opened in a partition, and what became of
// one of its writes is asked.
#pragma once

#include "absl/status/status.h"
#include "node/node.h"
#include "quorate/v1/kv.pb.h"
#include "rpc/router.h"
#include "rpc/unary_call.h"

namespace quorate::rpc {

// INVALID_ARGUMENT, IDENTITY_INVALID: a part of an identity without the others.
absl::StatusOr<kv::Identity> IdentityOf(const v1::Identity& in);
// FAILED_PRECONDITION, WRITER_EXPIRED: its writer was opened in another
// partition than the one that the write is for.
absl::Status CheckWriterPartition(const v1::Identity& in, PartitionId partition);

// Their errors fail the call. The messages live as long as it does.
absl::Status StartOpenWriter(Node& node, const Route& route, UnaryCall* call,
                             const v1::OpenWriterRequest* in, v1::OpenWriterResponse* out);
// NOT_FOUND, PARTITION_NOT_FOUND: the keyspace has no such partition.
absl::Status StartResolve(Node& node, const Route& route, UnaryCall* call,
                          const v1::ResolveRequest* in, v1::ResolveResponse* out);

}  // namespace quorate::rpc
