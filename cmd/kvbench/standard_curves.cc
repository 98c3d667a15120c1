#include "standard_curves.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "unary_load.h"
#include "workload.h"

namespace quorate::bench {
namespace {

const std::vector<std::string>& Standard() {
  static const std::vector<std::string> names = {
      "echo",       "get",      "put",     "leaderless-get-quorum", "leaderless-put-quorum",
      "stream-put", "etcd-get", "etcd-put"};
  return names;
}

const std::map<std::string, UnaryOp>& OfRaft() {
  static const std::map<std::string, UnaryOp> ops = {{"get", UnaryOp::kGet},
                                                     {"get-bounded", UnaryOp::kGetBounded},
                                                     {"get-one", UnaryOp::kGetOne},
                                                     {"put", UnaryOp::kPut},
                                                     {"put-once", UnaryOp::kPutOnce}};
  return ops;
}

const std::map<std::string, UnaryOp>& OfQuorum() {
  static const std::map<std::string, UnaryOp> ops = {{"leaderless-get-one", UnaryOp::kGetOne},
                                                     {"leaderless-get-quorum", UnaryOp::kGetQuorum},
                                                     {"leaderless-put-one", UnaryOp::kPutAtOne},
                                                     {"leaderless-put-quorum", UnaryOp::kPut}};
  return ops;
}

const std::map<std::string, EtcdOp>& OfEtcd() {
  static const std::map<std::string, EtcdOp> ops = {{"etcd-get", EtcdOp::kGet},
                                                    {"etcd-put", EtcdOp::kPut}};
  return ops;
}

// On the client library's batched streams.
struct StreamedOp {
  bool leaderless = false;
  bool puts = false;
  Level level = Level::kDefault;
};

const std::map<std::string, StreamedOp>& Streamed() {
  static const std::map<std::string, StreamedOp> ops = {
      {"stream-get", {false, false, Level::kLinearizable}},
      {"stream-put", {false, true, Level::kQuorum}},
      {"leaderless-stream-get-quorum", {true, false, Level::kQuorum}},
      {"leaderless-stream-put-one", {true, true, Level::kOne}},
      {"leaderless-stream-put-quorum", {true, true, Level::kQuorum}}};
  return ops;
}

template <class T, class Op>
Curved OfCalls(const std::string& name, T& target, Op op, const Meter* meter) {
  const auto make = [&target, op] { return MakeCaller(target, op); };
  return {name,
          {64, 256},
          [make](uint32_t in_flight, absl::Duration length, uint64_t seed) {
            return RunClosedLoop(make, in_flight, length, seed);
          },
          [make](const OpenLoad& load, uint64_t seed) { return RunOpenLoop(make, load, seed); },
          meter};
}

Curved OfStreams(const std::string& name, const Target& target, const Client& client,
                 const StreamedOp& op, const Meter* meter) {
  uint64_t keys = 0;
  for (const Member& member : target.members) keys += member.keys.size();
  const WorkloadOptions options{.keyspace = target.keyspace,
                                .keys = keys,
                                .value_bytes = target.value.size(),
                                .read = op.level,
                                .write = op.level,
                                .streamed = true};
  const Mix mix{.updates = op.puts ? 100u : 0u, .distribution = Distribution::kUniform};
  auto load = std::make_shared<Workload>(client, options, mix);
  return {name,
          {256, 1024},
          [load](uint32_t in_flight, absl::Duration length, uint64_t seed) {
            return load->RunClosed(in_flight, absl::ZeroDuration(), length, seed);
          },
          [load](const OpenLoad& open, uint64_t seed) { return load->RunOpen(open, seed); },
          meter};
}

std::optional<Curved> Make(const Field& field, const Client& client, const std::string& name) {
  if (name == "echo") return OfCalls(name, field.echo, UnaryOp::kGet, field.of_echo);
  if (const auto op = OfRaft().find(name); op != OfRaft().end()) {
    return OfCalls(name, field.cluster, op->second, field.of_cluster);
  }
  if (const auto op = OfQuorum().find(name); op != OfQuorum().end()) {
    return OfCalls(name, field.leaderless, op->second, field.of_cluster);
  }
  if (const auto op = Streamed().find(name); op != Streamed().end()) {
    const Target& target = op->second.leaderless ? field.leaderless : field.cluster;
    return OfStreams(name, target, client, op->second, field.of_cluster);
  }
  const auto op = OfEtcd().find(name);
  if (op == OfEtcd().end() || field.etcd == nullptr) return std::nullopt;
  return OfCalls(name, field.etcd->target, op->second, &field.etcd->meter);
}

}  // namespace

std::vector<std::string> CurveNames() {
  std::vector<std::string> names = {"echo"};
  const auto add = [&names](const auto& ops) {
    for (const auto& [name, op] : ops) names.push_back(name);
  };
  add(OfRaft());
  add(OfQuorum());
  add(Streamed());
  add(OfEtcd());
  return names;
}

std::vector<Curved> StandardCurves(const Field& field, const Client& client,
                                   std::vector<std::string> names) {
  if (names.empty()) names = Standard();
  std::vector<Curved> contestants;
  for (const std::string& name : names) {
    if (auto contestant = Make(field, client, name)) contestants.push_back(*std::move(contestant));
  }
  return contestants;
}

std::vector<Ratio> CurveRatios(const std::vector<Curved>& contestants) {
  const Goal goal{0.5, true};
  const std::vector<Ratio> all = {
      {"p99 at half of its own peak: get / etcd's", "get", "etcd-get", Of::kP99s, goal},
      {"p99 at half of its own peak: put / etcd's", "put", "etcd-put", Of::kP99s, goal},
      {"p99 at half of its own peak: leaderless get QUORUM / etcd's", "leaderless-get-quorum",
       "etcd-get", Of::kP99s},
      {"p99 at half of its own peak: leaderless put QUORUM / etcd's", "leaderless-put-quorum",
       "etcd-put", Of::kP99s},
  };
  const auto is_there = [&](const std::string& name) {
    return std::any_of(contestants.begin(), contestants.end(),
                       [&](const Curved& contestant) { return contestant.name == name; });
  };
  std::vector<Ratio> ratios;
  for (const Ratio& ratio : all) {
    if (is_there(ratio.above) && is_there(ratio.below)) ratios.push_back(ratio);
  }
  return ratios;
}

}  // namespace quorate::bench
