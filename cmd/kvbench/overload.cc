#include "overload.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "cores_apart.h"
#include "meter.h"
#include "open_calls.h"
#include "recovery.h"
#include "resident_watch.h"
#include "target.h"
#include "write_calls.h"

namespace quorate::bench {
namespace {

constexpr uint32_t kNodes = 3;
constexpr uint32_t kPeakInFlight[] = {64, 256};
constexpr double kProbesPerSecond = 200;
constexpr uint32_t kConnections = 4;  // to each node
constexpr uint32_t kBatch = 64;
constexpr absl::Duration kDeadline = absl::Seconds(1);
constexpr double kGoalGoodput = 0.9;
constexpr double kGoalRefusalMs = 50;
constexpr double kGoalRecovery = 1;

constexpr char kMethod[] =
    "Three nodes at default settings, 20,000 keys of 256 bytes; puts and batches of 64 of them by "
    "calls of gRPC's own, over four connections to each node, and both by the client library, "
    "which keeps calls from a node that refuses many. The peak is what 64 or 256 calls in flight "
    "reach, whichever is more. Then a multiple of it falls due by chance, each call with a "
    "deadline of a second, and none is retried; what could not be begun because 20,000 were under "
    "way, or the load itself was 20 ms behind, does not count as begun. Goodput is what was done, "
    "by the burst's length, of the peak or, where the load could begin less, of that; refusals are "
    "RESOURCE_EXHAUSTED, timed from when their call was due. "
    "200 puts a second go on before, through and after the burst: recovered is when twenty of them "
    "in a row are done, in the median as fast as nine in ten were before. Its requests are made "
    "beforehand, and its CPU is told.";
constexpr char kApart[] =
    " Of several cores the nodes have one half and the load the other, when the peak is found as "
    "well, "
    "so that the load takes none of what they serve it with.";
constexpr char kShared[] = " Nodes and load share all cores.";

// One kind of call, and all that was measured of it.
struct Kind {
  std::string name;
  std::unique_ptr<WriteCalls> writes;
  Figure peak{"peak", "a second", {}, {}};
  Figure offered{"begun / peak", "x", {}, {}};
  Figure goodput{"goodput / peak, or what was begun", "x", {}, {kGoalGoodput, false}};
  Figure refusal{"p99 of the time to a refusal", "ms", {}, {kGoalRefusalMs, true}};
  Figure refused{"refused", "% of what was begun", {}, {}};
  Figure told{"of them told when to come back", "%", {}, {}};
  Figure failed{"without an answer by the deadline", "% of what was begun", {}, {}};
  Figure latency{"p99 of what was done", "ms", {}, {}};
  Figure load_cpu{"the load's CPU", "% of a core", {}, {}};
  Figure nodes_cpu{"the nodes' CPU", "% of a core", {}, {}};
  Figure before{"resident memory of the largest node, before", "MiB", {}, {}};
  Figure highest{"the highest meanwhile", "MiB", {}, {}};
  Figure after{"afterwards", "MiB", {}, {}};
  Figure recovery{"until it is as before", "s", {}, {kGoalRecovery, true}};

