#include "rpc/arc_proof.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {
namespace {

constexpr absl::Duration kProofMax = absl::Seconds(3);
// A quorum replica hears from all others in less, if they are there; then it is
// asked again, with the time that has passed since as a bound.
constexpr absl::Duration kFirstBound = absl::Milliseconds(20);
constexpr absl::Duration kOneAskMax = absl::Milliseconds(500);
constexpr absl::Duration kLookAtCancel = absl::Milliseconds(50);

absl::Status Elsewhere(const ArcWorld& world, PartitionId partition) {
  return MakeError(absl::StatusCode::kUnavailable, "BACKUP_ELSEWHERE",
                   StrCat(world.self.ToString(), " has no replica of ", partition.ToString(),
                          " that serves reads; ask another node"));
}

absl::Status NotCurrent(const ArcWorld& world, PartitionId partition, const absl::Status& why) {
  return MakeError(absl::StatusCode::kUnavailable, "BACKUP_NOT_CURRENT",
                   StrCat("the replica of ", partition.ToString(), " on ", world.self.ToString(),
                          " can't be proven to have all that was acknowledged: ", why.message()));
}

// Of one key, by this node alone.
Request Look(const ArcWorld& world, const Route& route, uint32_t arc, Level level) {
  Request request = route.ToArc(arc, absl::ZeroDuration());
  request.level = level;
  request.to = world.self;
  request.op = kv::Range{.limit = 1, .keys_only = true};
  return request;
}

absl::StatusOr<Receipt> AskHere(const ArcWorld& world, Request request, ArcSink& sink) {
  const PartitionId partition = request.partition;
  auto reply = Ask(world, std::move(request), sink);
  if (!reply.ok()) return reply.status();
  if (!reply->status.ok()) return reply->status;
  if (reply->receipt.served_by != world.self) return Elsewhere(world, partition);
  return reply->receipt;
}

}  // namespace

absl::StatusOr<Reply> Ask(const ArcWorld& world, Request request, ArcSink& sink) {
  struct Answer {
    absl::Notification here;
    Reply reply;
  };
  auto answer = std::make_shared<Answer>();
  world.node.Execute(std::move(request), [answer](Reply reply) {
    answer->reply = std::move(reply);
    answer->here.Notify();
  });
  while (!answer->here.WaitForNotificationWithTimeout(kLookAtCancel)) {
    if (sink.cancelled()) return absl::CancelledError("the client is gone");
  }
  return std::move(answer->reply);
}

absl::StatusOr<Receipt> ProveCurrent(const ArcWorld& world, const Route& route, uint32_t arc,
                                     absl::Duration deadline, ArcSink& sink) {
  const PartitionId partition = route.keyspace->partitions[arc].id;
  const absl::Duration began = world.env.Monotonic();
  const absl::Duration until = std::min(deadline, began + kProofMax);
  const bool leaderless = route.keyspace->mode == Mode::kQuorum;
  Request look = Look(world, route, arc, leaderless ? Level::kBounded : Level::kLinearizable);
  for (absl::Duration wait = kFirstBound;; wait *= 2) {
    if (leaderless) sink.Sleep(wait);
    const absl::Duration now = world.env.Monotonic();
    Request request = look;
    request.bound = now - began;
    request.deadline = leaderless ? std::min(until, now + kOneAskMax) : until;
    auto receipt = AskHere(world, std::move(request), sink);
    if (receipt.ok() || ReasonOf(receipt.status()) == "BACKUP_ELSEWHERE") return receipt;
    if (sink.cancelled()) return absl::CancelledError("the client is gone");
    if (!leaderless || world.env.Monotonic() + wait * 2 >= until) {
      return NotCurrent(world, partition, receipt.status());
    }
  }
}

absl::Status ProveStillHere(const ArcWorld& world, const Route& route, uint32_t arc,
                            absl::Duration deadline, ArcSink& sink) {
  Request request = Look(world, route, arc, Level::kOne);
  request.deadline = std::min(deadline, world.env.Monotonic() + kProofMax);
  return AskHere(world, std::move(request), sink).status();
}

}  // namespace quorate::rpc
