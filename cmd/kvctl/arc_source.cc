#include "arc_source.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/env.h"
#include "client/arc_stream.h"
#include "interrupt.h"

namespace quorate::kvctl {

struct ArcSource::Attempt {
  absl::Status own;        // of `take`
  absl::Duration last_at;  // something came
};

absl::Status ArcSource::ReadOnce(NodeId node, absl::FunctionRef<v1::ReadArcRequest()> begin,
                                 absl::FunctionRef<absl::Status(v1::ArcPart&)> take,
                                 Attempt& attempt) const {
  for (;;) {
    attempt.own = absl::OkStatus();
    const v1::ReadArcRequest request = begin();
    absl::Status read =
        client::ReadArc(client_, node, request, absl::InfiniteDuration(), [&](v1::ArcPart& part) {
          attempt.last_at = SystemEnv().Monotonic();
          attempt.own = CheckInterrupt();
          if (attempt.own.ok()) attempt.own = take(part);
          return attempt.own;
        });
    if (!absl::IsAborted(attempt.own)) return read;
  }
}

absl::Status ArcSource::Read(uint32_t arc, absl::FunctionRef<v1::ReadArcRequest()> begin,
                             absl::FunctionRef<absl::Status(v1::ArcPart&)> take) const {
  // Those that lead are asked last: the others have less to do.
  std::vector<NodeId> nodes = keyspace_.partitions[arc].replicas;
  std::reverse(nodes.begin(), nodes.end());
  if (nodes.size() > 2) std::rotate(nodes.begin(), nodes.begin() + arc % 2, nodes.end() - 1);
  Attempt attempt{.own = {}, .last_at = SystemEnv().Monotonic()};
  for (absl::Duration wait = absl::Milliseconds(100);;
       wait = std::min(wait * 2, absl::Seconds(1))) {
    absl::Status failed;
    bool proofs_lacking = false;
    std::vector<std::pair<NodeId, std::string>> causes;
    for (NodeId node : nodes) {
      const absl::Status read = ReadOnce(node, begin, take, attempt);
      if (read.ok() || !attempt.own.ok() || absl::IsInvalidArgument(read)) return read;
      const std::string reason = ReasonOf(read);
      proofs_lacking = proofs_lacking || reason == "BACKUP_NOT_CURRENT";
      // Its turn will come.
      if (reason == "BACKUPS_UNDER_WAY") attempt.last_at = SystemEnv().Monotonic();
      // What a node says tells more than that another isn't there.
      if (failed.ok() || reason != "NODE_UNREACHABLE") failed = read;
      causes.emplace_back(node, reason);
      if (absl::Status on = CheckInterrupt(); !on.ok()) return on;
    }
    for (const auto& [node, reason] : causes) SetErrorDetail(failed, node.ToString(), reason);
    // Without a leader, a node has waited for the others already.
    if (proofs_lacking && keyspace_.mode == Mode::kQuorum) return failed;
    if (SystemEnv().Monotonic() - attempt.last_at > patience_) return failed;
    absl::SleepFor(wait);
  }
}

absl::Status ForEachArc(uint32_t count, uint32_t threads,
                        absl::FunctionRef<absl::Status(uint32_t)> work) {
  std::atomic<uint32_t> next = 0;
  std::atomic<bool> stop = false;
  absl::Mutex mutex;
  absl::Status first;
  const auto run = [&] {
    for (uint32_t arc; !stop && (arc = next++) < count;) {
      absl::Status done = work(arc);
      if (done.ok()) continue;
      stop = true;
      absl::MutexLock lock(&mutex);
      first.Update(done);
    }
  };
  std::vector<std::thread> running;
  for (uint32_t i = 0; i < std::min(threads, count); ++i) running.emplace_back(run);
  for (std::thread& one : running) one.join();
  return first;
}

absl::Status CheckInterrupt() {
  if (!Interrupted()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kCancelled, "INTERRUPTED", "interrupted", Applied::kNo);
}

}  // namespace quorate::kvctl