  std::vector<Figure*> all() {
    return {&peak,    &offered,  &goodput,   &refusal, &refused, &told,  &failed,
            &latency, &load_cpu, &nodes_cpu, &before,  &highest, &after, &recovery};
  }
};

double Percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

double Peak(WriteCalls& writes, absl::Duration length, uint64_t seed) {
  double peak = 0;
  for (const uint32_t in_flight : kPeakInFlight) {
    RunClosedWrites(writes, in_flight, length / 5, seed);
    const uint64_t done = RunClosedWrites(writes, in_flight, length, seed + 1);
    peak = std::max(peak, static_cast<double>(done) / absl::ToDoubleSeconds(length));
  }
  return peak;
}

void Note(const CallTally& tally, double peak, absl::Duration burst, Kind& kind) {
  const double seconds = absl::ToDoubleSeconds(burst);
  const uint64_t begun = tally.due - tally.held_back;
  kind.peak.values.push_back(peak);
  const double offered = static_cast<double>(begun) / seconds / peak;
  kind.offered.values.push_back(offered);
  kind.goodput.values.push_back(static_cast<double>(tally.done) / seconds / peak /
                                std::min(offered, 1.0));
  kind.refused.values.push_back(Percent(tally.refused, begun));
  kind.failed.values.push_back(Percent(tally.failed, begun));
  kind.latency.values.push_back(absl::ToDoubleMilliseconds(tally.latency.Quantile(0.99)));
  if (tally.refused == 0) return;
  kind.refusal.values.push_back(absl::ToDoubleMilliseconds(tally.refusal.Quantile(0.99)));
  kind.told.values.push_back(Percent(tally.told_when, tally.refused));
}

void Overload(const OwnCluster& cluster, WriteCalls& few, const OverloadOptions& options,
              uint64_t seed, Kind& kind) {
  const double peak = Peak(*kind.writes, options.around, seed);
  OpenCalls probes(few, seed + 2);
  probes.Begin(kProbesPerSecond);
  absl::SleepFor(options.around);
  const absl::Time begin = absl::Now();
  const Meter meter(cluster.pids());
  const Cost before = meter.Read();
  ResidentWatch resident(cluster.pids());
  const CallTally tally =
      OpenCalls(*kind.writes, seed + 3).Run(peak * options.times, options.burst);
  const absl::Time end = absl::Now();
  const Cost cost = Difference(meter.Read(), before);
  absl::SleepFor(options.around);
  const std::vector<DueCall> probed = probes.Stop();

  Note(tally, peak, options.burst, kind);
  const double seconds = absl::ToDoubleSeconds(end - begin);
  kind.load_cpu.values.push_back(100 * absl::ToDoubleSeconds(cost.load) / seconds);
  kind.nodes_cpu.values.push_back(100 * absl::ToDoubleSeconds(cost.servers) / seconds);
  kind.before.values.push_back(resident.before_mib());
  kind.highest.values.push_back(resident.Stop());
  kind.after.values.push_back(resident.now_mib());
  // Infinite: not as long as it was watched.
  const absl::Duration watched = absl::Now() - (begin + options.burst);
  const absl::Duration took = RecoveredAfter(probed, begin, begin + options.burst);
  kind.recovery.values.push_back(absl::ToDoubleSeconds(std::min(took, watched)));
  options.progress(StrCat(kind.name, "  peak ", static_cast<int64_t>(peak), "/s  due ", tally.due,
                          "  held back ", tally.held_back, "  done ", tally.done, "  refused ",
                          tally.refused, "  failed ", tally.failed, " ", tally.first_error));
}

}  // namespace

absl::StatusOr<Experiment> MeasureOverload(const Surroundings& surroundings,
                                           const OverloadOptions& options) {
  auto cluster = OwnCluster::Start(surroundings, "overload", kNodes);
  if (!cluster.ok()) return cluster.status();
  TargetOptions fill;
  fill.keyspace = {"overload", kNodes, 0};
  fill.keys = options.keys;
  auto target = PrepareCluster((*cluster)->address(1), fill);
  if (!target.ok()) return target.status();
  auto client = Client::Connect((*cluster)->endpoints(), Impatient());
  if (!client.ok()) return client.status();
  std::optional<CoresApart> apart;
  if (!options.share_cores) apart.emplace((*cluster)->pids());
  const auto few = RawWrites(*target, 1, 1, kDeadline);
  Kind kinds[] = {
      {"put", RawWrites(*target, 1, kConnections, kDeadline)},
      {"put, by the library", LibraryWrites(*client, *target, 1, kDeadline)},
      {"batch of 64", RawWrites(*target, kBatch, kConnections, kDeadline)},
      {"batch of 64, by the library", LibraryWrites(*client, *target, kBatch, kDeadline)}};
  for (uint32_t round = 0; round < options.rounds; ++round) {
    for (Kind& kind : kinds) Overload(**cluster, *few, options, options.seed + round, kind);
  }
  Experiment experiment{"overload",
                        StrCat(kMethod, apart ? kApart : kShared, " The multiple: ", options.times,
                               ". Rounds of ", ToStd(absl::FormatDuration(options.burst)), "."),
                        {}};
  for (Kind& kind : kinds) {
    for (Figure* figure : kind.all()) {
      if (figure->values.empty()) continue;  // nothing was refused
      figure->name = StrCat(kind.name, ": ", figure->name);
      experiment.figures.push_back(std::move(*figure));
    }
  }
  return experiment;
}

}  // namespace quorate::bench
