#include "join.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "client/client.h"
#include "mixed_load.h"
#include "moving.h"
#include "versioned_keys.h"

namespace quorate::bench {
namespace {

constexpr char kKeyspace[] = "join";
constexpr uint32_t kNodes = 3;
constexpr uint32_t kReplicas = 3;
constexpr uint32_t kPartitions = 16;
constexpr uint32_t kCapacityInFlight = 64;
constexpr double kShareOfCapacity = 0.5;
constexpr double kSlowdownGoal = 2;
constexpr double kMovedGoal = 1.2;
constexpr absl::Duration kLook = absl::Milliseconds(100);

double P99(const Stretch& stretch) {
  return absl::ToDoubleMilliseconds(stretch.slice.latency.Quantile(0.99));
}

struct Figures {
  Figure capacity{"capacity: 64 in flight", "operations/s", {}};
  Figure before{"p99 before", "ms", {}};
  Figure during{"p99 until the join has ended", "ms", {}};
  Figure slowdown{"p99 until then / before", "", {}, {kSlowdownGoal, true}};
  Figure after{"p99 afterwards", "ms", {}};
  Figure seconds{"from the node's start until it has its share", "s", {}};
  Figure moved{"bytes of state sent / bytes of its fair share", "", {}, {kMovedGoal, true}};
  Figure told{"bytes of all frames to it until then / likewise", "", {}};
  Figure right{"reads that were right", "%", {}, {100, false}};
  Figure failed{"operations that failed", "", {}};
  std::vector<Figure> all() const {
    return {capacity, before, during, slowdown, after, seconds, moved, told, right, failed};
  }
};

class Join {
 public:
  Join(OwnCluster& cluster, const JoinOptions& options, Figures& figures)
      : cluster_(cluster), options_(options), figures_(figures), keys_(options.keys) {}

  absl::Status Run() {
    auto client = Client::Connect(cluster_.endpoints());
    if (!client.ok()) return client.status();
    const auto made =
        client->CreateKeyspace(kKeyspace, {.replicas = kReplicas, .partitions = kPartitions});
    if (!made.ok()) return made.status();
    options_.progress(StrCat("writing ", options_.keys, " keys"));
    if (absl::Status written = WriteAll(client->Keyspace(kKeyspace), keys_); !written.ok()) {
      return written;
    }
    if (absl::Status idle = AwaitIdle(cluster_); !idle.ok()) return idle;
    MixedLoad load(*client, kKeyspace, keys_);
    load.RunClosed(kCapacityInFlight, options_.stretch / 10);
    const Stretch capacity = load.RunClosed(kCapacityInFlight, options_.stretch / 4);
    figures_.capacity.values.push_back(capacity.slice.per_second());
    Stretch settling, before, during, after;
    load.CountIn(settling);
    load.Begin(kShareOfCapacity * capacity.slice.per_second());
    absl::SleepFor(options_.stretch / 10);
    load.CountIn(before);
    absl::SleepFor(options_.stretch);
    load.CountIn(during);
    absl::Status joined = LetJoin(*client);
    load.CountIn(after);
    if (joined.ok()) absl::SleepFor(options_.stretch);
    load.Stop();
    if (joined.ok()) Tell({&capacity, &settling, &before, &during, &after});
    return joined;
  }

 private:
  absl::Status LetJoin(const Client& client) {
    const auto sent_before = CountBytesSent(cluster_);
    if (!sent_before.ok()) return sent_before.status();
    const absl::Time began = absl::Now();
    const auto node = cluster_.Join();
    if (!node.ok()) return node.status();
    absl::Status moved = AwaitReplicas(cluster_, client, kKeyspace, NodeId(*node), true, kLook);
    if (!moved.ok()) return moved;
    figures_.seconds.values.push_back(absl::ToDoubleSeconds(absl::Now() - began));
    const auto sent = CountBytesSent(cluster_, NodeId(*node));
    if (!sent.ok()) return sent.status();
    const uint64_t each = VersionedKeys::Name(0).size() + VersionedKeys::kValueBytes;
    const double share = static_cast<double>(options_.keys * each * kReplicas) / (kNodes + 1);
    figures_.moved.values.push_back((sent->states - sent_before->states) / share);
    figures_.told.values.push_back(sent->frames / share);
    return absl::OkStatus();
  }

  // The last three: before, during and after.
  void Tell(const std::vector<const Stretch*>& stretches) {
    uint64_t reads = 0, wrong = 0, failed = 0;
    for (const Stretch* stretch : stretches) {
      reads += stretch->reads;
      wrong += stretch->wrong;
      failed += stretch->slice.failed;
      if (stretch->wrong > 0) options_.progress("WRONG: " + stretch->first_wrong);
      if (stretch->slice.failed > 0) options_.progress("failed: " + stretch->slice.first_error);
    }
    const size_t last = stretches.size() - 1;
    const double before = P99(*stretches[last - 2]);
    const double during = P99(*stretches[last - 1]);
    figures_.before.values.push_back(before);
    figures_.during.values.push_back(during);
    figures_.slowdown.values.push_back(before > 0 ? during / before : 0);
    figures_.after.values.push_back(P99(*stretches[last]));
    figures_.right.values.push_back(100 * static_cast<double>(reads - wrong) /
                                    static_cast<double>(std::max<uint64_t>(reads, 1)));
    figures_.failed.values.push_back(static_cast<double>(failed));
  }

  OwnCluster& cluster_;
  const JoinOptions& options_;
  Figures& figures_;
  VersionedKeys keys_;
};

constexpr char kMethod[] =
    " keys with values of 256 random bytes, 16 partitions, three replicas on three nodes at "
    "default settings. Half gets at LINEARIZABLE, half puts at QUORUM, of keys by chance, through "
    "the client library. The capacity is what 64 in flight reach; then half of that falls due a "
    "second, by chance, whatever became of those before, and a latency counts from when its "
    "operation was due. After a while a fourth node joins; the join has ended when nothing moves "
    "any more. Each read is held against what was written: no older version than one that was "
    "acknowledged, or read, before it began. A fair share is a quarter of all keys and values, "
    "three times; what is sent has 23 bytes more for each key. Among all frames are the clients' "
    "writes, and a partition whose log is short is sent that and no state.";

}  // namespace

absl::StatusOr<Experiment> MeasureJoin(const Surroundings& surroundings,
                                       const JoinOptions& options) {
  Figures figures;
  for (uint32_t round = 1; round <= options.rounds; ++round) {
    const std::string name = StrCat("join-", round);
    auto cluster = OwnCluster::Start(surroundings, name, kNodes);
    if (!cluster.ok()) return cluster.status();
    Join join(**cluster, options, figures);
    if (absl::Status done = join.Run(); !done.ok()) return done;
    options.progress(StrCat("join ", round, "/", options.rounds, "  p99 ",
                            figures.before.values.back(), " ms, while it joins ",
                            figures.during.values.back(), " ms, for ",
                            figures.seconds.values.back(), " s"));
    cluster->reset();
    std::error_code ignored;  // it goes with the run's folder at the latest
    std::filesystem::remove_all(surroundings.folder + "/" + name, ignored);
  }
  return Experiment{"join", StrCat(options.keys, kMethod), figures.all()};
}

}  // namespace quorate::bench
