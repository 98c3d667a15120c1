// The way of requests through a worker: to a replica here or to another node.
#include <utility>

#include "base/crash_point.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/probe.h"
#include "node/worker.h"
#include "quorum/message_batch.h"

namespace quorate {
namespace {

void Answer(ReplyFn& reply, absl::StatusCode code, std::string_view reason,
            const std::string& message) {
  Reply answer;
  answer.status = MakeError(code, reason, message);
  std::move(reply)(std::move(answer));
}

}  // namespace

void Worker::Refuse(const Request& request, ReplyFn reply) const {
  Reached<"node: refused for overload">();
  Reply answer;
  answer.status =
      MakeError(absl::StatusCode::kResourceExhausted, "NODE_OVERLOADED",
                "more than " + std::to_string(shared_.options.queued_inputs_max) +
                    " requests wait at " + shared_.options.self.ToString() + " before that for " +
                    request.partition.ToString() + "; it was not begun, try again in a moment");
  SetRetryAfter(answer.status, limits::kOverloadRetryAfter);
  std::move(reply)(std::move(answer));
}

void Worker::HandleRequest(Request request, ReplyFn reply) {
  if (shut_down_) {
    shared_.turned_away.fetch_add(1, std::memory_order_relaxed);
    return Answer(reply, absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                  shared_.options.self.ToString() + " is shutting down; ask another node");
  }
  if (request.deadline <= now_) {
    return Answer(reply, absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXPIRED_IN_QUEUE",
                  "the deadline passed before the request was begun");
  }
  request.taken = now_;
  CrashPoint<"request-after-taken">();
  if (request.to && request.to != shared_.options.self) {
    return ServeAt(std::move(request), std::move(reply));
  }
  if (request.level == Level::kAny && request.is_write() && !request.to && request.hops == 0) {
    return WriteAny(std::move(request), std::move(reply));
  }
  if (!request.ladder.empty()) return Climb(std::move(request), std::move(reply));
  const auto it = slots_.find(request.partition);
  const Replica* replica = it == slots_.end() ? nullptr : it->second.replica.get();
  if (replica != nullptr && ServesHere(it->second, request.level, request.is_write()) &&
      !IsForOthers(*replica, request)) {
    if (absl::Status refused = Admit(request); !refused.ok()) {
      Reply answer;
      answer.status = std::move(refused);
      return std::move(reply)(std::move(answer));
    }
    // Of mode raft, and it may need a leader though it serves the level itself.
    if (it->second.preferred_leader && !replica->LeaderHint()) {
      reply = TellingWhoIsMissing(request.partition, std::move(reply));
    }
    it->second.replica->Execute(std::move(request), std::move(reply), now_);
    return Touch(it->first, it->second);
  }
  if (request.hint != 0) {
    return Answer(reply, absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
                  shared_.options.self.ToString() + " has no replica of " +
                      request.partition.ToString() + " that could take a write kept for one");
  }
  const NodeId target = ChooseTarget(request.partition, replica);
  if (target && request.hops < limits::kForwardHopsMax) {
    return Forward(std::move(request), std::move(reply), target);
  }
  const auto topology = shared_.topology.Get();
  const ring::KeyspaceInfo* keyspace = topology->FindKeyspaceOf(request.partition);
  if (replica == nullptr && topology->FindPartition(request.partition) == nullptr) {
    return PartitionUnknown(request, std::move(reply));
  }
  if (keyspace != nullptr && keyspace->mode == Mode::kQuorum) {
    if (shared_.options.bugs.hint_counts && request.is_write() && request.hops == 0) {
      return KeepHint(std::move(request), std::move(reply));
    }
    return Answer(reply, absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
                  "no replica of " + request.partition.ToString() +
                      " can be reached; nothing was done. Bring one back" +
                      (request.is_write() ? ", or write at ANY, which is kept for it" : ""));
  }
  Reply answer;
  answer.status = NoLeader(request.partition);
  std::move(reply)(std::move(answer));
}

// What a leaver of mode quorum has under way when it goes is of unknown outcome, and what has
// no identity can't be asked for. What has one stays: others may not know of it yet.
bool Worker::IsForOthers(const Replica& replica, const Request& request) const {
  const auto* command = std::get_if<kv::Command>(&request.op);
  if (command == nullptr || command->identity.writer != 0 || request.hint != 0) return false;
  const NodeId other = replica.LeaderHint();
  return other && other != shared_.options.self && shared_.peers.alive(other) &&
         request.hops < limits::kForwardHopsMax;
}

// Who asked by an older topology learns the newer one from the frame around the
// answer.
void Worker::PartitionUnknown(const Request& request, ReplyFn reply) const {
  const Epoch epoch = shared_.topology.Get()->epoch;
  const std::string unknown =
      request.partition.ToString() + " is not in the topology of " + epoch.ToString();
  if (request.epoch >= epoch) {
    return Answer(reply, absl::StatusCode::kUnavailable, "PARTITION_UNKNOWN",
                  unknown + ": its keyspace was dropped, or " + shared_.options.self.ToString() +
                      " has yet to learn of it; try again in a moment");
  }
  ++shared_.requests_outdated;
  Answer(reply, absl::StatusCode::kUnavailable, "PARTITION_UNKNOWN",
         unknown + ", and the request was routed by the older " + request.epoch.ToString() +
             ": its keyspace was dropped meanwhile; nothing was done. Make the keyspace again, or "
             "ask for another");
}

NodeId Worker::ChooseTarget(PartitionId partition, const Replica* replica) const {
  const NodeId leader = replica == nullptr ? NodeId() : replica->LeaderHint();
  if (leader && leader != shared_.options.self && shared_.peers.alive(leader)) return leader;
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(partition);
  // A replica that serves nothing at the moment: nor do others but the leader.
  if (info == nullptr || info->HasReplicaOn(shared_.options.self)) return NodeId();
  for (NodeId node : info->replicas) {
    if (node != shared_.options.self && shared_.peers.alive(node)) return node;
  }
  return NodeId();
}

void Worker::Forward(Request request, ReplyFn reply, NodeId to) {
  const absl::Duration left = request.deadline - now_;
  std::string bytes = EncodeRequest(request);
  const uint64_t id = forwards_.Add(to, request, now_, std::move(reply));
  outbox_.AddRequest(to, id, request.partition, std::move(bytes), left, request.hops + 1);
}

void Worker::HandleFrame(FrameInput& frame) {
  for (auto& [partition, payload] : frame.groups) {
    const auto it = slots_.find(partition);
    if (it == slots_.end()) {
      ReceiveForFormer(frame.from, partition, payload);
      continue;
    }
    const auto joined = it->second.joined.find(frame.from);
    // Of a copy that is gone. What it hands over it says by the topology of before, for a new
    // one is not to come to its node until it has.
    const bool gone = joined != it->second.joined.end() && frame.epoch < joined->second;
    if (gone && !quorum::IsLegacy(payload)) continue;
    if (!HasRoomFor(partition, *it->second.replica, payload)) continue;
    it->second.replica->Receive(frame.from, payload, now_);
    Touch(partition, it->second);
  }
  for (FrameInput::Forwarded& forwarded : frame.requests) {
    const NodeId from = frame.from;
    const uint64_t id = forwarded.id;
    if (!replays_[from].Admit(id)) {
      Reached<"node: a forwarded request came twice">();
      continue;
    }
    ReplyFn reply = [this, from, id](Reply answer) {
      outbox_.AddReply(from, id, EncodeReply(answer));
    };
    auto request = DecodeRequest(forwarded.request);
    if (!request.ok()) {
      Reply answer;
      answer.status = request.status();
      std::move(reply)(std::move(answer));
      continue;
    }
    request->deadline = now_ + forwarded.left;
    request->arrived = now_;
    request->hops = forwarded.hops;
    request->keeper = from;
    if (request->hint != 0 && !handovers_.Begin(from, request->partition, id)) continue;
    HandleRequest(*std::move(request), std::move(reply));
  }
  for (FrameInput::Answered& answered : frame.replies) {
    auto reply = DecodeReply(answered.reply);
    if (reply.ok()) forwards_.Complete(answered.id, frame.from, *std::move(reply), now_);
  }
}

}  // namespace quorate
