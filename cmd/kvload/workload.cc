#include "workload.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "append_workload.h"
#include "base/strings.h"
#include "batch_workload.h"
#include "bounded_workload.h"
#include "counter_workload.h"
#include "crdt_workload.h"
#include "expiry_workload.h"
#include "plan_fields.h"
#include "register_workload.h"
#include "ring/levels.h"
#include "session_workload.h"
#include "set_workload.h"
#include "siblings_workload.h"

namespace quorate::load {
namespace {

constexpr Conflict kRaft = Conflict::kNone;

struct Kind {
  std::string_view name;
  // The conflict policies of the keyspaces it runs in; kRaft: mode raft.
  std::vector<Conflict> policies;
  std::function<std::unique_ptr<Workload>(const Job&, const Place&, const std::string& run)> make;
};

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds = {
      {"register", {kRaft, Conflict::kRegister, Conflict::kLww}, &MakeRegister},
      {"set", {kRaft, Conflict::kSet}, &MakeSet},
      {"counter", {kRaft, Conflict::kRegister, Conflict::kCounter}, &MakeCounter},
      {"append", {kRaft, Conflict::kRegister}, &MakeAppend},
      {"batch", {kRaft}, &MakeBatch},
      {"session", {kRaft, Conflict::kRegister, Conflict::kLww}, &MakeSession},
      {"bounded", {kRaft, Conflict::kRegister, Conflict::kLww}, &MakeBounded},
      {"siblings", {Conflict::kSiblings}, &MakeSiblings},
      {"crdt", {Conflict::kCounter, Conflict::kSet, Conflict::kMap}, &MakeCrdt},
      {"expiry", {kRaft, Conflict::kRegister, Conflict::kLww}, &MakeExpiry},
  };
  return kinds;
}

const Kind& KindOf(const Job& job) {
  return *std::find_if(Kinds().begin(), Kinds().end(),
                       [&](const Kind& kind) { return kind.name == job.workload; });
}

std::string_view PlaceName(Conflict policy) {
  return policy == kRaft ? "mode raft" : ConflictName(policy);
}

}  // namespace

std::string Actor::UniqueValue() { return StrCat("c", number, ".", ++written); }

bool Place::TakesConditions(Level write) const {
  return (mode == Mode::kRaft && write != Level::kOne) || policy == Conflict::kRegister;
}

std::vector<std::string> WorkloadNames() {
  std::vector<std::string> names;
  for (const Kind& kind : Kinds()) names.emplace_back(kind.name);
  return names;
}

absl::Status CheckPlace(const Job& job, const Place& place) {
  const auto& fits = KindOf(job).policies;
  if (std::find(fits.begin(), fits.end(), place.policy) == fits.end()) {
    std::string names;
    for (Conflict one : fits) StrAppend(&names, names.empty() ? "" : ", ", PlaceName(one));
    return BadPlan(StrCat("job \"", job.name, "\": workload ", job.workload, " in keyspace \"",
                          job.keyspace, "\", which is of ", PlaceName(place.policy),
                          ": it runs in ", names));
  }
  const bool conditional = job.workload == "counter" || job.workload == "append";
  if (conditional && place.policy != Conflict::kCounter && !place.TakesConditions(job.write)) {
    return BadPlan(StrCat("job \"", job.name, "\": workload ", job.workload, " at ",
                          LevelName(job.write),
                          ": its writes need an order; write at QUORUM or LINEARIZABLE"));
  }
  for (const absl::Status& status : {ring::CheckReadLevel(place.mode, job.read.level, place.policy),
                                     ring::CheckWriteLevel(place.mode, job.write, place.policy)}) {
    if (!status.ok()) {
      return BadPlan(StrCat("job \"", job.name, "\": keyspace \"", job.keyspace,
                            "\": ", ToStd(status.message())));
    }
  }
  return absl::OkStatus();
}

std::unique_ptr<Workload> MakeWorkload(const Job& job, const Place& place, const std::string& run) {
  return KindOf(job).make(job, place, run);
}

}  // namespace quorate::load
