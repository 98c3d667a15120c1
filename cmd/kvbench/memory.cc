#include "memory.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "etcd_load.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "target.h"
#include "unary_fill.h"

namespace quorate::bench {
namespace {

constexpr char kKeyspace[] = "memory";
constexpr uint32_t kNodes = 3;
constexpr uint32_t kInFlight = 256;
constexpr double kGoal = 0.5;

// Keys of all members by turns, as etcd's go to its leader alone.
class KeyWriter final : public Caller {
 public:
  KeyWriter(Target& target, std::atomic<uint64_t>& next) : target_(target), next_(next) {
    put_.set_keyspace(target.keyspace);
    put_.set_level(v1::LEVEL_QUORUM);
    put_.set_value(target.value);
  }
  void Begin(Random&, grpc::ClientContext& context,
             std::function<void(grpc::Status)> done) override {
    uint64_t number = next_++;
    size_t member = 0;
    while (number >= target_.members[member].keys.size()) {
      number -= target_.members[member++].keys.size();
    }
    put_.set_key(target_.members[member].keys[number]);
    target_.members[member].stub->async()->Put(&context, &put_, &written_, std::move(done));
  }

 private:
  Target& target_;
  std::atomic<uint64_t>& next_;
  v1::PutRequest put_;
  v1::WriteResponse written_;
};

class EtcdWriter final : public Caller {
 public:
  EtcdWriter(EtcdTarget& target, std::atomic<uint64_t>& next) : target_(target), next_(next) {
    put_.set_value(target.value);
  }
  void Begin(Random&, grpc::ClientContext& context,
             std::function<void(grpc::Status)> done) override {
    const uint64_t number = next_++;
    put_.set_key(EtcdTarget::Key(number));
    auto& kv = *target_.connections[number % target_.connections.size()];
    kv.async()->Put(&context, &put_, &written_, std::move(done));
  }

 private:
  EtcdTarget& target_;
  std::atomic<uint64_t>& next_;
  etcdserverpb::PutRequest put_;
  etcdserverpb::PutResponse written_;
};

struct Resident {
  std::vector<double> all, anonymous, mapped, highest;  // of each node, in MiB
};

Resident Look(const std::vector<pid_t>& pids) {
  const auto mib = [](pid_t pid, const char* field) {
    return static_cast<double>(StatusFieldBytes(pid, field)) / (1 << 20);
  };
  Resident seen;
  for (const pid_t pid : pids) {
    seen.all.push_back(mib(pid, "VmRSS"));
    seen.anonymous.push_back(mib(pid, "RssAnon"));
    seen.mapped.push_back(mib(pid, "RssFile"));
    seen.highest.push_back(mib(pid, "VmHWM"));
  }
  return seen;
}

absl::StatusOr<Resident> OfQuorate(const Surroundings& surroundings, const MemoryOptions& options) {
  auto cluster = OwnCluster::Start(surroundings, "memory", kNodes);
  if (!cluster.ok()) return cluster.status();
  TargetOptions described;
  described.keyspace = {kKeyspace, kNodes, 0};
  described.keys = options.keys;
  described.value_bytes = options.value_bytes;
  auto target = DescribeTarget(cluster.value()->address(1), described);
  if (!target.ok()) return target.status();
  std::atomic<uint64_t> next = 0;
  const auto make = [&] { return std::make_unique<KeyWriter>(*target, next); };
  const absl::Status filled = FillUnary(make, options.keys, kInFlight);
  if (!filled.ok()) return filled;
  absl::SleepFor(options.settle);
  return Look((*cluster)->pids());
}

absl::StatusOr<Resident> OfEtcd(const Surroundings& surroundings, const MemoryOptions& options) {
  auto cluster = EtcdCluster::Start(surroundings, "memory-etcd", kNodes);
  if (!cluster.ok()) return cluster.status();
  auto target = PrepareEtcd(**cluster, 0, options.value_bytes);
  if (!target.ok()) return target.status();
  std::atomic<uint64_t> next = 0;
  const auto make = [&] { return std::make_unique<EtcdWriter>(*target, next); };
  const absl::Status filled = FillUnary(make, options.keys, kInFlight);
  if (!filled.ok()) return filled;
  absl::SleepFor(options.settle);
  return Look((*cluster)->pids());
}

void AddFigures(const std::string& name, const Resident& seen, Experiment& experiment) {
  experiment.figures.push_back({name + ": resident memory of a node", "MiB", seen.all, {}});
  experiment.figures.push_back({name + ": of it anonymous", "MiB", seen.anonymous, {}});
  experiment.figures.push_back({name + ": of it mapped files", "MiB", seen.mapped, {}});
  experiment.figures.push_back({name + ": the highest so far", "MiB", seen.highest, {}});
}

// The leanest over the leanest, and so on.
std::vector<double> Ratios(std::vector<double> above, std::vector<double> below) {
  std::sort(above.begin(), above.end());
  std::sort(below.begin(), below.end());
  std::vector<double> ratios;
  for (size_t i = 0; i < above.size(); ++i) ratios.push_back(above[i] / below[i]);
  return ratios;
}

}  // namespace

absl::StatusOr<Experiment> MeasureMemory(const Surroundings& surroundings,
                                         const MemoryOptions& options) {
  Experiment experiment{
      "memory",
      StrCat(options.keys, " keys with values of ", options.value_bytes,
             " bytes, three nodes at default settings, each with all of them. Written once by "
             "unary puts, ",
             kInFlight, " in flight; ", ToStd(absl::FormatDuration(options.settle)),
             " later VmRSS, RssAnon, RssFile and VmHWM, one value for each node. etcd likewise, "
             "afterwards, at its defaults."),
      {}};
  options.progress(StrCat("Quorate: writing ", options.keys, " keys"));
  const auto ours = OfQuorate(surroundings, options);
  if (!ours.ok()) return ours.status();
  AddFigures("Quorate", *ours, experiment);
  if (surroundings.etcd.empty()) return experiment;
  options.progress(StrCat("etcd: writing ", options.keys, " keys"));
  const auto theirs = OfEtcd(surroundings, options);
  if (!theirs.ok()) return theirs.status();
  AddFigures("etcd", *theirs, experiment);
  experiment.figures.push_back(
      {"resident memory / etcd's", "x", Ratios(ours->all, theirs->all), {kGoal, true}});
  experiment.figures.push_back(
      {"anonymous memory / etcd's", "x", Ratios(ours->anonymous, theirs->anonymous), {}});
  return experiment;
}

}  // namespace quorate::bench
