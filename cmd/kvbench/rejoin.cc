#include "rejoin.h"

#include <vector>

#include "absl/time/clock.h"
#include "at_rest.h"
#include "base/random.h"
#include "base/strings.h"
#include "call.h"
#include "node_metrics.h"
#include "stream_load.h"
#include "target.h"
#include "view.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr char kKeyspace[] = "rejoin";
constexpr uint32_t kNodes = 3;
constexpr uint32_t kPartitions = 8;
constexpr uint32_t kAway = 3;
constexpr absl::Duration kLevelMax = absl::Minutes(2);
constexpr double kExchangedGoal = 1.5;
constexpr double kIdleGoalBytes = 1024;
constexpr double kAtRestGoalBytes = 48;
constexpr char kSent[] = "quorate_peer_sent_bytes_total";

// Nobody lacks anything, and everybody knows.
bool IsLevel(v1::Admin::Stub& admin) {
  v1::GetLagRequest request;
  request.set_keyspace(kKeyspace);
  v1::GetLagResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  if (!admin.GetLag(&context, request, &response).ok()) return false;
  if (response.unreachable_size() > 0) return false;
  if (response.backlogs_size() != static_cast<int>(kNodes * kPartitions)) return false;
  for (const v1::ReplicaBacklog& backlog : response.backlogs()) {
    if (backlog.dots() > 0 || !backlog.filled()) return false;
  }
  for (const v1::ReplicaLag& lag : response.lags()) {
    if (!lag.heard_of() || lag.writes() > 0) return false;
  }
  return true;
}

absl::Status AwaitLevel(OwnCluster& cluster) {
  const bool level = WaitUntil(kLevelMax, [&] { return IsLevel(cluster.admin(1)); });
  if (level) return absl::OkStatus();
  return absl::UnavailableError(StrCat("the replicas have not come to the same within ",
                                       ToStd(absl::FormatDuration(kLevelMax))));
}

absl::StatusOr<double> SentByAll(OwnCluster& cluster) {
  double sum = 0;
  for (uint32_t node = 1; node <= cluster.size(); ++node) {
    const auto sent = SumOfMetric(cluster.http_address(node), kSent);
    if (!sent.ok()) return sent.status();
    sum += *sent;
  }
  return sum;
}

// Keys by chance, each written once, through nodes that are there.
Target MissedBy(Target& all, uint64_t count) {
  Target missed;
  missed.keyspace = all.keyspace;
  missed.value.assign(all.value.size(), 'w');
  Random random(1);
  std::vector<std::string*> keys;
  for (Member& member : all.members) {
    for (std::string& key : member.keys) keys.push_back(&key);
  }
  for (size_t i = 0; i < count; ++i) {
    std::swap(keys[i], keys[i + random.Below(keys.size() - i)]);
  }
  for (uint32_t node = 0; node + 1 < kNodes; ++node) {
    Member& member = missed.members.emplace_back();
    member.address = all.members[node].address;
    member.stub = v1::Kv::NewStub(Connect(member.address));
  }
  for (size_t i = 0; i < count; ++i) {
    missed.members[i % missed.members.size()].keys.push_back(*keys[i]);
  }
  return missed;
}

class Rejoin {
 public:
  Rejoin(OwnCluster& cluster, const RejoinOptions& options)
      : cluster_(cluster), options_(options) {}

  absl::Status Measure() {
    for (const auto step : {&Rejoin::Fill, &Rejoin::Idle, &Rejoin::Miss, &Rejoin::ComeBack}) {
      if (absl::Status done = (this->*step)(); !done.ok()) return done;
    }
    return absl::OkStatus();
  }

  Figure seconds{"until it has all that it missed", "s", {}, {}};
  Figure exchanged{"bytes exchanged / bytes of what it missed", "", {}, {kExchangedGoal, true}};
  Figure idle{
      "at rest, between two replicas of a partition", "bytes/s", {}, {kIdleGoalBytes, true}};

