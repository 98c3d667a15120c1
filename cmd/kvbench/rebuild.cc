#include "rebuild.h"

#include <algorithm>
#include <map>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "client/client.h"
#include "copy_limit.h"
#include "mixed_load.h"
#include "moving.h"
#include "versioned_keys.h"
#include "view.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr char kKeyspace[] = "rebuild";
constexpr uint32_t kNodes = 4;
constexpr uint32_t kReplicas = 3;
constexpr uint32_t kPartitions = 16;
constexpr double kGoalMegabytes = 100;
constexpr absl::Duration kSettleMax = absl::Seconds(60);
constexpr absl::Duration kLook = absl::Milliseconds(20);

struct Figures {
  Figure rate{"rebuilt", "MB/s", {}, {kGoalMegabytes, false}};
  Figure limit{"the machine's limit", "MB/s", {}};
  Figure share{"rebuilt / the machine's limit", "", {}};
  Figure seconds{"from the word until nothing moves", "s", {}};
  Figure moved{"bytes of all frames / bytes that were lost", "", {}};
  std::vector<Figure> all() const { return {rate, limit, share, seconds, moved}; }
};

class Rebuild {
 public:
  Rebuild(OwnCluster& cluster, Client client, const RebuildOptions& options, Figures& figures)
      : cluster_(cluster), client_(std::move(client)), options_(options), figures_(figures) {}

  absl::Status Fill() {
    const auto made =
        client_.CreateKeyspace(kKeyspace, {.replicas = kReplicas, .partitions = kPartitions});
    if (!made.ok()) return made.status();
    for (uint64_t key = 0; key < options_.keys; ++key) {
      ++keys_in_[made->PartitionOf(VersionedKeys::Name(key))->id];
    }
    options_.progress(StrCat("writing ", options_.keys, " keys"));
    return WriteAll(client_.Keyspace(kKeyspace), VersionedKeys(options_.keys));
  }

  // The node that was started last is killed, and its replicas are made anew.
  absl::Status LoseLast() {
    const uint32_t number = cluster_.size();
    const NodeId lost(number);
    const auto topology = client_.Topology();
    if (!topology.ok()) return topology.status();
    const double bytes = BytesOn(*topology, lost);
    if (absl::Status idle = AwaitIdle(cluster_); !idle.ok()) return idle;
    cluster_.Kill(number);
    if (absl::Status led = AwaitLeaders(); !led.ok()) return led;
    const auto sent_before = CountBytesSent(cluster_);
    if (!sent_before.ok()) return sent_before.status();
    absl::Time began;
    const bool told = WaitUntil(kSettleMax, [&] {
      began = absl::Now();
      return client_.ReplaceNode(lost).ok();
    });
    if (!told) return absl::UnavailableError(StrCat("node ", number, " cannot be replaced"));
    absl::Status moved = AwaitReplicas(cluster_, client_, kKeyspace, lost, false, kLook);
    if (!moved.ok()) return moved;
    const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
    const auto sent = CountBytesSent(cluster_);
    if (!sent.ok()) return sent.status();
    figures_.seconds.values.push_back(seconds);
    figures_.rate.values.push_back(bytes / 1e6 / seconds);
    figures_.moved.values.push_back((sent->frames - sent_before->frames) / bytes);
    return absl::OkStatus();
  }

  // What was done last, by this machine without a cluster.
  absl::Status CompareWithLimit(const std::string& folder) {
    const auto limit =
        CopyBytesPerSecond(folder, {kPartitions * kReplicas / kNodes, options_.keys / kPartitions});
    if (!limit.ok()) return limit.status();
    figures_.limit.values.push_back(*limit / 1e6);
    figures_.share.values.push_back(figures_.rate.values.back() * 1e6 / *limit);
    return absl::OkStatus();
  }

  absl::Status TakeAnother() {
    const auto node = cluster_.Join();
    if (!node.ok()) return node.status();
    absl::Status moved = AwaitReplicas(cluster_, client_, kKeyspace, NodeId(*node), true, kLook);
    return moved.ok() ? AwaitLeaders() : moved;
  }

 private:
  double BytesOn(const TopologyDescription& topology, NodeId node) const {
    constexpr uint64_t kEach = 14 + VersionedKeys::kValueBytes;
    uint64_t keys = 0;
    for (const PartitionDescription& one : topology.FindKeyspace(kKeyspace)->partitions) {
      const bool here = std::count(one.replicas.begin(), one.replicas.end(), node) > 0;
      if (here && keys_in_.contains(one.id)) keys += keys_in_.at(one.id);
    }
    return static_cast<double>(keys * kEach);
  }

  absl::Status AwaitLeaders() {
    const bool led = WaitUntil(kSettleMax, [&] {
      const auto view = Look(cluster_.admin(1), kKeyspace);
      return view.ok() && view->EachIsLed();
    });
    return led ? absl::OkStatus() : absl::UnavailableError("not every partition has a leader");
  }

  OwnCluster& cluster_;
  Client client_;
  const RebuildOptions& options_;
  Figures& figures_;
  std::map<PartitionId, uint64_t> keys_in_;
};

constexpr char kMethod[] =
    " keys of 14 bytes with values of 256 random bytes, 16 partitions, three replicas on four "
    "nodes at default settings, and nothing else to do. One node is ended by SIGKILL; when every "
    "partition is led again it is given up (kvctl node replace), and what counts is the time from "
    "then until every one of its replicas is a member elsewhere, over the keys and values in them. "
    "The machine's limit, in the same round: as many partitions of that size, read chunk by chunk "
    "from RocksDB, written to a TCP connection on loopback, read from it, staged in files and "
    "taken into another RocksDB, by as many pairs of threads as there are cores. Then a new node "
    "joins, which is lost in the next round.";

}  // namespace

absl::StatusOr<Experiment> MeasureRebuild(const Surroundings& surroundings,
                                          const RebuildOptions& options) {
  auto cluster = OwnCluster::Start(surroundings, "rebuild", kNodes);
  if (!cluster.ok()) return cluster.status();
  auto client = Client::Connect((*cluster)->endpoints());
  if (!client.ok()) return client.status();
  Figures figures;
  Rebuild rebuild(**cluster, *client, options, figures);
  if (absl::Status filled = rebuild.Fill(); !filled.ok()) return filled;
  for (uint32_t round = 1; round <= options.rounds; ++round) {
    if (absl::Status rebuilt = rebuild.LoseLast(); !rebuilt.ok()) return rebuilt;
    absl::Status compared = rebuild.CompareWithLimit(surroundings.folder + "/limit");
    if (!compared.ok()) return compared;
    options.progress(StrCat("rebuild ", round, "/", options.rounds, "  ",
                            static_cast<int64_t>(figures.rate.values.back()), " MB/s, the limit ",
                            static_cast<int64_t>(figures.limit.values.back()), " MB/s"));
    if (round == options.rounds) break;
    if (absl::Status taken = rebuild.TakeAnother(); !taken.ok()) return taken;
  }
  return Experiment{"rebuild", StrCat(options.keys, kMethod), figures.all()};
}

}  // namespace quorate::bench
