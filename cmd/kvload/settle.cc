#include "settle.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "clock.h"
#include "converged.h"
#include "history_lines.h"
#include "plan_fields.h"
#include "replica_reads.h"
#include "signals.h"

namespace quorate::load {
namespace {

// Between two looks; nothing tells when replicas have become equal.
constexpr absl::Duration kPause = absl::Milliseconds(100);

// One look: what each replica holds, and what is not equal yet.
struct Look {
  std::vector<ReplicaRead> replicas;
  std::vector<std::string> differences;
};

// While something is behind there is no use in reading, unless it is the `last` look.
Look LookAt(Connections& connections, const PreparedJob& job, bool last) {
  Look look;
  if (job.place.policy == Conflict::kRegister) {
    const absl::Status read = ReadThrough(connections, job);
    if (!read.ok()) look.differences.emplace_back(ToStd(read.message()));
  }
  std::string behind = WhatIsBehind(connections.routing(), job.keyspace);
  if (!behind.empty()) look.differences.push_back(std::move(behind));
  if (!look.differences.empty() && !last) return look;
  auto replicas = ReadReplicas(connections, job);
  if (!replicas.ok()) {
    look.differences.emplace_back(ToStd(replicas.status().message()));
    return look;
  }
  look.replicas = *std::move(replicas);
  for (std::string& line : Differences(look.replicas)) look.differences.push_back(std::move(line));
  return look;
}

absl::Status Interrupted(int signal) {
  return MakeError(absl::StatusCode::kCancelled, "INTERRUPTED",
                   StrCat("signal ", signal, " came before all replicas were equal; those of the ",
                          "jobs that were not yet told of are not written down"));
}

absl::StatusOr<Look> LookUntilEqual(Connections& connections, const PreparedJob& job,
                                    int64_t deadline_us) {
  for (;;) {
    const bool last = NowUs() >= deadline_us;
    Look look = LookAt(connections, job, last);
    if (look.differences.empty() || last) return look;
    const int signal = AwaitSignal(kPause);
    if (signal != 0) return Interrupted(signal);
  }
}

}  // namespace

absl::StatusOr<Settled> SettleJobs(Connections& connections, std::vector<PreparedJob> jobs,
                                   absl::Duration timeout) {
  const int64_t deadline_us = NowUs() + absl::ToInt64Microseconds(timeout);
  Settled settled;
  for (PreparedJob& job : jobs) {
    if (job.recorder->keys().empty()) {
      return BadPlan(StrCat("job \"", job.job.name,
                            "\": its history tells of no key; kvload run has to come before"));
    }
    const auto look = LookUntilEqual(connections, job, deadline_us);
    if (!look.ok()) return look.status();
    job.recorder->Write(PlacementLines(PartitionsOfKeys(job)));
    for (const ReplicaRead& replica : look->replicas) {
      job.recorder->Write(ReplicaLines(replica.node, replica.held));
    }
    if (!job.recorder->status().ok()) return job.recorder->status();
    for (const std::string& line : look->differences) {
      settled.differences.push_back(StrCat(job.job.name, ": not converged: ", line));
    }
    StrAppend(&settled.summary, job.job.name, ": ", job.recorder->keys().size(), " keys at ",
              look->replicas.size(), " replicas, ",
              look->differences.empty() ? "all equal" : "not converged", "\n");
  }
  return settled;
}

}  // namespace quorate::load