 private:
  absl::Status Fill() {
    options_.progress(StrCat("writing ", options_.keys, " keys"));
    TargetOptions fill;
    fill.keyspace = {kKeyspace, kNodes, kPartitions, v1::CONFLICT_LWW};
    fill.keys = options_.keys;
    auto target = PrepareCluster(cluster_.address(1), fill);
    if (!target.ok()) return target.status();
    target_ = *std::move(target);
    return AwaitLevel(cluster_);
  }

  absl::Status Idle() {
    options_.progress("all is everywhere; waiting, then measuring what is said at rest");
    absl::SleepFor(options_.settle);
    const auto before = SentByAll(cluster_);
    if (!before.ok()) return before.status();
    const absl::Time begin = absl::Now();
    absl::SleepFor(options_.idle);
    const auto after = SentByAll(cluster_);
    if (!after.ok()) return after.status();
    const double pairs = kPartitions * kNodes * (kNodes - 1) / 2.0;
    idle.values.push_back((*after - *before) / absl::ToDoubleSeconds(absl::Now() - begin) / pairs);
    return absl::OkStatus();
  }

  absl::Status Miss() {
    const uint64_t count = options_.keys * options_.missed_permille / 1000;
    options_.progress(StrCat("node ", kAway, " is away; writing ", count, " keys"));
    cluster_.Kill(kAway);
    Target missed = MissedBy(target_, count);
    for (const Member& member : missed.members) {
      for (const std::string& key : member.keys) missed_bytes_ += key.size() + missed.value.size();
    }
    return WriteAllKeys(missed);
  }

  absl::Status ComeBack() {
    double before = 0;
    for (uint32_t node = 1; node <= kNodes; ++node) {
      if (node == kAway) continue;
      const auto sent = SumOfMetric(cluster_.http_address(node), kSent);
      if (!sent.ok()) return sent.status();
      before += *sent;
    }
    if (absl::Status launched = cluster_.Launch(kAway); !launched.ok()) return launched;
    if (absl::Status ready = cluster_.WaitUntilReady(kAway); !ready.ok()) return ready;
    const absl::Time begin = absl::Now();
    if (absl::Status level = AwaitLevel(cluster_); !level.ok()) return level;
    seconds.values.push_back(absl::ToDoubleSeconds(absl::Now() - begin));
    const auto after = SentByAll(cluster_);
    if (!after.ok()) return after.status();
    exchanged.values.push_back((*after - before) / missed_bytes_);
    return absl::OkStatus();
  }

  OwnCluster& cluster_;
  const RejoinOptions& options_;
  Target target_;
  double missed_bytes_ = 0;
};

constexpr char kMethod[] =
    " keys with values of 256 bytes in a keyspace of mode quorum, policy lww, eight partitions, "
    "three replicas on three nodes at default settings. Once every replica has told that it has "
    "all, the bytes of all frames between the nodes are counted over a while in which nothing is "
    "written, and divided by time, partitions and pairs of replicas. Then one node is ended by "
    "SIGKILL, some of the keys are written anew through the others, and it is started again: how "
    "long, from when it serves, until every replica has told that it has all, and the bytes of all "
    "frames from its start until then, over those of the keys and values that it missed. At last "
    "as many keys of 14 bytes with values of 256 random bytes are applied as a replica does it, "
    "and let go of what is only kept until all is everywhere: the engine's files after a flush.";

}  // namespace

absl::StatusOr<Experiment> MeasureRejoin(const Surroundings& surroundings,
                                         const RejoinOptions& options) {
  auto cluster = OwnCluster::Start(surroundings, "rejoin", kNodes);
  if (!cluster.ok()) return cluster.status();
  Rejoin rejoin(**cluster, options);
  if (absl::Status measured = rejoin.Measure(); !measured.ok()) return measured;
  const auto beside = BytesBesideKeyAndValue(surroundings.folder + "/rejoin", options.keys);
  if (!beside.ok()) return beside.status();
  const Figure at_rest{
      "on disk for each key, beside key and value", "bytes", {*beside}, {kAtRestGoalBytes, true}};
  return Experiment{"rejoin",
                    StrCat(options.keys, kMethod),
                    {rejoin.seconds, rejoin.exchanged, rejoin.idle, at_rest}};
}

}  // namespace quorate::bench
