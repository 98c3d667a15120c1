#include "failover.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "kill_watch.h"
#include "killable.h"

namespace quorate::bench {
namespace {

constexpr double kGoalMs = 1000;
constexpr double kGoalOverEtcd = 0.5;
// The kill comes at a moment that no heartbeat's period is a multiple of.
constexpr uint64_t kBeforeMaxMs = 500;

constexpr char kMethod[] =
    "Three nodes on loopback, default settings, fresh data. Writers put one key of each group that "
    "the leading process leads, one after another through every node, with 100 ms for each write. "
    "The process is ended by SIGKILL; from that signal until a write was acknowledged that began "
    "when the process was gone. It is then started again and the next kill waits until it has "
    "caught up. The ratio is of the two kills that took turns, the longest gap of any key to that "
    "of etcd's one group.";

// All that was measured of one contestant, in milliseconds.
struct Gaps {
  std::vector<double> of_keys;
  std::vector<double> of_last_keys;  // of each kill
};

absl::Status KillOnce(Killable& cluster, Random& random, Gaps& gaps) {
  const auto victim = cluster.ChooseVictim(random.Next());
  if (!victim.ok()) return victim.status();
  const auto measured = KillWhileWriting(
      cluster, *victim, absl::Milliseconds(static_cast<int64_t>(random.Below(kBeforeMaxMs))));
  if (!measured.ok()) return measured.status();
  for (absl::Duration gap : *measured) gaps.of_keys.push_back(absl::ToDoubleMilliseconds(gap));
  gaps.of_last_keys.push_back(
      absl::ToDoubleMilliseconds(*std::max_element(measured->begin(), measured->end())));
  return cluster.Heal(victim->node);
}

}  // namespace

absl::StatusOr<Experiment> MeasureFailover(const Surroundings& surroundings,
                                           const FailoverOptions& options) {
  std::vector<std::unique_ptr<Killable>> contestants;
  auto quorate = KillableQuorate(surroundings);
  if (!quorate.ok()) return quorate.status();
  contestants.push_back(*std::move(quorate));
  if (!surroundings.etcd.empty()) {
    auto etcd = KillableEtcd(surroundings);
    if (!etcd.ok()) return etcd.status();
    contestants.push_back(*std::move(etcd));
  }
  Random random(options.seed);
  std::vector<Gaps> gaps(contestants.size());
  for (uint32_t kill = 1; kill <= options.kills; ++kill) {
    const size_t first = random.Below(contestants.size());
    for (size_t turn = 0; turn < contestants.size(); ++turn) {
      const size_t i = (first + turn) % contestants.size();
      absl::Status killed = KillOnce(*contestants[i], random, gaps[i]);
      if (!killed.ok()) return killed;
      options.progress(StrCat("kill ", kill, "/", options.kills, "  ", contestants[i]->name(), "  ",
                              static_cast<int64_t>(gaps[i].of_last_keys.back()), " ms"));
    }
  }
  Experiment experiment{"failover", kMethod, {}};
  for (size_t i = 0; i < contestants.size(); ++i) {
    const Goal goal = i == 0 ? Goal{kGoalMs, true} : Goal{};
    const std::string& name = contestants[i]->name();
    experiment.figures.push_back({name + ": a key written again", "ms", gaps[i].of_keys, goal});
    if (i > 0) continue;  // etcd has one group
    experiment.figures.push_back(
        {name + ": every key written again", "ms", gaps[i].of_last_keys, goal});
  }
  if (contestants.size() > 1) {
    Figure ratio{"the longest gap in writes / etcd's", "x", {}, {kGoalOverEtcd, true}};
    for (size_t kill = 0; kill < options.kills; ++kill) {
      ratio.values.push_back(gaps[0].of_last_keys[kill] / gaps[1].of_last_keys[kill]);
    }
    experiment.figures.push_back(std::move(ratio));
  }
  return experiment;
}

}  // namespace quorate::bench
