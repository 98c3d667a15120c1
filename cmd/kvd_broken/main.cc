// kvd with one deliberate bug, or with one point at which it dies: what the
// chaos harness must notice, and what it kills nodes with. Never to be installed.
#include <signal.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/crash_point.h"
#include "base/error.h"
#include "base/protocol_version.h"
#include "base/strings.h"
#include "kvd/run.h"
#include "on_signal.h"
#include "rpc/held_frames.h"
#include "sim/bugs.h"

namespace quorate {
namespace {

constexpr std::string_view kHelp = "help";

struct Settings {
  std::string bug;
  std::string crash_at, stall_at;
  uint64_t crash_after = 1, stall_after = 1;
  absl::Duration stall_for = absl::Seconds(1);
  bool armed_by_signal = false;
  std::string hold_from;
  bool hold_later_streams = false;
  uint64_t learners = 0;
  uint64_t protocol = kProtocolVersion, protocol_min = kProtocolVersionMin;
};

void Add(Config& config, Settings& settings) {
  config.Section("What is broken on purpose; `help` lists what there is");
  config.AddText("bug", "a deliberate bug of the simulator's", "NAME", &settings.bug);
  config.AddText("crash-at", "a point at which it kills itself", "NAME", &settings.crash_at);
  config.AddNumber("crash-after", "at which pass of it, counted from 1", &settings.crash_after,
                   {1, 1'000'000'000});
  config.AddText("stall-at", "a point at which its thread stands still", "NAME",
                 &settings.stall_at);
  config.AddNumber("stall-after", "at which pass of it, counted from 1", &settings.stall_after,
                   {1, 1'000'000'000});
  config.AddDuration("stall-for", "for how long", &settings.stall_for,
                     {absl::Milliseconds(1), absl::Minutes(10)});
  config.AddSwitch("armed-by-signal", "passes are counted from SIGUSR1 on, and anew from each",
                   &settings.armed_by_signal);
  config.AddText(
      "hold-from",
      "nodes whose open streams bring nothing from SIGUSR2 on, and all of it at the next", "1,2",
      &settings.hold_from);
  config.AddSwitch("hold-later-streams", "nor do streams that they open meanwhile",
                   &settings.hold_later_streams);
  config.AddNumber("learners", "so many replicas of each new partition have no vote",
                   &settings.learners, {0, 8});
  config.AddNumber("protocol-version", "it is a build of this protocol version", &settings.protocol,
                   {1, 1000});
  config.AddNumber("protocol-version-min", "that speaks this one still", &settings.protocol_min,
                   {1, 1000});
}

std::string Points() { return absl::StrJoin(CrashPointNames(), "\n  "); }

std::string Bugs() {
  std::string text;
  for (const sim::DeliberateBug& bug : sim::DeliberateBugs()) {
    text += StrCat("  ", bug.name, ": ", bug.what, "\n");
  }
  return text;
}

absl::Status BadValue(std::string_view setting, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE", StrCat(setting, ": ", what));
}

absl::Status BreakNode(const std::string& name, rpc::ServerEdges& edges) {
  const absl::StatusOr<sim::DeliberateBug> bug = sim::BugFromName(name);
  if (!bug.ok()) return BadValue("bug", ToStd(bug.status().message()));
  spdlog::warn("BROKEN ON PURPOSE: {}: {}", bug->name, bug->what);
  edges.bugs = bug->bugs;
  if (edges.bugs.ttl_from_local_clock) {
    edges.bugs.state.local_clock_us = [&env = edges.env] {
      return static_cast<uint64_t>(absl::ToUnixMicros(env.WallTime()));
    };
  }
  return absl::OkStatus();
}

absl::Status Arm(std::string_view setting, const ArmedCrashPoint& point) {
  if (!ArmCrashPoint(point)) {
    return BadValue(setting, StrCat("no crash point '", point.name, "'; there are\n  ", Points()));
  }
  spdlog::warn("BROKEN ON PURPOSE: {} {}, at pass {}", setting, point.name, point.passes);
  return absl::OkStatus();
}

absl::Status HoldFrames(const Settings& settings, rpc::ServerEdges& edges) {
  std::set<NodeId> nodes;
  for (const absl::string_view name : absl::StrSplit(settings.hold_from, ',')) {
    uint64_t id = 0;
    if (!absl::SimpleAtoi(name, &id)) return BadValue("hold-from", "numbers of nodes, as in 1,2");
    nodes.insert(NodeId(id));
  }
  const auto held = std::make_shared<rpc::HeldFrames>(nodes, settings.hold_later_streams);
  edges.gate = held;
  spdlog::warn("BROKEN ON PURPOSE: hold-from {}", settings.hold_from);
  OnSignal(SIGUSR2, [held] {
    if (held->holding()) {
      spdlog::warn("BROKEN ON PURPOSE: handed on {} messages", held->Release());
    } else {
      held->Hold();
      spdlog::warn("BROKEN ON PURPOSE: holds what comes");
    }
  });
  return absl::OkStatus();
}

absl::Status TakeEffect(const Settings& settings, rpc::ServerEdges& edges) {
  edges.learners = static_cast<uint32_t>(settings.learners);
  edges.protocol = {static_cast<uint32_t>(settings.protocol_min),
                    static_cast<uint32_t>(settings.protocol)};
  if (!settings.bug.empty()) {
    if (absl::Status broken = BreakNode(settings.bug, edges); !broken.ok()) return broken;
  }
  if (!settings.hold_from.empty()) {
    if (absl::Status bad = HoldFrames(settings, edges); !bad.ok()) return bad;
  }
  if (!settings.crash_at.empty() && !settings.stall_at.empty()) {
    return BadValue("stall-at", "one point is armed at a time, and crash-at names one, too");
  }
  const int signal = settings.armed_by_signal ? SIGUSR1 : 0;
  if (!settings.crash_at.empty()) {
    return Arm("crash-at", {settings.crash_at, settings.crash_after, absl::ZeroDuration(), signal});
  }
  if (settings.stall_at.empty()) return absl::OkStatus();
  return Arm("stall-at", {settings.stall_at, settings.stall_after, settings.stall_for, signal});
}

// Set by a flag or a variable; a file is for those who run something.
bool Asks(int argc, char** argv, char** environment, std::string_view flag,
          std::string_view variable) {
  for (int i = 1; i < argc; ++i) {
    const bool split = argv[i] == flag && i + 1 < argc && argv[i + 1] == kHelp;
    if (split || argv[i] == StrCat(flag, "=", kHelp)) return true;
  }
  for (; *environment != nullptr; ++environment) {
    if (*environment == StrCat(variable, "=", kHelp)) return true;
  }
  return false;
}

int Main(int argc, char** argv, char** environment) {
  const bool points = Asks(argc, argv, environment, "--crash-at", "KVD_CRASH_AT");
  const bool bugs = Asks(argc, argv, environment, "--bug", "KVD_BUG");
  if (points) std::printf("  %s\n", Points().c_str());
  if (bugs) std::fputs(Bugs().c_str(), stdout);
  if (points || bugs) return 0;
  Settings settings;
  return kvd::Run(argc, argv, environment,
                  {[&](Config& config) { Add(config, settings); },
                   [&](rpc::ServerEdges& edges) { return TakeEffect(settings, edges); }});
}

}  // namespace
}  // namespace quorate

int main(int argc, char** argv, char** environment) {
  return quorate::Main(argc, argv, environment);
}
