// The curve that pbs.h computes against what reads really miss: the core itself,
// its messages under way as long as chance will have it.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/random.h"
#include "cluster.h"
#include "quorum/pbs.h"
#include "quorum/register_record.h"

namespace quorate::quorum {
namespace {

constexpr int kReads = 1500;  // at each of the delays
constexpr absl::Duration kMean = absl::Milliseconds(10);
const std::vector<absl::Duration> kDelays = {absl::ZeroDuration(), absl::Milliseconds(5),
                                             absl::Milliseconds(10), absl::Milliseconds(20),
                                             absl::Milliseconds(40)};

// Between zones messages take so much longer.
constexpr int64_t kFar = 4;
const RegisterPolicy kRegisters;

struct World {
  std::vector<std::string> zones = {};  // of each replica
  bool registers = false;
};

class VirtualNetwork {
 public:
  explicit VirtualNetwork(uint64_t seed, World world = {})
      : random_(seed), world_(std::move(world)), cluster_(Options()) {}

  Cluster& cluster() { return cluster_; }
  const RoundTrips& measured() const { return measured_; }
  const Histogram& one_way() const { return one_way_; }
  // Between zones.
  const Histogram& far_way() const { return far_way_; }
  uint64_t AnyNode() { return random_.Between(1, cluster_.options().replicas); }

  // What has just been sent is under way from now on.
  void TakeUp() {
    for (; !cluster_.in_flight().empty(); cluster_.in_flight().pop_front()) {
      const Message& message = cluster_.in_flight().front();
      const bool far = ZoneOf(message.from.node) != ZoneOf(message.to);
      const absl::Duration way = Way() * (far ? kFar : 1);
      (far ? far_way_ : one_way_).Record(way);
      under_way_.emplace(cluster_.now() + way, message);
    }
  }
  void RunUntil(absl::Duration end) {
    while (!under_way_.empty() && under_way_.begin()->first <= end) Deliver();
    cluster_.Pass(end - cluster_.now());
  }
  // The moment at which it was answered.
  absl::Duration RunUntilAnswered(uint64_t node, uint64_t id) {
    while (cluster_.Find(node, id) == nullptr) Deliver();
    return cluster_.now();
  }
  void RunDry() {
    while (!under_way_.empty()) Deliver();
  }

 private:
  ClusterOptions Options() {
    ClusterOptions options;
    // Only what the write itself brings, and only as many as are asked.
    options.config.sync_interval = absl::Hours(1000);
    options.config.sync_interval_idle = absl::Hours(1000);
    options.config.hedge_permille = 0;
    options.config.round_trips = &measured_;
    if (world_.registers) options.policy = &kRegisters;
    if (!world_.zones.empty()) {
      options.zones = world_.zones;
      options.replicas = world_.zones.size();
    }
    return options;
  }
  std::string ZoneOf(NodeId node) const {
    return world_.zones.empty() ? "" : world_.zones[node.value() - 1];
  }
  absl::Duration Way() {
    const double u = (static_cast<double>(random_.Below(1'000'000)) + 0.5) / 1'000'000;
    return -std::log(u) * kMean;
  }
  void Deliver() {
    const auto first = under_way_.begin();
    cluster_.Pass(first->first - cluster_.now());
    const Message message = first->second;
    under_way_.erase(first);
    cluster_.Deliver(message);
    TakeUp();
  }

