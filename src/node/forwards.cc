#include "node/forwards.h"

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace quorate {
namespace {

constexpr uint64_t kIdMask = (uint64_t{1} << 40) - 1;

}  // namespace

uint32_t Forwards::WorkerOf(uint64_t id, uint32_t workers) {
  return static_cast<uint32_t>((id & kIdMask) % workers);
}

uint64_t Forwards::Add(NodeId to, const Request& request, absl::Duration now, ReplyFn reply) {
  const uint64_t id = next_id_;
  next_id_ += step_;
  open_.emplace(id, Open{to, request.is_write(), request.deadline, request.taken - request.arrived,
                         now, std::move(reply)});
  return id;
}

void Forwards::Complete(uint64_t id, NodeId from, Reply reply, absl::Duration now) {
  const auto it = open_.find(id);
  if (it == open_.end() || it->second.to != from) return;
  StageTimings& timings = reply.timings;
  timings.forwarded = now - it->second.sent - timings.queued - timings.agreed;
  timings.queued += it->second.queued;
  // Else whoever gets it takes this node for the one that goes.
  if (!reply.status.ok() && ReasonOf(reply.status) == "SHUTTING_DOWN" &&
      !ErrorDetailsOf(reply.status).contains("going_down")) {
    SetErrorDetail(reply.status, "going_down", from.ToString());
  }
  ReplyFn answer = std::move(it->second.reply);
  open_.erase(it);
  std::move(answer)(std::move(reply));
}

template <class Predicate>
void Forwards::AnswerWhere(Predicate predicate, absl::StatusCode code, std::string_view reason,
                           std::string_view message) {
  for (auto it = open_.begin(); it != open_.end();) {
    if (!predicate(it->second)) {
      ++it;
      continue;
    }
    Reply reply;
    reply.status = MakeError(code, reason, it->second.to.ToString() + " " + std::string(message),
                             it->second.write ? Applied::kUnknown : Applied::kNo);
    reply.timings.queued = it->second.queued;
    ReplyFn answer = std::move(it->second.reply);
    it = open_.erase(it);
    std::move(answer)(std::move(reply));
  }
}

void Forwards::Expire(absl::Duration now) {
  AnswerWhere([now](const Open& open) { return open.deadline <= now; },
              absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
              "did not answer the forwarded request in time");
}

void Forwards::Lose(NodeId node) {
  AnswerWhere([node](const Open& open) { return open.to == node; }, absl::StatusCode::kUnavailable,
              "PEER_LOST", "was lost while it had the forwarded request");
}

void Forwards::FailAll() {
  AnswerWhere([](const Open&) { return true; }, absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
              "had the request when this node shut down");
}

}  // namespace quorate
