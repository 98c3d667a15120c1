#include "client/stream_lane.h"

#include <algorithm>
#include <utility>

#include "base/env.h"
#include "base/error.h"
#include "base/strings.h"
#include "client/rpc_status.h"

namespace quorate::client {
namespace {

// A message stays far below the limit of one and is soon on its way.
constexpr size_t kMessageOpsMax = 1024;
constexpr size_t kMessageBytesMax = 1024 * 1024;

absl::Status ExpiredError(std::string_view node, bool sent, bool write) {
  const bool certain = !sent || !write;
  return MakeError(
      absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
      sent ? StrCat("no answer from ", node, " before the deadline")
           : StrCat("still waiting for the connection to ", node, " when the deadline came"),
      certain ? Applied::kNo : Applied::kUnknown);
}

}  // namespace

StreamLane::StreamLane(Core& core, std::shared_ptr<LaneOwner> owner, std::shared_ptr<NodeLink> link,
                       Settings settings)
    : core_(core),
      owner_(std::move(owner)),
      link_(std::move(link)),
      settings_(std::move(settings)),
      response_(std::make_unique<v1::StreamResponse>()) {}

void StreamLane::Open() {
  core_.Begin();
  self_ = shared_from_this();
  link_->kv().async()->Stream(&context_, this);
  // Writes start from outside the reactions; until the last read failed.
  AddHold();
  StartRead(response_.get());
  StartCall();
}

bool StreamLane::Enqueue(PipelineOpPtr& op) {
  absl::MutexLock lock(&mutex_);
  if (ended_) return false;
  if (op->deadline < watched_) WatchDeadline(op->deadline);
  queue_.push_back(std::move(op));
  if (accepted_ && !writing_) WriteQueued();
  return true;
}

void StreamLane::WriteQueued() {
  request_.Clear();
  request_.set_keyspace(settings_.keyspace);
  request_.set_level(settings_.level);
  request_.set_timeout_us(static_cast<uint64_t>(absl::ToInt64Microseconds(settings_.deadline)));
  request_.set_timings(settings_.timings);
  if (settings_.session) {
    v1::ReadOptions& read = *request_.mutable_read();
    read.set_session(settings_.session->token());
    // Of the reads alone: writes have no such level.
    if (settings_.level == v1::LEVEL_UNSPECIFIED) read.add_ladder()->set_level(v1::LEVEL_SESSION);
  }
  const absl::Duration now = SystemEnv().Monotonic();
  size_t bytes = 0;
  for (size_t ops = 0; !queue_.empty() && ops < kMessageOpsMax; ++ops) {
    PipelineOp& op = *queue_.front();
    bytes += op.wire.ByteSizeLong();
    if (ops > 0 && bytes > kMessageBytesMax) break;
    *request_.add_ops() = op.wire;
    op.sent_at = now;
    sent_.emplace(op.wire.id(), std::move(queue_.front()));
    queue_.pop_front();
  }
  writing_ = true;
  StartWrite(&request_);
}

void StreamLane::OnReadInitialMetadataDone(bool ok) {
  if (!ok) return;  // the end follows
  absl::MutexLock lock(&mutex_);
  accepted_ = true;
  if (!ended_ && !queue_.empty()) WriteQueued();
}

void StreamLane::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (ok && !ended_ && !queue_.empty()) WriteQueued();
}

std::vector<PipelineOpPtr> StreamLane::TakeAnswered(const v1::StreamResponse& response) {
  std::vector<PipelineOpPtr> ops;
  ops.reserve(static_cast<size_t>(response.replies_size()));
  absl::MutexLock lock(&mutex_);
  heard_ = true;
  heard_at_ = SystemEnv().Monotonic();
  for (const v1::StreamReply& reply : response.replies()) {
    auto found = sent_.find(reply.id());
    if (found == sent_.end()) {
      ops.push_back(nullptr);
    } else {
      ops.push_back(std::move(found->second));
      sent_.erase(found);
    }
  }
  return ops;
}

void StreamLane::OnReadDone(bool ok) {
  if (!ok) {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    RemoveHold();
    return;
  }
  auto response = std::exchange(response_, std::make_unique<v1::StreamResponse>());
  StartRead(response_.get());
  std::vector<PipelineOpPtr> ops = TakeAnswered(*response);
  link_->OnStreamAnswer();
  owner_->OnReplies(std::move(response), std::move(ops));
}

