#include "partitions.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "stream_load.h"
#include "target.h"
#include "unary_load.h"

namespace quorate::bench {
namespace {

constexpr uint32_t kNodes = 3;
constexpr uint32_t kInFlight = 64;
constexpr absl::Duration kWarmUp = absl::Milliseconds(200);
constexpr double kGoal = 0.9;

constexpr char kMethod[] =
    "Three nodes at default settings with a keyspace for each number of partitions, three "
    "replicas, values of 256 bytes. They take turns in slices, in an order drawn anew each round: "
    "three streams of four messages of 64 operations each, and 64 unary calls, in flight. A ratio "
    "is formed within its round, to the number of partitions whose median is the best.";

enum class Work : uint8_t { kStreamedPut, kStreamedGet, kPut, kGet };

const std::map<Work, std::string> kNames = {{Work::kStreamedPut, "streamed put"},
                                            {Work::kStreamedGet, "streamed get"},
                                            {Work::kPut, "unary put"},
                                            {Work::kGet, "unary get"}};

// As much in flight however many nodes lead something.
Slice Run(Target& target, Work work, absl::Duration length, uint64_t seed) {
  if (work == Work::kPut || work == Work::kGet) {
    const UnaryOp op = work == Work::kPut ? UnaryOp::kPut : UnaryOp::kGet;
    return RunUnary(target, op, kInFlight, length, seed);
  }
  StreamShape shape;
  shape.op = work == Work::kStreamedPut ? StreamOpKind::kPut : StreamOpKind::kGet;
  shape.streams = kNodes / static_cast<uint32_t>(target.members.size());
  return RunStream(target, shape, length, seed);
}

struct Turn {
  Work work;
  size_t contestant;
};

std::vector<Turn> DrawTurns(size_t contestants, Random& random) {
  std::vector<Turn> turns;
  for (const auto& [work, name] : kNames) {
    for (size_t i = 0; i < contestants; ++i) turns.push_back({work, i});
  }
  for (size_t i = turns.size(); i > 1; --i) std::swap(turns[i - 1], turns[random.Below(i)]);
  return turns;
}

using Rates = std::vector<std::vector<double>>;  // by contestant, then by round

size_t BestOf(const Rates& rates) {
  size_t best = 0;
  for (size_t i = 1; i < rates.size(); ++i) {
    if (SpreadOf(rates[i]).median > SpreadOf(rates[best]).median) best = i;
  }
  return best;
}

void AddFigures(const std::string& work, const PartitionsOptions& options, const Rates& rates,
                Experiment& experiment) {
  const size_t best = BestOf(rates);
  for (size_t i = 0; i < rates.size(); ++i) {
    const std::string name = StrCat(work, ", partitions: ", options.counts[i]);
    experiment.figures.push_back({name, "a second", rates[i], {}});
    if (i == best) continue;
    Figure ratio{StrCat(name, " / ", options.counts[best]), "x", {}, {kGoal, false}};
    for (size_t round = 0; round < rates[i].size(); ++round) {
      ratio.values.push_back(rates[i][round] / rates[best][round]);
    }
    experiment.figures.push_back(std::move(ratio));
  }
}

absl::StatusOr<std::vector<Target>> Prepare(OwnCluster& cluster, const PartitionsOptions& options) {
  std::vector<Target> targets;
  for (const uint32_t count : options.counts) {
    TargetOptions fill;
    fill.keyspace = {StrCat("partitions-", count), kNodes, count};
    fill.keys = options.keys;
    auto target = PrepareCluster(cluster.address(1), fill);
    if (!target.ok()) return target.status();
    targets.push_back(*std::move(target));
  }
  return targets;
}

}  // namespace

absl::StatusOr<Experiment> MeasurePartitions(const Surroundings& surroundings,
                                             const PartitionsOptions& options) {
  auto cluster = OwnCluster::Start(surroundings, "partitions", kNodes);
  if (!cluster.ok()) return cluster.status();
  auto targets = Prepare(**cluster, options);
  if (!targets.ok()) return targets.status();
  Random random(options.seed);
  std::map<Work, Rates> rates;
  for (const auto& [work, name] : kNames) rates[work].resize(targets->size());
  for (uint32_t round = 1; round <= options.rounds; ++round) {
    for (const auto& [work, i] : DrawTurns(targets->size(), random)) {
      Run((*targets)[i], work, kWarmUp, random.Next());
      const Slice slice = Run((*targets)[i], work, options.slice, random.Next());
      if (slice.failed > 0) return absl::UnavailableError(slice.first_error);
      rates[work][i].push_back(slice.per_second());
      options.progress(StrCat("round ", round, "/", options.rounds, "  ", kNames.at(work), "  ",
                              options.counts[i], " partitions  ",
                              static_cast<int64_t>(slice.per_second()), "/s"));
    }
  }
  Experiment experiment{"partitions", kMethod, {}};
  for (const auto& [work, name] : kNames) AddFigures(name, options, rates[work], experiment);
  return experiment;
}

}  // namespace quorate::bench
