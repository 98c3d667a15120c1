#include "suite.h"

#include <algorithm>
#include <map>

#include "base/random.h"
#include "base/strings.h"
#include "stream_load.h"
#include "unary_load.h"

namespace quorate::bench {
namespace {

// A slice's first part warms connections and caches and is thrown away.
constexpr absl::Duration kWarmUp = absl::Milliseconds(300);

std::vector<size_t> Shuffled(size_t count, Random& random) {
  std::vector<size_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = i;
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  return order;
}

double Micros(const Slice& slice, double quantile) {
  return absl::ToDoubleMicroseconds(slice.latency.Quantile(quantile));
}

Row MakeRow(const std::string& name, const std::vector<Slice>& slices) {
  Row row;
  row.name = name;
  std::vector<double> rates;
  std::vector<double> p50;
  std::vector<double> p99;
  for (const Slice& slice : slices) {
    rates.push_back(slice.per_second());
    p50.push_back(Micros(slice, 0.5));
    p99.push_back(Micros(slice, 0.99));
    row.failed += slice.failed;
    if (row.first_error.empty()) row.first_error = slice.first_error;
  }
  row.per_second = SpreadOf(rates);
  row.p50_us = SpreadOf(p50);
  row.p99_us = SpreadOf(p99);
  return row;
}

RatioRow MakeRatio(const Ratio& ratio, const std::map<std::string, std::vector<Slice>>& slices) {
  RatioRow row{ratio, {}};
  std::vector<double> values;
  const auto& above = slices.at(ratio.above);
  const auto& below = slices.at(ratio.below);
  for (size_t round = 0; round < above.size(); ++round) {
    const double a = ratio.of_medians ? Micros(above[round], 0.5) : above[round].per_second();
    const double b = ratio.of_medians ? Micros(below[round], 0.5) : below[round].per_second();
    if (b > 0) values.push_back(a / b);
  }
  row.value = SpreadOf(values);
  return row;
}

Contestant Unary(std::string name, Target& target, UnaryOp op, uint32_t in_flight) {
  return {std::move(name), [&target, op, in_flight](absl::Duration length, uint64_t seed) {
            return RunUnary(target, op, in_flight, length, seed);
          }};
}

Contestant OfEtcd(const std::string& name, EtcdTarget& target, EtcdOp op, uint32_t in_flight) {
  return {StrCat(name, ", ", in_flight, " in flight"),
          [&target, op, in_flight](absl::Duration length, uint64_t seed) {
            return RunEtcd(target, op, in_flight, length, seed);
          }};
}

Contestant Streamed(std::string name, Target& target, const StreamShape& shape) {
  return {std::move(name), [&target, shape](absl::Duration length, uint64_t seed) {
            return RunStream(target, shape, length, seed);
          }};
}

}  // namespace

SuiteResult RunSuite(const std::vector<Contestant>& contestants, const std::vector<Ratio>& ratios,
                     const SuiteOptions& options) {
  Random random(options.seed);
  std::map<std::string, std::vector<Slice>> slices;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    for (size_t i : Shuffled(contestants.size(), random)) {
      const Contestant& contestant = contestants[i];
      contestant.run(kWarmUp, random.Next());
      Slice slice = contestant.run(options.slice, random.Next());
      options.progress(StrCat("round ", round + 1, "/", options.rounds, "  ", contestant.name, "  ",
                              static_cast<int64_t>(slice.per_second()), "/s"));
      slices[contestant.name].push_back(std::move(slice));
    }
  }
  SuiteResult result;
  for (const Contestant& contestant : contestants) {
    result.rows.push_back(MakeRow(contestant.name, slices[contestant.name]));
  }
  for (const Ratio& ratio : ratios) result.ratios.push_back(MakeRatio(ratio, slices));
  return result;
}

