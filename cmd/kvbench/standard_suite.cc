#include "standard_suite.h"

#include <string>
#include <utility>

#include "base/strings.h"
#include "stream_load.h"
#include "unary_load.h"

namespace quorate::bench {
namespace {

constexpr uint32_t kRedisClients = 64;
// Before what is of that keyspace.
constexpr char kOneGroup[] = "one group: ";
constexpr char kTcp[] = "TCP round trip, 1 in flight";
constexpr char kSync[] = "disk sync, a block in place";
constexpr char kSyncOfThree[] = "disk sync, a block in place, three at once";

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

Contestant OfRedis(std::string name, const RedisTarget& target, const RedisShape& shape) {
  return {std::move(name), [&target, shape](absl::Duration length, uint64_t seed) {
            return RunRedis(target, shape, length, seed);
          }};
}

// Those that stand for durable writes in runs that last.
Contestant Durable(Contestant contestant) {
  contestant.durable = true;
  return contestant;
}

template <class T, class Op>
AtHalf HalfOf(const std::string& name, T& target, Op op, std::vector<std::string> peak_of) {
  const auto make = [&target, op] { return MakeCaller(target, op); };
  return {StrCat(name, ", at half of its peak"), std::move(peak_of),
          [make](const OpenLoad& load, uint64_t seed) { return RunOpenLoop(make, load, seed); }};
}

Goal AtLeast(double limit) { return {limit, false}; }
Goal AtMost(double limit) { return {limit, true}; }

std::vector<Contestant> OfEcho(Target& echo) {
  return {Unary("echo, 1 in flight", echo, UnaryOp::kGet, 1),
          Unary("echo, 64 in flight", echo, UnaryOp::kGet, 64)};
}

std::vector<Contestant> OfMachine(TcpYardstick& tcp, DiskYardstick& disk) {
  return {{kTcp, [&tcp](absl::Duration length, uint64_t) { return tcp.Run(length); }},
          {kSync, [&disk](absl::Duration length, uint64_t) { return disk.WriteInPlace(length); }},
          {kSyncOfThree,
           [&disk](absl::Duration length, uint64_t) { return disk.WriteThreeInPlace(length); }},
          {"disk sync, a value appended",
           [&disk](absl::Duration length, uint64_t) { return disk.Append(length); }}};
}

std::vector<Contestant> OfRaft(Target& cluster) {
  return {Unary("get, 1 in flight", cluster, UnaryOp::kGet, 1),
          Unary("get, 64 in flight", cluster, UnaryOp::kGet, 64),
          Unary("get BOUNDED(1s), 64 in flight", cluster, UnaryOp::kGetBounded, 64),
          Unary("get ONE, 64 in flight", cluster, UnaryOp::kGetOne, 64),
          Unary("put, 1 in flight", cluster, UnaryOp::kPut, 1),
          Unary("put, 64 in flight", cluster, UnaryOp::kPut, 64),
          Unary("put once, 64 in flight", cluster, UnaryOp::kPutOnce, 64),
          Durable(Unary("put, 256 in flight", cluster, UnaryOp::kPut, 256)),
          Durable(Streamed("streamed put, 64 a message", cluster, {StreamOpKind::kPut, 4, 4, 64})),
          Streamed("streamed get, 64 a message", cluster, {StreamOpKind::kGet, 4, 4, 64})};
}

// As etcd's, all keys are of one group, whose leader takes all calls.
std::vector<Contestant> OfOneGroup(Target& one_group) {
  return {Unary(StrCat(kOneGroup, "get, 64 in flight"), one_group, UnaryOp::kGet, 64),
          Unary(StrCat(kOneGroup, "put, 1 in flight"), one_group, UnaryOp::kPut, 1),
          Unary(StrCat(kOneGroup, "put, 64 in flight"), one_group, UnaryOp::kPut, 64),
          Unary(StrCat(kOneGroup, "put, 256 in flight"), one_group, UnaryOp::kPut, 256)};
}

std::vector<Contestant> OfQuorum(Target& leaderless) {
  return {Unary("leaderless get ONE, 64 in flight", leaderless, UnaryOp::kGetOne, 64),
          Unary("leaderless get QUORUM, 64 in flight", leaderless, UnaryOp::kGetQuorum, 64),
          Unary("leaderless put ONE, 64 in flight", leaderless, UnaryOp::kPutAtOne, 64),
          Unary("leaderless put QUORUM, 64 in flight", leaderless, UnaryOp::kPut, 64),
          Streamed("leaderless streamed put ONE", leaderless, {StreamOpKind::kPutAtOne, 4, 4, 64}),
          Durable(Streamed("leaderless streamed put QUORUM", leaderless,
                           {StreamOpKind::kPut, 4, 4, 64}))};
}

std::vector<Contestant> OfEtcd(EtcdTarget& etcd) {
  std::vector<Contestant> contestants;
  for (uint32_t in_flight : {1, 64}) {
    contestants.push_back(OfEtcd("etcd get", etcd, EtcdOp::kGet, in_flight));
    contestants.push_back(OfEtcd("etcd put", etcd, EtcdOp::kPut, in_flight));
  }
  contestants.push_back(Durable(OfEtcd("etcd put", etcd, EtcdOp::kPut, 256)));
  return contestants;
}

std::vector<Contestant> OfRedis(const RedisTarget& redis) {
  std::vector<Contestant> contestants;
  for (const auto& [name, op] : {std::pair{"SET", RedisOp::kSet}, {"GET", RedisOp::kGet}}) {
    Contestant unpipelined = OfRedis(StrCat("redis ", name), redis, {op, kRedisClients, 1});
    unpipelined.durable = op == RedisOp::kSet;
    contestants.push_back(std::move(unpipelined));
    contestants.push_back(
        OfRedis(StrCat("redis ", name, ", pipelined by 16"), redis, {op, kRedisClients, 16}));
  }
  return contestants;
}

// `kind`: empty, or of which keyspace.
void AddUnaryRatiosToEtcd(const std::string& kind, std::vector<Ratio>& ratios) {
  const auto of = [&](const std::string& op, int in_flight, double limit) {
    const std::string call = StrCat(op, ", ", in_flight, " in flight");
    ratios.push_back({StrCat(kind, op, " / etcd's, at ", in_flight), kind + call, "etcd " + call,
                      Of::kThroughputs, AtLeast(limit)});
  };
  of("get", 64, 4.5);
  of("put", 64, 4);
  of("put", 256, 3.5);
  ratios.push_back({StrCat(kind, "median latency, put / etcd's, at 1"), kind + "put, 1 in flight",
                    "etcd put, 1 in flight", Of::kMedians, AtMost(0.6)});
}

void AddRatiosToEtcd(std::vector<Ratio>& ratios) {
  const auto of = [&](std::string name, std::string above, std::string below, Goal goal) {
    ratios.push_back({std::move(name), std::move(above), std::move(below), Of::kThroughputs, goal});
  };
  AddUnaryRatiosToEtcd("", ratios);
  AddUnaryRatiosToEtcd(kOneGroup, ratios);
  of("streamed put / etcd's put at 256", "streamed put, 64 a message", "etcd put, 256 in flight",
     AtLeast(15));
  ratios.push_back({"median latency, get / etcd's, at 1", "get, 1 in flight",
                    "etcd get, 1 in flight", Of::kMedians});
  for (const char* op : {"get", "put"}) {
    ratios.push_back({StrCat("p99 at half of its own peak, ", op, " / etcd's"),
                      StrCat(op, ", at half of its peak"),
                      StrCat("etcd ", op, ", at half of its peak"), Of::kP99s, AtMost(0.5)});
  }
}

void AddRatiosToRedis(std::vector<Ratio>& ratios) {
  const std::string put = "streamed put, 64 a message";
  const std::string get = "streamed get, 64 a message";
  const auto of = [&](std::string name, const std::string& above, std::string below, double limit) {
    ratios.push_back({std::move(name), above, std::move(below), Of::kThroughputs, AtLeast(limit)});
  };
  of("streamed put / redis SET", put, "redis SET", 2);
  of("streamed put / the same, pipelined", put, "redis SET, pipelined by 16", 0.5);
  of("streamed get / redis GET", get, "redis GET", 4);
  of("streamed get / the same, pipelined", get, "redis GET, pipelined by 16", 0.7);
}

std::vector<Contestant> ContestantsOf(const Field& field) {
  std::vector<Contestant> all;
  const auto add = [&](std::vector<Contestant> some, const Meter* meter) {
    for (Contestant& one : some) {
      one.meter = meter;
      all.push_back(std::move(one));
    }
  };
  add(OfEcho(field.echo), field.of_echo);
  add(OfMachine(field.tcp, field.disk), field.of_machine);
  add(OfRaft(field.cluster), field.of_cluster);
  add(OfOneGroup(field.one_group), field.of_cluster);
  add(OfQuorum(field.leaderless), field.of_cluster);
  if (field.etcd != nullptr) add(OfEtcd(field.etcd->target), &field.etcd->meter);
  if (field.redis != nullptr) add(OfRedis(field.redis->target), &field.redis->meter);
  return all;
}

std::vector<AtHalf> HalvesOf(const Field& field) {
  if (field.etcd == nullptr) return {};
  EtcdTarget& etcd = field.etcd->target;
  std::vector<AtHalf> all = {
      HalfOf("get", field.cluster, UnaryOp::kGet, {"get, 64 in flight"}),
      HalfOf("put", field.cluster, UnaryOp::kPut, {"put, 64 in flight", "put, 256 in flight"}),
      HalfOf("etcd get", etcd, EtcdOp::kGet, {"etcd get, 64 in flight"}),
      HalfOf("etcd put", etcd, EtcdOp::kPut,
             {"etcd put, 64 in flight", "etcd put, 256 in flight"})};
  all[0].meter = all[1].meter = field.of_cluster;
  all[2].meter = all[3].meter = &field.etcd->meter;
  return all;
}

std::vector<Ratio> RatiosOf(const Field& field) {
  const std::string echo = "echo, 64 in flight";
  const std::string get = "get, 64 in flight";
  const std::string put = "put, 64 in flight";
  std::vector<Ratio> ratios = {
      {"unary linearizable get / echo, at 64", get, echo, Of::kThroughputs, AtLeast(0.8)},
      {"streamed put / unary echo at 64", "streamed put, 64 a message", echo, Of::kThroughputs,
       AtLeast(0.8)},
      {"get BOUNDED(1s) / LINEARIZABLE, at 64", "get BOUNDED(1s), 64 in flight", get,
       Of::kThroughputs, AtLeast(1)},
      {"get ONE / LINEARIZABLE, at 64", "get ONE, 64 in flight", get, Of::kThroughputs, AtLeast(1)},
      {"put that happens once / put, at 64", "put once, 64 in flight", put, Of::kThroughputs,
       AtLeast(0.95)},
      {"unary put / echo, at 64", put, echo, Of::kThroughputs, AtLeast(0.6)},
      {StrCat(kOneGroup, "unary put / echo, at 64"), kOneGroup + put, echo, Of::kThroughputs,
       AtLeast(0.6)},
      {"median latency, put / echo, at 1", "put, 1 in flight", "echo, 1 in flight", Of::kMedians,
       AtMost(8)},
      {"median latency, put / (echo + TCP round trip + sync), at 1",
       "put, 1 in flight",
       "echo, 1 in flight",
       Of::kMedians,
       AtMost(1.3),
       {kTcp, kSync}},
      // As three nodes on one machine sync: more than one after another costs.
      {"the same, of a sync of three at once",
       "put, 1 in flight",
       "echo, 1 in flight",
       Of::kMedians,
       {},
       {kTcp, kSyncOfThree}},
      {"leaderless streamed put QUORUM / raft's", "leaderless streamed put QUORUM",
       "streamed put, 64 a message", Of::kThroughputs, AtLeast(1)},
      {"leaderless streamed put ONE / raft's", "leaderless streamed put ONE",
       "streamed put, 64 a message", Of::kThroughputs, AtLeast(1.2)},
      {"leaderless get ONE / echo, at 64", "leaderless get ONE, 64 in flight", echo,
       Of::kThroughputs, AtLeast(0.5)},
      {"leaderless get QUORUM / raft's get, at 64", "leaderless get QUORUM, 64 in flight", get},
      {"leaderless put QUORUM / raft's, at 64", "leaderless put QUORUM, 64 in flight", put},
  };
  if (field.etcd != nullptr) AddRatiosToEtcd(ratios);
  if (field.redis != nullptr) AddRatiosToRedis(ratios);
  return ratios;
}

}  // namespace

Lineup StandardLineup(const Field& field) {
  return {ContestantsOf(field), HalvesOf(field), RatiosOf(field)};
}

}  // namespace quorate::bench
