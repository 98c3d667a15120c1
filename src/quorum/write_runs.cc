// Runs of writes at their coordinator: under way as one write is, and sent to each replica
// in the same bytes.
#include <optional>
#include <utility>

#include "quorum/write_coordinator.h"

namespace quorate::quorum {

SeenClock WriteCoordinator::Write::dots() const {
  SeenClock clock;
  if (!run.empty()) {
    clock.Add(run.first.identity, run.range());
  } else if (dot) {
    clock.Add(dot);
  }
  return clock;
}

void WriteCoordinator::StartRun(RunRequest request, const Now& now) {
  const auto refuse = [&](absl::Status status) {
    Reply refusal;
    refusal.id = request.id;
    refusal.status = std::move(status);
    local_.AnswerAtOnce(std::move(refusal));
  };
  if (absl::Status refused = Refuse(request.level); !refused.ok()) return refuse(refused);
  if (absl::Status refused = RefuseMissing(request.level); !refused.ok()) return refuse(refused);
  absl::StatusOr<Run> run = local_.CoordinateRun(std::move(request.writes), now);
  if (!run.ok()) return refuse(run.status());
  const uint64_t id = next_id_++;
  Write& write = Add(id, run->first, run->last_time, now);
  write.request = request.id;
  write.level = request.level;
  write.deadline = request.deadline;
  write.run = *std::move(run);
  // Before our own sync, as any blind write's.
  for (NodeId node : peers_.others()) {
    SendTo(node, RunAsk{id, write.run, local_.Context()}, /*at_once=*/true);
  }
}

Run WriteCoordinator::AsItIsNow(const Run& run) const {
  RunBuilder now{Dot()};
  bool same = true;
  run.ForEach([&](uint64_t at, const RunWrite& write) {
    const std::optional<Record> record = local_.Lookup(write.key);
    const Dot dot{run.first.identity, run.first.counter + at};
    same = same && record && record->dot == dot;
    // Deleted everywhere, so it must not come back.
    if (record) now.Add(write.key, *record);
  });
  return same ? run : now.Build();
}

void WriteCoordinator::SendRunAgain(uint64_t id, Write& write) {
  const Run now = AsItIsNow(write.run);
  if (now.empty()) return;
  write.overtaken = write.overtaken || !now.whole();
  for (NodeId node : peers_.others()) {
    if (write.acked.contains(node) || write.refused.contains(node)) continue;
    // What others wrote must not be told before it is durable here.
    SendTo(node, RunAsk{id, now, local_.Context()}, /*at_once=*/now.whole());
  }
}

}  // namespace quorate::quorum
