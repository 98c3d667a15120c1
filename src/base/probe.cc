#include "base/probe.h"

#include <algorithm>
#include <mutex>

namespace quorate {
namespace {

// Built on first use: probes register from static initialisers in any order.
struct Registry {
  std::mutex mutex;
  std::vector<const Probe*> probes;
};

Registry& TheRegistry() {
  static Registry registry;
  return registry;
}

}  // namespace

Probe::Probe(const char* name) : name_(name) {
  Registry& registry = TheRegistry();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  registry.probes.push_back(this);
}

std::vector<ProbeCount> ProbeCounts() {
  Registry& registry = TheRegistry();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  std::vector<ProbeCount> counts;
  for (const Probe* probe : registry.probes) counts.push_back({probe->name(), probe->count()});
  std::sort(counts.begin(), counts.end(),
            [](const ProbeCount& a, const ProbeCount& b) { return a.name < b.name; });
  return counts;
}

}  // namespace quorate
