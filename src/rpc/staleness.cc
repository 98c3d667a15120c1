#include "rpc/staleness.h"

#include <string>

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

// Why there is no curve; empty: there may be one.
std::string WhyNone(const ring::Guarantee& read, const ring::Guarantee& write, uint32_t replicas) {
  const std::string_view read_name = LevelName(read.level);
  if (read.level == Level::kBounded || read.level == Level::kSession) {
    return StrCat("a read at ", read_name, " misses nothing that it promises to see");
  }
  if (read.level == Level::kLinearizable) {
    return StrCat("a read at ", read_name, " misses nothing acknowledged before it began");
  }
  if (ring::CountsByZones(read.answers) || ring::CountsByZones(write.answers)) {
    return "levels that count by zones are not simulated";
  }
  if (write.level == Level::kAny) return "a write at ANY may be on no replica yet";
  const uint32_t reads = ring::CountOf(read.answers, replicas);
  const uint32_t writes = ring::CountOf(write.answers, replicas);
  if (reads + writes > replicas) {
    return StrCat("never stale: of ", replicas, " replicas any ", reads,
                  " that a read asks and any ", writes, " that have the write share one");
  }
  return "";
}

}  // namespace

void FillStaleness(const ring::KeyspaceInfo& keyspace, Level read_level, Level write_level,
                   const quorum::RoundTrips& measured, v1::ExplainResponse* out) {
  if (keyspace.mode != Mode::kQuorum) return;
  const auto* read = ring::FindGuarantee(keyspace.mode, ring::Access::kRead, read_level);
  const auto* write = ring::FindGuarantee(keyspace.mode, ring::Access::kWrite, write_level);
  if (read == nullptr || write == nullptr) return;
  out->set_staleness_note(WhyNone(*read, *write, keyspace.replicas));
  if (!out->staleness_note().empty()) return;
  quorum::StalenessInput input;
  input.replicas = keyspace.replicas;
  input.reads = ring::CountOf(read->answers, keyspace.replicas);
  input.writes = ring::CountOf(write->answers, keyspace.replicas);
  input.coordinators_are_replicas = true;
  const auto curve = quorum::SimulateStaleness(quorum::LatenciesOf(measured), input);
  if (!curve.ok()) {
    out->set_staleness_note(std::string(curve.status().message()));
    return;
  }
  FillCurve(*curve, out);
  out->set_staleness_note(StrCat(
      "from ", measured.write_way.count(), " answers to writes and ", measured.read_way.count(),
      " to reads between replicas of mode quorum, each taken for two ways of half its length; "
      "anti-entropy and repairs come on top, so the truth is no worse"));
}

}  // namespace quorate::rpc