  Random random_;
  const World world_;
  RoundTrips measured_;
  Histogram one_way_;
  Histogram far_way_;
  Cluster cluster_;
  std::multimap<absl::Duration, Message> under_way_;
};

// At LINEARIZABLE: to a register.
uint64_t Write(Cluster& cluster, uint64_t node, const std::string& key, Level level) {
  if (level != Level::kLinearizable) return cluster.Put(node, key, "v", level);
  RegisterOp put;
  put.kind = RegisterOp::Kind::kPut;
  put.value = "v";
  return cluster.Operate(node, key, put);
}

// The share of reads that miss a write of a key of its own, so long after it was
// acknowledged; both through replicas of their own choice.
double Measure(VirtualNetwork& network, Level write, Level read, absl::Duration delay, int trials) {
  static uint64_t next_key = 0;
  int stale = 0;
  for (int i = 0; i < trials; ++i) {
    const std::string key = "k" + std::to_string(next_key++);
    const uint64_t writer = network.AnyNode();
    const uint64_t written = Write(network.cluster(), writer, key, write);
    network.TakeUp();
    network.RunUntil(network.RunUntilAnswered(writer, written) + delay);
    const uint64_t reader = network.AnyNode();
    const uint64_t asked = network.cluster().Get(reader, key, read);
    network.TakeUp();
    network.RunUntilAnswered(reader, asked);
    stale += network.cluster().Find(reader, asked)->record ? 0 : 1;
    network.RunDry();
  }
  return static_cast<double>(stale) / trials;
}

StalenessInput InputOf(uint32_t reads, uint32_t writes) {
  return {.reads = reads, .writes = writes, .trials = 20'000, .coordinators_are_replicas = true};
}

struct Pair {
  Level write;
  Level read;
  uint32_t writes;
  uint32_t reads;
};

class StalenessTest : public ::testing::TestWithParam<Pair> {};

// Of what is counted, and a little for the curve's own chance.
double ThreeDeviations(double share, int reads = kReads) {
  return 0.005 + 3 * std::sqrt(share * (1 - share) / reads);
}

TEST_P(StalenessTest, TheCurveIsWhatReadsReallyMiss) {
  const Pair pair = GetParam();
  VirtualNetwork network(17);
  std::vector<double> measured;
  for (const absl::Duration delay : kDelays) {
    measured.push_back(Measure(network, pair.write, pair.read, delay, kReads));
  }
  EXPECT_GT(measured.front(), 0.03);
  EXPECT_LT(measured.back(), measured.front() / 2);
  const Histogram& way = network.one_way();
  const auto exact = SimulateStaleness({way, way, way, way, network.measured().own_disk},
                                       InputOf(pair.reads, pair.writes));
  const auto halved =
      SimulateStaleness(LatenciesOf(network.measured()), InputOf(pair.reads, pair.writes));
  ASSERT_TRUE(exact.ok()) << exact.status();
  ASSERT_TRUE(halved.ok()) << halved.status();
  for (size_t i = 0; i < kDelays.size(); ++i) {
    EXPECT_NEAR(exact->ProbabilityOfStale(kDelays[i]), measured[i], ThreeDeviations(measured[i]))
        << kDelays[i];
    // Two ways of half the length each are more alike than the real ones are.
    EXPECT_NEAR(halved->ProbabilityOfStale(kDelays[i]), measured[i], 0.08) << kDelays[i];
  }
}

INSTANTIATE_TEST_SUITE_P(WeakPairs, StalenessTest,
                         ::testing::Values(Pair{Level::kOne, Level::kOne, 1, 1},
                                           Pair{Level::kTwo, Level::kOne, 2, 1},
                                           Pair{Level::kOne, Level::kTwo, 1, 2}),
                         [](const auto& pair) {
                           return std::string(LevelName(pair.param.write)) + "Then" +
                                  std::string(LevelName(pair.param.read));
                         });

// Its rounds are measured by what acceptors are asked to accept.
TEST(RegisterStalenessTest, TheCurveIsWhatPlainReadsReallyMiss) {
  VirtualNetwork network(19, {.registers = true});
  std::vector<double> measured;
  for (const absl::Duration delay : kDelays) {
    measured.push_back(Measure(network, Level::kLinearizable, Level::kOne, delay, kReads));
  }
  EXPECT_GT(measured.front(), 0.03);
  EXPECT_LT(measured.back(), measured.front() / 2);
  EXPECT_EQ(network.measured().own_disk.count(), kDelays.size() * kReads);
  EXPECT_EQ(network.measured().write_way.count(), 2 * kDelays.size() * kReads);
  const auto halved = SimulateStaleness(LatenciesOf(network.measured()), InputOf(1, 2));
  ASSERT_TRUE(halved.ok()) << halved.status();
  for (size_t i = 0; i < kDelays.size(); ++i) {
    EXPECT_NEAR(halved->ProbabilityOfStale(kDelays[i]), measured[i], 0.08) << kDelays[i];
  }
}

struct ZonesPair {
  Level write;
  Level read;
  StalenessInput input;
};

class ZonesStalenessTest : public ::testing::TestWithParam<ZonesPair> {};

constexpr int kZoneReads = 800;
const std::vector<absl::Duration> kZoneDelays = {absl::ZeroDuration(), absl::Milliseconds(10),
                                                 absl::Milliseconds(40), absl::Milliseconds(80),
                                                 absl::Milliseconds(160)};

// Two replicas stand in one zone and two in another, far away.
TEST_P(ZonesStalenessTest, TheCurveIsWhatReadsReallyMiss) {
  const ZonesPair& pair = GetParam();
  VirtualNetwork network(23, {.zones = {"west", "west", "east", "east"}});
  std::vector<double> measured;
  for (const absl::Duration delay : kZoneDelays) {
    measured.push_back(Measure(network, pair.write, pair.read, delay, kZoneReads));
  }
  EXPECT_GT(measured.front(), 0.03);
  EXPECT_LT(measured.back(), measured.front() / 2);
  StalenessInput input = pair.input;
  input.replicas = 4;
  input.trials = 20'000;
  input.coordinators_are_replicas = true;
  input.layouts = {{0, 0, 1, 1}};
  const Histogram& near = network.one_way();
  const Histogram& far = network.far_way();
  const auto exact = SimulateStaleness(
      {near, near, near, near, network.measured().own_disk, far, far, far, far}, input);
  const auto halved = SimulateStaleness(LatenciesOf(network.measured()), input);
  ASSERT_TRUE(exact.ok()) << exact.status();
  ASSERT_TRUE(halved.ok()) << halved.status();
  for (size_t i = 0; i < kZoneDelays.size(); ++i) {
    EXPECT_NEAR(exact->ProbabilityOfStale(kZoneDelays[i]), measured[i],
                ThreeDeviations(measured[i], kZoneReads))
        << kZoneDelays[i];
    EXPECT_NEAR(halved->ProbabilityOfStale(kZoneDelays[i]), measured[i], 0.1) << kZoneDelays[i];
  }
}

using Waits = StalenessInput::Waits;
INSTANTIATE_TEST_SUITE_P(
    WeakPairs, ZonesStalenessTest,
    ::testing::Values(
        ZonesPair{Level::kOne, Level::kOne, {.reads = 1, .writes = 1}},
        ZonesPair{Level::kLocalQuorum,
                  Level::kLocalQuorum,
                  {.read_waits = Waits::kOwnZone, .write_waits = Waits::kOwnZone}},
        ZonesPair{Level::kLocalQuorum, Level::kTwo, {.reads = 2, .write_waits = Waits::kOwnZone}},
        ZonesPair{Level::kQuorum, Level::kOne, {.reads = 1, .writes = 3}}),
    [](const auto& pair) {
      return std::string(LevelName(pair.param.write)) + "Then" +
             std::string(LevelName(pair.param.read));
    });

// The last replica's answers come when the write has long been answered.
TEST(RoundTripsTest, CountTheAnswersThatNobodyWaitsForAnyMore) {
  VirtualNetwork network(3);
  for (int i = 0; i < 50; ++i) {
    network.cluster().Put(1, "k", "v", Level::kOne);
    network.TakeUp();
    network.RunDry();
  }
  EXPECT_EQ(network.measured().write_way.count(), 100u);
  EXPECT_EQ(network.measured().own_disk.count(), 50u);
  EXPECT_NEAR(absl::ToDoubleMilliseconds(network.measured().write_way.mean()), 10, 2);
  EXPECT_EQ(network.measured().read_way.count(), 0u);
}

TEST(RoundTripsTest, LeaveOutWhatWasSentTwice) {
  RoundTrips measured;
  WriteWatch watch(&measured);
  watch.Sent(1, absl::ZeroDuration());
  watch.SentAgain(1);
  watch.Answered(1, true, absl::Seconds(1));
  watch.Sent(2, absl::ZeroDuration());
  watch.Sent(2 + 256, absl::Seconds(1));  // in its place
  watch.Answered(2, true, absl::Seconds(2));
  EXPECT_EQ(measured.write_way.count(), 0u);
  watch.Answered(2 + 256, true, absl::Seconds(2));
  EXPECT_EQ(measured.write_way.count(), 1u);
  EXPECT_EQ(measured.write_way.max(), absl::Milliseconds(500));
  EXPECT_EQ(measured.far_write_way.count(), 0u);
  watch.Answered(2 + 256, /*near=*/false, absl::Seconds(3));
  EXPECT_EQ(measured.far_write_way.max(), absl::Seconds(1));
  EXPECT_EQ(measured.write_way.count(), 1u);
}

}  // namespace
}  // namespace quorate::quorum
