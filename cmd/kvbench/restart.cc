#include "restart.h"

#include <memory>
#include <vector>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "call.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "target.h"
#include "view.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr char kKeyspace[] = "restart";
constexpr uint32_t kNodes = 3;
constexpr absl::Duration kServeMax = absl::Seconds(60);
constexpr double kGoalSeconds = 5;

// A key of each partition.
using Keys = std::vector<std::string>;

absl::StatusOr<Keys> Fill(OwnCluster& cluster, const RestartOptions& options) {
  TargetOptions fill;
  fill.keyspace = {kKeyspace, kNodes, 0};
  fill.keys = options.keys;
  const auto target = PrepareCluster(cluster.address(1), fill);
  if (!target.ok()) return target.status();
  const auto view = Look(cluster.admin(1), kKeyspace);
  if (!view.ok()) return view.status();
  std::map<uint64_t, std::string> keys;
  for (const Member& member : target->members) {
    for (const std::string& key : member.keys) keys.try_emplace(view->PartitionOf(key), key);
  }
  Keys all;
  for (const auto& [partition, key] : keys) all.push_back(key);
  return all;
}

// A connection that is there, or null.
std::shared_ptr<grpc::Channel> TryConnect(const std::string& address) {
  auto channel = Connect(address);
  const absl::Time limit = absl::Now() + absl::Milliseconds(50);
  return channel->WaitForConnected(absl::ToChronoTime(limit)) ? channel : nullptr;
}

// True if the node answers a LINEARIZABLE get of that key itself, with a value.
bool Reads(v1::Kv::Stub& kv, const std::string& key, uint32_t node) {
  v1::GetRequest request;
  request.set_keyspace(kKeyspace);
  request.set_key(key);
  request.set_level(v1::LEVEL_LINEARIZABLE);
  v1::GetResponse response;
  grpc::ClientContext context;
  SetDeadline(context, absl::Seconds(1));
  return kv.Get(&context, request, &response).ok() && response.found() &&
         response.receipt().served_by() == node;
}

struct Times {
  absl::Duration first_read, every_read, caught_up;
};

class Restart {
 public:
  Restart(OwnCluster& cluster, const Keys& keys) : cluster_(cluster), keys_(keys) {}

  absl::StatusOr<Times> OfOne(uint32_t node) {
    cluster_.Kill(node);
    const absl::Time begin = absl::Now();
    if (absl::Status launched = cluster_.Launch(node); !launched.ok()) return launched;
    Times times;
    if (!AwaitReads(node, begin, times)) return TooLate(node);
    const bool caught_up = WaitUntil(kServeMax, [&] {
      const auto view = Look(cluster_.admin(node), kKeyspace);
      return view.ok() && view->CaughtUp(node);
    });
    if (!caught_up) return TooLate(node);
    times.caught_up = absl::Now() - begin;
    return times;
  }

  // Of all nodes at once: until each has answered a read of every partition.
  absl::StatusOr<absl::Duration> OfAll() {
    for (uint32_t node = 1; node <= kNodes; ++node) cluster_.Kill(node);
    const absl::Time begin = absl::Now();
    for (uint32_t node = 1; node <= kNodes; ++node) {
      if (absl::Status launched = cluster_.Launch(node); !launched.ok()) return launched;
    }
    Times times;
    for (uint32_t node = 1; node <= kNodes; ++node) {
      if (!AwaitReads(node, begin, times)) return TooLate(node);
    }
    return absl::Now() - begin;
  }

 private:
  bool AwaitReads(uint32_t node, absl::Time begin, Times& times) {
    std::shared_ptr<grpc::Channel> channel;
    const bool connected =
        WaitUntil(kServeMax, [&] { return (channel = TryConnect(cluster_.address(node))); });
    if (!connected) return false;
    const auto kv = v1::Kv::NewStub(channel);
    times.first_read = absl::InfiniteDuration();
    for (const std::string& key : keys_) {
      if (!WaitUntil(kServeMax, [&] { return Reads(*kv, key, node); })) return false;
      times.first_read = std::min(times.first_read, absl::Now() - begin);
    }
    times.every_read = absl::Now() - begin;
    return true;
  }

  static absl::Status TooLate(uint32_t node) {
    return absl::UnavailableError(StrCat("node ", node, " does not serve again after ",
                                         ToStd(absl::FormatDuration(kServeMax))));
  }

  OwnCluster& cluster_;
  const Keys& keys_;
};

constexpr char kMethod[] =
    " keys with values of 256 bytes, put by the stream, three replicas on three nodes at default "
    "settings. One node is ended by SIGKILL and started again at once, while nothing is written. "
    "From its start until it answers, itself (as its receipt says), a LINEARIZABLE get; one in "
    "every partition; and until each of its replicas has applied all that anyone knows to be "
    "committed. At last all three nodes are killed and started at once.";

}  // namespace

absl::StatusOr<Experiment> MeasureRestart(const Surroundings& surroundings,
                                          const RestartOptions& options) {
  auto cluster = OwnCluster::Start(surroundings, "restart", kNodes);
  if (!cluster.ok()) return cluster.status();
  options.progress(StrCat("writing ", options.keys, " keys"));
  const auto keys = Fill(**cluster, options);
  if (!keys.ok()) return keys.status();
  Restart restart(**cluster, *keys);
  const Goal goal{kGoalSeconds, true};
  Figure first{"first LINEARIZABLE get", "s", {}, goal};
  Figure every{"a LINEARIZABLE get in every partition", "s", {}, goal};
  Figure caught_up{"every replica caught up", "s", {}, goal};
  for (uint32_t i = 0; i < options.restarts; ++i) {
    const uint32_t node = i % kNodes + 1;
    const auto times = restart.OfOne(node);
    if (!times.ok()) return times.status();
    first.values.push_back(absl::ToDoubleSeconds(times->first_read));
    every.values.push_back(absl::ToDoubleSeconds(times->every_read));
    caught_up.values.push_back(absl::ToDoubleSeconds(times->caught_up));
    options.progress(StrCat("restart ", i + 1, "/", options.restarts, "  node ", node, "  ",
                            ToStd(absl::FormatDuration(times->caught_up))));
  }
  const auto all = restart.OfAll();
  if (!all.ok()) return all.status();
  Figure together{
      "all nodes at once: every partition, every node", "s", {absl::ToDoubleSeconds(*all)}, {}};
  return Experiment{"restart", StrCat(options.keys, kMethod), {first, every, caught_up, together}};
}

}  // namespace quorate::bench
