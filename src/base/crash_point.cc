#include "base/crash_point.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "absl/time/clock.h"

namespace quorate {
namespace {

using internal::CrashPointEntry;

// Built on first use: points register from static initialisers in any order.
struct Registry {
  std::mutex mutex;
  std::vector<CrashPointEntry*> points;
  ArmedCrashPoint armed;
  std::atomic<uint64_t> left{0};  // passes before it strikes
  CrashPointEntry* chosen = nullptr;
};

Registry& TheRegistry() {
  static Registry registry;
  return registry;
}

void ArmChosen() {
  Registry& registry = TheRegistry();
  registry.left = std::max<uint64_t>(1, registry.armed.passes);
  registry.chosen->Arm();
}

// Nothing but stores to atomics: it may come at any moment, in any thread.
void OnSignal(int) { ArmChosen(); }

}  // namespace

internal::CrashPointEntry::CrashPointEntry(const char* name) : name_(name) {
  Registry& registry = TheRegistry();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  registry.points.push_back(this);
}

void internal::CrashPointEntry::Struck() {
  Registry& registry = TheRegistry();
  if (registry.left.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  armed_.store(false, std::memory_order_relaxed);
  if (registry.armed.stall > absl::ZeroDuration()) return absl::SleepFor(registry.armed.stall);
  ::kill(::getpid(), SIGKILL);
}

bool ArmCrashPoint(const ArmedCrashPoint& armed) {
  Registry& registry = TheRegistry();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  const auto point = std::find_if(registry.points.begin(), registry.points.end(),
                                  [&](const auto* one) { return armed.name == one->name(); });
  if (point == registry.points.end()) return false;
  registry.armed = armed;
  registry.chosen = *point;
  if (armed.signal == 0) {
    ArmChosen();
  } else {
    struct sigaction action = {};
    action.sa_handler = OnSignal;
    action.sa_flags = SA_RESTART;
    ::sigaction(armed.signal, &action, nullptr);
  }
  return true;
}

std::vector<std::string> CrashPointNames() {
  Registry& registry = TheRegistry();
  const std::lock_guard<std::mutex> lock(registry.mutex);
  std::vector<std::string> names;
  for (const CrashPointEntry* point : registry.points) names.emplace_back(point->name());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace quorate
