#include "client/convert.h"

namespace quorate::client {
namespace {

LossDescription LossOf(const v1::Loss& wire) {
  return {.worst = wire.worst(), .stopped = wire.stopped()};
}

LevelDescription LevelOf(const v1::LevelFacts& wire) {
  LevelDescription level{.level = static_cast<Level>(wire.level()),
                         .promise = wire.promise(),
                         .answers = wire.answers(),
                         .needs = wire.needs(),
                         .one_node = LossOf(wire.one_node()),
                         .one_zone = {},
                         .latencies = {}};
  if (wire.has_one_zone()) level.one_zone = LossOf(wire.one_zone());
  for (const v1::OperationLatency& one : wire.latencies()) {
    level.latencies.push_back({.operation = one.operation(),
                               .requests = one.requests(),
                               .p50 = absl::Microseconds(one.p50_us()),
                               .p99 = absl::Microseconds(one.p99_us())});
  }
  for (const v1::ZoneNeed& one : wire.zones()) {
    level.zones.push_back({.zone = one.zone(), .replicas = one.replicas(), .needs = one.needs()});
  }
  return level;
}

std::vector<StalenessDescription> CurveOf(const v1::ExplainResponse& wire) {
  std::vector<StalenessDescription> curve;
  for (const v1::StalenessPoint& one : wire.staleness()) {
    curve.push_back({.since_write = absl::Microseconds(static_cast<int64_t>(one.since_write_us())),
                     .probability = one.probability()});
  }
  return curve;
}

}  // namespace

Explanation ExplanationOf(const v1::ExplainResponse& wire) {
  return {.keyspace = wire.keyspace(),
          .mode = static_cast<Mode>(wire.mode()),
          .replicas = wire.replicas(),
          .partitions = wire.partitions(),
          .epoch = Epoch(wire.epoch()),
          .node = NodeId(wire.node()),
          .read = LevelOf(wire.read()),
          .write = LevelOf(wire.write()),
          .staleness = CurveOf(wire),
          .staleness_note = wire.staleness_note()};
}

}  // namespace quorate::client