std::vector<Contestant> StandardContestants(Target& cluster, Target& leaderless, Target& echo,
                                            EtcdTarget* etcd) {
  std::vector<Contestant> contestants = {
      Unary("echo, 1 in flight", echo, UnaryOp::kGet, 1),
      Unary("echo, 64 in flight", echo, UnaryOp::kGet, 64),
      Unary("get, 1 in flight", cluster, UnaryOp::kGet, 1),
      Unary("get, 64 in flight", cluster, UnaryOp::kGet, 64),
      Unary("get BOUNDED(1s), 64 in flight", cluster, UnaryOp::kGetBounded, 64),
      Unary("get ONE, 64 in flight", cluster, UnaryOp::kGetOne, 64),
      Unary("put, 1 in flight", cluster, UnaryOp::kPut, 1),
      Unary("put, 64 in flight", cluster, UnaryOp::kPut, 64),
      Unary("put once, 64 in flight", cluster, UnaryOp::kPutOnce, 64),
      Unary("put, 256 in flight", cluster, UnaryOp::kPut, 256),
      Streamed("streamed put, 64 a message", cluster, {StreamOpKind::kPut, 1, 4, 64}),
      Streamed("streamed get, 64 a message", cluster, {StreamOpKind::kGet, 1, 4, 64}),
      Unary("leaderless get ONE, 64 in flight", leaderless, UnaryOp::kGetOne, 64),
      Unary("leaderless get QUORUM, 64 in flight", leaderless, UnaryOp::kGetQuorum, 64),
      Unary("leaderless put ONE, 64 in flight", leaderless, UnaryOp::kPutAtOne, 64),
      Unary("leaderless put QUORUM, 64 in flight", leaderless, UnaryOp::kPut, 64),
      Streamed("leaderless streamed put ONE", leaderless, {StreamOpKind::kPutAtOne, 1, 4, 64}),
      Streamed("leaderless streamed put QUORUM", leaderless, {StreamOpKind::kPut, 1, 4, 64}),
  };
  if (etcd == nullptr) return contestants;
  for (uint32_t in_flight : {1, 64}) {
    contestants.push_back(OfEtcd("etcd get", *etcd, EtcdOp::kGet, in_flight));
    contestants.push_back(OfEtcd("etcd put", *etcd, EtcdOp::kPut, in_flight));
  }
  return contestants;
}

std::vector<Ratio> StandardRatios(bool with_etcd) {
  const std::string echo = "echo, 64 in flight";
  const std::string get = "get, 64 in flight";
  const std::string put = "put, 64 in flight";
  const auto at_least = [](double limit) { return Goal{limit, false}; };
  std::vector<Ratio> ratios = {
      {"unary linearizable get / echo, at 64", get, echo, false, at_least(0.4)},
      {"streamed put / unary echo at 64", "streamed put, 64 a message", echo, false, at_least(0.8)},
      {"get BOUNDED(1s) / LINEARIZABLE, at 64", "get BOUNDED(1s), 64 in flight", get, false,
       at_least(1)},
      {"get ONE / LINEARIZABLE, at 64", "get ONE, 64 in flight", get, false, at_least(1)},
      {"put that happens once / put, at 64", "put once, 64 in flight", put, false, at_least(0.95)},
      {"unary put / echo, at 64", put, echo},
      {"median latency, put / echo, at 1", "put, 1 in flight", "echo, 1 in flight", true,
       Goal{8, true}},
      {"leaderless streamed put QUORUM / raft's", "leaderless streamed put QUORUM",
       "streamed put, 64 a message", false, at_least(0.7)},
      {"leaderless streamed put ONE / raft's", "leaderless streamed put ONE",
       "streamed put, 64 a message", false, at_least(1)},
      {"leaderless get ONE / echo, at 64", "leaderless get ONE, 64 in flight", echo, false,
       at_least(0.5)},
      {"leaderless get QUORUM / raft's get, at 64", "leaderless get QUORUM, 64 in flight", get},
      {"leaderless put QUORUM / raft's, at 64", "leaderless put QUORUM, 64 in flight", put},
  };
  if (!with_etcd) return ratios;
  ratios.push_back({"get / etcd's, at 64", get, "etcd get, 64 in flight"});
  ratios.push_back({"put / etcd's, at 64", put, "etcd put, 64 in flight"});
  ratios.push_back(
      {"median latency, get / etcd's, at 1", "get, 1 in flight", "etcd get, 1 in flight", true});
  ratios.push_back(
      {"median latency, put / etcd's, at 1", "put, 1 in flight", "etcd put, 1 in flight", true});
  return ratios;
}

}  // namespace quorate::bench