void StreamLane::OnDone(const grpc::Status& rpc) {
  std::vector<PipelineOpPtr> sent;
  std::vector<PipelineOpPtr> queued;
  bool heard = false;
  {
    absl::MutexLock lock(&mutex_);
    for (auto& [id, op] : sent_) sent.push_back(std::move(op));
    sent_.clear();
    std::move(queue_.begin(), queue_.end(), std::back_inserter(queued));
    queue_.clear();
    heard = heard_;
  }
  const grpc::Status end =
      rpc.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server ended the stream") : rpc;
  const RpcResult result = ResultOfRpc(end, context_, /*write=*/false, link_->address());
  if (result.node_failed && !(sent.empty() && queued.empty())) link_->OnStreamFailure();
  // Never handed to gRPC: certainly not applied.
  if (!queued.empty()) owner_->OnFailed(std::move(queued), result.status, result.node_failed);
  FailSent(std::move(sent), end, heard);

  Core& core = core_;
  self_.reset();  // `this` may be gone
  core.End();
}

void StreamLane::FailSent(std::vector<PipelineOpPtr> ops, const grpc::Status& rpc, bool heard) {
  const auto first_read =
      std::stable_partition(ops.begin(), ops.end(), [](const auto& op) { return op->write; });
  std::vector<PipelineOpPtr> reads(std::make_move_iterator(first_read),
                                   std::make_move_iterator(ops.end()));
  ops.erase(first_read, ops.end());
  if (!reads.empty()) {
    const RpcResult result = ResultOfRpc(rpc, context_, /*write=*/false, link_->address());
    owner_->OnFailed(std::move(reads), result.status, result.node_failed);
  }
  if (!ops.empty()) {
    RpcResult result = ResultOfRpc(rpc, context_, /*write=*/true, link_->address());
    // How a stream ends says nothing of single operations once it has worked.
    if (heard) result.status = WithApplied(result.status, Applied::kUnknown);
    owner_->OnFailed(std::move(ops), result.status, result.node_failed);
  }
}

void StreamLane::WatchDeadline(absl::Duration due) {
  watched_ = due;
  core_.housekeeping().PostAfter(due - SystemEnv().Monotonic(), [lane = weak_from_this()] {
    if (auto self = lane.lock()) self->FailExpired();
  });
}

StreamLane::Expired StreamLane::TakeExpired() {
  Expired expired;
  const absl::Duration now = SystemEnv().Monotonic();
  for (auto it = sent_.begin(); it != sent_.end();) {
    const auto entry = it++;  // flat_hash_map keeps other iterators on erase
    PipelineOpPtr& op = entry->second;
    if (op->deadline > now) {
      expired.next = std::min(expired.next, op->deadline);
      continue;
    }
    expired.silent = expired.silent || !heard_ || heard_at_ < op->sent_at;
    (op->write ? expired.writes : expired.reads).push_back(std::move(op));
    sent_.erase(entry);
  }
  std::deque<PipelineOpPtr> waiting;
  for (PipelineOpPtr& op : queue_) {
    if (op->deadline > now) {
      expired.next = std::min(expired.next, op->deadline);
      waiting.push_back(std::move(op));
    } else {
      expired.unsent.push_back(std::move(op));
    }
  }
  queue_ = std::move(waiting);
  expired.silent = expired.silent || (!accepted_ && !expired.unsent.empty());
  return expired;
}

void StreamLane::FailExpired() {
  Expired expired;
  {
    absl::MutexLock lock(&mutex_);
    expired = TakeExpired();
    watched_ = expired.next;
    if (expired.next != absl::InfiniteDuration()) WatchDeadline(expired.next);
    // Half dead: whatever comes from now on is better off on a new stream.
    if (expired.silent) ended_ = true;
  }
  const auto fail = [this](std::vector<PipelineOpPtr>& ops, bool sent, bool write) {
    if (ops.empty()) return;
    owner_->OnFailed(std::move(ops), ExpiredError(link_->address(), sent, write), true);
  };
  fail(expired.unsent, /*sent=*/false, /*write=*/true);
  fail(expired.reads, /*sent=*/true, /*write=*/false);
  fail(expired.writes, /*sent=*/true, /*write=*/true);
  if (expired.silent) {
    link_->OnStreamFailure();
    Close();
  }
}

}  // namespace quorate::client
