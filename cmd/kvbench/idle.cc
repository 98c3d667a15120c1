#include "idle.h"

#include <vector>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "target.h"
#include "view.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr char kKeyspace[] = "idle";
constexpr absl::Duration kQuietMax = absl::Seconds(60);
constexpr double kResidentGoalMib = 150;
constexpr double kCpuGoalPercent = 2;

double Mib(uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

absl::Status FillAndQuieten(OwnCluster& cluster, const IdleOptions& options) {
  TargetOptions fill;
  fill.keyspace = {kKeyspace, 3, options.replicas};
  fill.keys = options.keys_each * options.replicas;
  const auto target = PrepareCluster(cluster.address(1), fill);
  if (!target.ok()) return target.status();
  const bool quiet = WaitUntil(kQuietMax, [&] {
    const auto view = Look(cluster.admin(1), kKeyspace);
    return view.ok() && view->EachIsQuiet();
  });
  return quiet ? absl::OkStatus() : absl::UnavailableError("not every group has gone quiet");
}

}  // namespace

absl::StatusOr<Experiment> MeasureIdle(const Surroundings& surroundings,
                                       const IdleOptions& options) {
  auto cluster = OwnCluster::Start(surroundings, "idle", 3);
  if (!cluster.ok()) return cluster.status();
  if (absl::Status filled = FillAndQuieten(**cluster, options); !filled.ok()) return filled;
  options.progress(StrCat("every group is quiet; measuring in ",
                          ToStd(absl::FormatDuration(options.settle)), " for ",
                          ToStd(absl::FormatDuration(options.length))));
  absl::SleepFor(options.settle);
  const absl::Time begin = absl::Now();
  std::vector<absl::Duration> used;
  for (uint32_t node = 1; node <= 3; ++node) {
    used.push_back((*cluster)->process(node).CpuTime());
  }
  absl::SleepFor(options.length);
  Figure resident{"resident memory of a node", "MiB", {}, {kResidentGoalMib, true}};
  Figure own{"of it not mapped from files", "MiB", {}, {}};
  Figure cpu{"CPU time of a node", "% of a core", {}, {kCpuGoalPercent, true}};
  for (uint32_t node = 1; node <= 3; ++node) {
    const Process& process = (*cluster)->process(node);
    const absl::Duration spent = process.CpuTime() - used[node - 1];
    cpu.values.push_back(100 * absl::FDivDuration(spent, absl::Now() - begin));
    resident.values.push_back(Mib(StatusFieldBytes(process.pid(), "VmRSS")));
    own.values.push_back(Mib(StatusFieldBytes(process.pid(), "RssAnon")));
  }
  const std::string method =
      StrCat("Three nodes at default settings, a keyspace of ", options.replicas,
             " partitions with three replicas each: every node holds ", options.replicas, ". ",
             options.keys_each * options.replicas,
             " keys of 256 bytes were written, then nothing more; once every group was quiet and a "
             "further ",
             ToStd(absl::FormatDuration(options.settle)), " had passed, VmRSS and CPU time over ",
             ToStd(absl::FormatDuration(options.length)), ", one value for each node.");
  return Experiment{"idle", method, {resident, own, cpu}};
}

}  // namespace quorate::bench
