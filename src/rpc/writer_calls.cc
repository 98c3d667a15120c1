#include "rpc/writer_calls.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "ring/levels.h"
#include "rpc/convert.h"
#include "rpc/limits.h"
#include "rpc/reply_error.h"

namespace quorate::rpc {
namespace {

absl::Status InvalidIdentity(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "IDENTITY_INVALID",
                   StrCat("an identity ", what,
                          "; open a writer with OpenWriter and number its "
                          "writes from 1"));
}

absl::StatusOr<uint32_t> ArcOfPartition(const ring::KeyspaceInfo& keyspace, uint64_t id) {
  const auto& all = keyspace.partitions;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [id](const auto& one) { return one.id == PartitionId(id); });
  if (found != all.end()) return static_cast<uint32_t>(found - all.begin());
  return MakeError(absl::StatusCode::kNotFound, "PARTITION_NOT_FOUND",
                   StrCat("keyspace \"", keyspace.name, "\" has no partition ", id,
                          ": the operation belongs to another keyspace, or to one of that name "
                          "that was dropped"));
}

}  // namespace

absl::StatusOr<kv::Identity> IdentityOf(const v1::Identity& in) {
  if (in.writer() == 0 && in.sequence() != 0) return InvalidIdentity("names no writer");
  if (in.writer() != 0 && in.sequence() == 0) return InvalidIdentity("has no sequence");
  return kv::Identity{in.writer(), in.sequence(), in.settled_below()};
}

absl::Status CheckWriterPartition(const v1::Identity& in, PartitionId partition) {
  if (in.writer() == 0 || PartitionId(in.partition_id()) == partition) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "WRITER_EXPIRED",
                   StrCat("writer ", in.writer(), " was opened in partition ", in.partition_id(),
                          ", the key is in ", partition.ToString(),
                          ": the keyspace was made anew, or the writer is another key's; open "
                          "another writer"));
}

absl::Status StartOpenWriter(Node& node, const Route& route, UnaryCall* call,
                             const v1::OpenWriterRequest* in, v1::OpenWriterResponse* out) {
  if (absl::Status key = CheckKey(in->key()); !key.ok()) return key;
  call->arc = route.keyspace->ArcOfKey(in->key());
  Request request = route.ToArc(call->arc, call->deadline);
  request.op.emplace<kv::Command>().action = kv::Command::Action::kOpenWriter;
  node.Execute(std::move(request), [call, out](Reply reply) {
    call->Took(reply);
    if (!reply.status.ok()) return call->Fail(ErrorOf(reply));
    out->set_writer(reply.write.writer);
    FillReceipt(reply.receipt, call->arc, out->mutable_receipt());
    call->Succeed();
  });
  return absl::OkStatus();
}

absl::Status StartResolve(Node& node, const Route& route, UnaryCall* call,
                          const v1::ResolveRequest* in, v1::ResolveResponse* out) {
  if (in->writer() == 0 || in->sequence() == 0) {
    return InvalidIdentity("to resolve needs a writer and a sequence");
  }
  const auto arc = ArcOfPartition(*route.keyspace, in->partition_id());
  if (!arc.ok()) return arc.status();
  call->arc = *arc;
  Request request = route.ToArc(*arc, call->deadline);
  if (route.keyspace->mode == Mode::kQuorum) {
    const absl::StatusOr<Level> level = LevelOf(in->level());
    if (!level.ok()) return level.status();
    const bool as_it_is = *level == Level::kDefault || *level == Level::kAny;
    const bool registers = route.keyspace->conflict == Conflict::kRegister;
    request.level = !as_it_is ? *level : registers ? Level::kLinearizable : Level::kOne;
    const absl::Status allowed =
        ring::CheckWriteLevel(route.keyspace->mode, request.level, route.keyspace->conflict);
    if (!allowed.ok()) return allowed;
  }
  auto& command = request.op.emplace<kv::Command>();
  command.action = in->leave_possible() ? kv::Command::Action::kLook : kv::Command::Action::kFence;
  command.identity = {in->writer(), in->sequence(), 0};
  node.Execute(std::move(request), [call, out](Reply reply) {
    call->Took(reply);
    const kv::Fate fate = reply.write.fate;
    if (!reply.status.ok() && fate != kv::Fate::kFailed) return call->Fail(ErrorOf(reply));
    out->set_fate(static_cast<v1::Fate>(fate));
    FillReceipt(reply.receipt, call->arc, out->mutable_receipt());
    if (fate == kv::Fate::kApplied) FillWrite(reply, call->arc, out->mutable_write());
    if (fate == kv::Fate::kFailed) FillError(ErrorOf(reply), out->mutable_error());
    call->Succeed();
  });
  return absl::OkStatus();
}

}  // namespace quorate::rpc
