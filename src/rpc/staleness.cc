#include "rpc/staleness.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/pbs.h"

namespace quorate::rpc {
namespace {

// 0, then 1, 2 and 5 of each power of ten from 100 us on.
absl::Duration Next(absl::Duration time) {
  if (time == absl::ZeroDuration()) return absl::Microseconds(100);
  absl::Duration unit = absl::Microseconds(100);
  while (unit * 10 <= time) unit *= 10;
  return time == unit * 2 ? unit * 5 : time * 2;
}

// Until hardly anything is stale any more.
void FillCurve(const quorum::StalenessCurve& curve, v1::ExplainResponse* out) {
  constexpr absl::Duration kEnd = absl::Seconds(100);
  for (absl::Duration time; time <= kEnd; time = Next(time)) {
    v1::StalenessPoint* point = out->add_staleness();
    point->set_since_write_us(static_cast<uint64_t>(absl::ToInt64Microseconds(time)));
    point->set_probability(curve.ProbabilityOfStale(time));
    if (point->probability() == 0) return;
  }
}

using Waits = quorum::StalenessInput::Waits;

// Why there is no curve, whoever has the write; empty: there may be one.
std::string WhyNone(Level read, Level write) {
  if (read == Level::kBounded || read == Level::kSession) {
    return StrCat("a read at ", LevelName(read), " misses nothing that it promises to see");
  }
  if (read == Level::kLinearizable) {
    return StrCat("a read at ", LevelName(read), " misses nothing acknowledged before it began");
  }
  if (write == Level::kAny) return "a write at ANY may be on no replica yet";
  return "";
}

std::string NeverStale(const quorum::StalenessInput& input) {
  const bool zones = input.read_waits != Waits::kCount || input.write_waits != Waits::kCount;
  if (zones) {
    return "never stale: with these zones any replicas that a read asks and any that have the "
           "write share one";
  }
  return StrCat("never stale: of ", input.replicas, " replicas any ", input.reads,
                " that a read asks and any ", input.writes, " that have the write share one");
}

Waits WaitsOf(ring::Share share) {
  if (share == ring::Share::kZoneMajority) return Waits::kOwnZone;
  return share == ring::Share::kEachZoneMajority ? Waits::kEachZone : Waits::kCount;
}

// Of each partition the zones of its replicas; none where there is but one zone.
std::vector<std::vector<uint32_t>> LayoutsOf(const ring::Topology& topology,
                                             const ring::KeyspaceInfo& keyspace) {
  std::map<std::string, uint32_t> numbers;
  std::set<std::vector<uint32_t>> different;
  for (const ring::PartitionInfo& partition : keyspace.partitions) {
    std::vector<uint32_t> zones;
    for (const NodeId node : partition.replicas) {
      const ring::NodeInfo* info = topology.FindNode(node);
      const std::string zone = info == nullptr ? "" : info->zone;
      zones.push_back(numbers.try_emplace(zone, numbers.size()).first->second);
    }
    std::sort(zones.begin(), zones.end());
    different.insert(std::move(zones));
  }
  if (numbers.size() < 2) return {};
  return {different.begin(), different.end()};
}

quorum::StalenessInput InputOf(const ring::Topology& topology, const ring::KeyspaceInfo& keyspace,
                               const ring::Guarantee& read, const ring::Guarantee& write) {
  quorum::StalenessInput input;
  input.replicas = keyspace.replicas;
  input.reads = ring::CountOf(read.answers, keyspace.replicas);
  input.writes = ring::CountOf(write.answers, keyspace.replicas);
  input.coordinators_are_replicas = true;
  input.layouts = LayoutsOf(topology, keyspace);
  if (!input.layouts.empty()) {
    input.read_waits = WaitsOf(read.answers);
    input.write_waits = WaitsOf(write.answers);
  }
  return input;
}

}  // namespace

void FillStaleness(const ring::Topology& topology, const ring::KeyspaceInfo& keyspace,
                   Level read_level, Level write_level, const quorum::RoundTrips& measured,
                   v1::ExplainResponse* out) {
  if (keyspace.mode != Mode::kQuorum) return;
  const Conflict conflict = keyspace.conflict;
  const auto* read = ring::FindGuarantee(keyspace.mode, ring::Access::kRead, read_level, conflict);
  const auto* write =
      ring::FindGuarantee(keyspace.mode, ring::Access::kWrite, write_level, conflict);
  if (read == nullptr || write == nullptr) return;
  out->set_staleness_note(WhyNone(read_level, write_level));
  if (!out->staleness_note().empty()) return;
  const quorum::StalenessInput input = InputOf(topology, keyspace, *read, *write);
  if (quorum::AlwaysMeet(input)) return out->set_staleness_note(NeverStale(input));
  const auto curve = quorum::SimulateStaleness(quorum::LatenciesOf(measured), input);
  if (!curve.ok()) {
    out->set_staleness_note(std::string(curve.status().message()));
    return;
  }
  FillCurve(*curve, out);
  out->set_staleness_note(StrCat(
      "from ", measured.write_way.count() + measured.far_write_way.count(),
      " answers to writes and ", measured.read_way.count() + measured.far_read_way.count(),
      " to reads between replicas of mode quorum, each taken for two ways of half its length; "
      "anti-entropy and repairs come on top, so the truth is no worse"));
}

}  // namespace quorate::rpc
