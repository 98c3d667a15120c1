#include "rejoin.h"

#include <vector>

#include "absl/time/clock.h"
#include "at_rest.h"
#include "base/random.h"
#include "base/strings.h"
#include "call.h"
#include "node_metrics.h"
#include "settled.h"
#include "stream_load.h"
#include "target.h"
#include "view.h"

namespace quorate::bench {
namespace {

constexpr char kKeyspace[] = "rejoin";
constexpr uint32_t kNodes = 3;
constexpr uint32_t kPartitions = 8;
constexpr uint32_t kAway = 3;
constexpr double kExchangedGoal = 1.5;
constexpr double kIdleGoalBytes = 1024;
constexpr double kAtRestGoalBytes = 48;
constexpr char kRegistersKeyspace[] = "registers";
constexpr uint64_t kRegisters = 1000;
constexpr double kRoundsGoal = 1;
constexpr char kRoundTrips[] = "quorate_register_round_trips_total";
constexpr char kSent[] = "quorate_peer_sent_bytes_total";

absl::StatusOr<double> SumOfAll(OwnCluster& cluster, const char* metric) {
  double sum = 0;
  for (uint32_t node = 1; node <= cluster.size(); ++node) {
    const auto one = SumOfMetric(cluster.http_address(node), metric);
    if (!one.ok()) return one.status();
    sum += *one;
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
    for (const auto step :
         {&Rejoin::ReadRegisters, &Rejoin::Fill, &Rejoin::Idle, &Rejoin::Miss, &Rejoin::ComeBack}) {
      if (absl::Status done = (this->*step)(); !done.ok()) return done;
    }
    return absl::OkStatus();
  }

  Figure rounds{"questions to a quorum for a read of a register", "", {}, {kRoundsGoal, true}};
  Figure seconds{"until it has all that it missed", "s", {}, {}};
  Figure exchanged{"bytes exchanged / bytes of what it missed", "", {}, {kExchangedGoal, true}};
  Figure idle{
      "at rest, between two replicas of a partition", "bytes/s", {}, {kIdleGoalBytes, true}};

 private:
  // One after the other, of what is everywhere: nothing is in their way.
  absl::Status ReadRegisters() {
    options_.progress(StrCat("writing and reading ", kRegisters, " registers"));
    TargetOptions fill;
    fill.keyspace = {kRegistersKeyspace, kNodes, kPartitions, v1::CONFLICT_REGISTER};
    fill.keys = kRegisters;
    auto target = PrepareCluster(cluster_.address(1), fill);
    if (!target.ok()) return target.status();
    if (absl::Status level = AwaitLevel(cluster_, kRegistersKeyspace, kPartitions); !level.ok()) {
      return level;
    }
    const auto before = SumOfAll(cluster_, kRoundTrips);
    if (!before.ok()) return before.status();
    for (Member& member : target->members) {
      for (const std::string& key : member.keys) {
        v1::GetRequest request;
        request.set_keyspace(kRegistersKeyspace);
        request.set_key(key);
        request.set_level(v1::LEVEL_LINEARIZABLE);
        v1::GetResponse response;
        grpc::ClientContext context;
        SetDeadline(context);
        const grpc::Status read = member.stub->Get(&context, request, &response);
        if (!read.ok()) return absl::UnavailableError(read.error_message());
      }
    }
    const auto after = SumOfAll(cluster_, kRoundTrips);
    if (!after.ok()) return after.status();
    rounds.values.push_back((*after - *before) / kRegisters);
    return absl::OkStatus();
  }

  absl::Status Fill() {
    options_.progress(StrCat("writing ", options_.keys, " keys"));
    TargetOptions fill;
    fill.keyspace = {kKeyspace, kNodes, kPartitions, v1::CONFLICT_LWW};
    fill.keys = options_.keys;
    auto target = PrepareCluster(cluster_.address(1), fill);
    if (!target.ok()) return target.status();
    target_ = *std::move(target);
    return AwaitLevel(cluster_, kKeyspace, kPartitions);
  }

  absl::Status Idle() {
    options_.progress("all is everywhere; waiting, then measuring what is said at rest");
    absl::SleepFor(options_.settle);
    const auto before = SumOfAll(cluster_, kSent);
    if (!before.ok()) return before.status();
    const absl::Time begin = absl::Now();
    absl::SleepFor(options_.idle);
    const auto after = SumOfAll(cluster_, kSent);
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
    if (absl::Status level = AwaitLevel(cluster_, kKeyspace, kPartitions); !level.ok())
      return level;
    seconds.values.push_back(absl::ToDoubleSeconds(absl::Now() - begin));
    const auto after = SumOfAll(cluster_, kSent);
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
    "and let go of what is only kept until all is everywhere: the engine's files after a flush. "
    "Before all that, a thousand registers (policy register) are written and, once they are "
    "everywhere, read at LINEARIZABLE one after the other: how often a quorum was asked for each.";

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
                    {rejoin.seconds, rejoin.exchanged, rejoin.idle, at_rest, rejoin.rounds}};
}

}  // namespace quorate::bench
