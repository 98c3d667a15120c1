#include "sim/keyspaces.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::sim {
namespace {

constexpr absl::Duration kAdminDeadline = absl::Seconds(2);
constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kChurnMax = absl::Seconds(2);

}  // namespace

Keyspaces::Keyspaces(EventQueue& queue, Trace& trace, Random random, const WorkloadProfile& profile,
                     Cluster& cluster)
    : queue_(queue), trace_(trace), random_(random), profile_(profile), cluster_(cluster) {}

void Keyspaces::Start() {
  running_ = true;
  for (uint32_t i = 0; i < profile_.keyspaces; ++i) Create(StrCat("stays", i));
  if (profile_.churn) Churn();
}

bool Keyspaces::AllThere() const {
  return static_cast<uint32_t>(std::count_if(usable_.begin(), usable_.end(), [](const auto& name) {
           return name.rfind("stays", 0) == 0;
         })) == profile_.keyspaces;
}

// Whatever the answer is, asking again finds out: there already is as good as
// made. A node that dies or is cut off may never answer, so time moves us on.
void Keyspaces::Create(std::string name) {
  const auto topology = cluster_.topology();
  if (topology != nullptr && topology->FindKeyspace(name) != nullptr) {
    usable_.push_back(name);
    trace_.Add(TraceKind::kAdmin, NodeId(), StrCat("keyspace ", name, " is there"));
    return;
  }
  const Nodes up = cluster_.UpNodes();
  if (!up.empty()) {
    ring::KeyspaceSpec spec;
    spec.name = name;
    spec.replicas = profile_.replicas;
    spec.lease_drift_ppm = profile_.lease_drift_ppm;
    spec.partitions = static_cast<uint32_t>(random_.Between(1, profile_.partitions_max));
    SimNode& node = cluster_.node(up[random_.Below(up.size())]);
    const absl::Duration deadline = node.machine().env.Monotonic() + kAdminDeadline;
    node.process()->WhenRunning([spec, deadline](Node& running) {
      running.CreateKeyspace(spec, deadline, [](const auto&) {});
    });
  }
  queue_.After(kRetry, [this, name] { Create(name); });
}

void Keyspaces::Churn() {
  const std::string name = StrCat("comes", next_churned_++);
  Create(name);
  queue_.After(kChurnMax * (static_cast<double>(random_.Below(1000)) / 1000),
               [this, name] { Drop(name); });
}

void Keyspaces::Drop(std::string name) {
  if (!running_) return;
  const auto there = std::find(usable_.begin(), usable_.end(), name);
  const Nodes up = cluster_.UpNodes();
  if (there == usable_.end() || up.empty()) {
    queue_.After(kRetry, [this, name] { Drop(name); });
    return;
  }
  usable_.erase(there);
  ++dropped_;
  trace_.Add(TraceKind::kAdmin, NodeId(), StrCat("keyspace ", name, " is to be dropped"));
  SimNode& node = cluster_.node(up[random_.Below(up.size())]);
  const absl::Duration deadline = node.machine().env.Monotonic() + kAdminDeadline;
  node.process()->WhenRunning([name, deadline](Node& running) {
    running.DropKeyspace(name, deadline, [](const auto&) {});
  });
  Churn();
}

}  // namespace quorate::sim
