#include "rpc/stream_message.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "rpc/convert.h"
#include "rpc/deadline.h"
#include "rpc/write_command.h"
#include "rpc/writer_calls.h"

namespace quorate::rpc {
namespace {

// Larger lookups are cut, so that one reply doesn't hold too many values.
constexpr size_t kLookupKeysMax = 256;
constexpr size_t kBytesPerCost = 1024;

absl::Duration Moment(absl::Duration now, uint64_t timeout_us, absl::Duration fallback) {
  constexpr uint64_t kTimeoutMaxUs = 3'600'000'000;
  if (timeout_us == 0) return now + fallback;
  return now + absl::Microseconds(static_cast<int64_t>(std::min(timeout_us, kTimeoutMaxUs)));
}

size_t BytesOf(const v1::Mutation& mutation) {
  const v1::MapChange& map = mutation.map();
  return mutation.put().size() + mutation.set().add().size() + map.put().size() +
         map.add_element().size();
}

}  // namespace

StreamMessage::StreamMessage(StreamCall& stream, v1::StreamRequest& request)
    : stream_(stream),
      request_(request),
      now_(stream.world_.env.Monotonic()),
      deadline_(Moment(now_, request.timeout_us(), stream.world_.default_deadline)),
      write_route_(stream.world_.router.FindForWrite(request.keyspace(), request.level(),
                                                     request.read().session())),
      read_route_(
          stream.world_.router.FindForRead(request.keyspace(), request.level(), request.read())) {}

bool StreamMessage::MayBeStale() const {
  return !write_route_.ok() && rpc::MayBeStale(write_route_.status());
}

uint32_t StreamMessage::CostOf(const v1::StreamOp& op) {
  size_t bytes = 0;
  if (op.op_case() == v1::StreamOp::kMutation) {
    bytes = BytesOf(op.mutation());
  } else if (op.op_case() == v1::StreamOp::kBatch) {
    for (const v1::Mutation& mutation : op.batch().mutations()) bytes += BytesOf(mutation);
  }
  return static_cast<uint32_t>(1 + bytes / kBytesPerCost);
}

uint64_t StreamMessage::Cost() const {
  uint64_t cost = 0;
  for (const v1::StreamOp& op : request_.ops()) cost += CostOf(op);
  return cost;
}

void StreamMessage::Execute() {
  for (v1::StreamOp& op : *request_.mutable_ops()) {
    const uint32_t cost = CostOf(op);
    switch (op.op_case()) {
      case v1::StreamOp::kMutation:
      case v1::StreamOp::kBatch:
        ExecuteWrite(op, cost);
        break;
      case v1::StreamOp::kGet:
        AddGet(op, cost);
        break;
      case v1::StreamOp::OP_NOT_SET:
        stream_.AnswerError(
            op.id(), cost,
            MakeError(absl::StatusCode::kInvalidArgument, "INCOMPLETE_REQUEST",
                      StrCat("operation ", op.id(), " is empty: set one of mutation, batch, get")));
        break;
    }
  }
  while (!lookups_.empty()) SendLookup(lookups_.begin()->first);
}

void StreamMessage::ExecuteWrite(v1::StreamOp& op, uint32_t cost) {
  if (!write_route_.ok()) return stream_.AnswerError(op.id(), cost, write_route_.status());
  const absl::StatusOr<kv::Identity> identity = IdentityOf(op.identity());
  if (!identity.ok()) return stream_.AnswerError(op.id(), cost, identity.status());
  const Operation operation = op.has_batch() ? Operation::kBatch : OperationOf(op.mutation());
  absl::StatusOr<kv::Command> command = operation == Operation::kBatch
                                            ? ManyMutations(op.mutable_batch()->mutable_mutations())
                                            : OneMutation(TakeMutation(op.mutable_mutation()));
  if (!command.ok()) return stream_.AnswerError(op.id(), cost, command.status());
  command->identity = *identity;
  const absl::StatusOr<uint32_t> arc =
      PrepareCommand(*command, *write_route_->keyspace, stream_.world_.limits);
  if (!arc.ok()) return stream_.AnswerError(op.id(), cost, arc.status());
  Request request = write_route_->ToArc(*arc, deadline_);
  if (absl::Status own = CheckWriterPartition(op.identity(), request.partition); !own.ok()) {
    return stream_.AnswerError(op.id(), cost, own);
  }
  request.op = *std::move(command);
  auto pending = std::make_unique<Pending>();
  pending->operation = operation;
  pending->arc = *arc;
  pending->ids.push_back(op.id());
  pending->costs.push_back(cost);
  Send(std::move(request), std::move(pending));
}

void StreamMessage::AddGet(v1::StreamOp& op, uint32_t cost) {
  if (!read_route_.ok()) return stream_.AnswerError(op.id(), cost, read_route_.status());
  if (absl::Status key = CheckKey(op.get()); !key.ok()) {
    return stream_.AnswerError(op.id(), cost, key);
  }
  const uint32_t arc = read_route_->keyspace->ArcOfKey(op.get());
  OpenLookup& lookup = lookups_[arc];
  if (lookup.pending == nullptr) {
    lookup.request = read_route_->ToArc(arc, deadline_);
    lookup.request.op.emplace<Lookup>();
    lookup.pending = std::make_unique<Pending>();
    lookup.pending->arc = arc;
  }
  auto& keys = std::get<Lookup>(lookup.request.op).keys;
  keys.push_back(std::move(*op.mutable_get()));
  lookup.pending->ids.push_back(op.id());
  lookup.pending->costs.push_back(cost);
  if (keys.size() >= kLookupKeysMax) SendLookup(arc);
}

void StreamMessage::SendLookup(uint32_t arc) {
  OpenLookup lookup = std::move(lookups_.extract(arc).mapped());
  Send(std::move(lookup.request), std::move(lookup.pending));
}

void StreamMessage::Send(Request request, std::unique_ptr<Pending> pending) {
  pending->stream = stream_.shared_from_this();
  pending->level = request.level;
  pending->tells_timings = request_.timings();
  pending->started = now_;
  // One pointer fits the callback without memory of its own.
  stream_.world_.node.Execute(std::move(request), [raw = pending.release()](Reply reply) {
    const std::unique_ptr<Pending> owned(raw);
    owned->stream->Answer(*owned, std::move(reply));
  });
}

}  // namespace quorate::rpc
