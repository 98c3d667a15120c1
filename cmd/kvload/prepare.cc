#include "prepare.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "base/suggest.h"
#include "history_lines.h"
#include "plan_fields.h"
#include "ring/levels.h"

namespace quorate::load {
namespace {

absl::StatusOr<KeyspaceDescription> FindKeyspace(const Job& job,
                                                 const TopologyDescription& topology) {
  const KeyspaceDescription* keyspace = topology.FindKeyspace(job.keyspace);
  if (keyspace != nullptr) return *keyspace;
  std::vector<std::string> known;
  std::string names;
  for (const KeyspaceDescription& one : topology.keyspaces) {
    StrAppend(&names, names.empty() ? "" : ", ", one.name);
    known.push_back(one.name);
  }
  return BadPlan(StrCat("job \"", job.name, "\": keyspace \"", job.keyspace,
                        "\" is not there; make it before (kvctl keyspace create), or name one of ",
                        names.empty() ? "none" : names, DidYouMean(job.keyspace, known)));
}

absl::StatusOr<PreparedJob> PrepareJob(Job job, const Connections& connections) {
  auto keyspace = FindKeyspace(job, connections.topology());
  if (!keyspace.ok()) return keyspace.status();
  const Place place = {.mode = keyspace->mode,
                       .policy = keyspace->conflict,
                       .replicas = keyspace->replicas,
                       .partitions = static_cast<uint32_t>(keyspace->partitions.size()),
                       .nodes = connections.size(),
                       .shape = ShapeOf(job, keyspace->conflict)};
  if (job.read.level == Level::kDefault) {
    job.read.level = ring::DefaultReadLevel(place.mode, place.policy);
  }
  if (job.write == Level::kDefault) job.write = ring::DefaultWriteLevel(place.mode, place.policy);
  if (absl::Status status = CheckPlace(job, place); !status.ok()) return status;
  return PreparedJob{std::move(job), place, *std::move(keyspace), nullptr};
}

}  // namespace

absl::StatusOr<std::vector<PreparedJob>> Prepare(const Plan& plan, const Connections& connections,
                                                 const std::string& folder) {
  std::vector<PreparedJob> all;
  for (const Job& job : plan.jobs) {
    auto prepared = PrepareJob(job, connections);
    if (!prepared.ok()) return prepared.status();
    all.push_back(*std::move(prepared));
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return MakeError(absl::StatusCode::kUnavailable, "WRITE_FAILED",
                     StrCat("--out ", folder, ": ", error.message()));
  }
  for (PreparedJob& one : all) {
    auto recorder =
        Recorder::Open(StrCat(folder, "/", one.job.name, ".jsonl"), HeaderLine(one.job, one.place));
    if (!recorder.ok()) return recorder.status();
    one.recorder = *std::move(recorder);
  }
  return all;
}

}  // namespace quorate::load
