#include "quorum/pbs_zones.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace quorate::quorum {
namespace {

using Waits = StalenessInput::Waits;
using Zones = std::vector<uint32_t>;

size_t CountIn(const Zones& zones, uint32_t zone) {
  return static_cast<size_t>(std::count(zones.begin(), zones.end(), zone));
}

size_t MajorityIn(const Zones& zones, uint32_t zone) { return CountIn(zones, zone) / 2 + 1; }

// The time at which so many of these have come.
absl::Duration At(std::vector<absl::Duration> times, size_t count) {
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(count - 1),
                   times.end());
  return times[count - 1];
}

class WarsInZones {
 public:
  WarsInZones(const WarsLatencies& latencies, const StalenessInput& input)
      : near_{Sampler(latencies.write), Sampler(latencies.ack), Sampler(latencies.read),
              Sampler(latencies.response)},
        far_{Sampler(latencies.far_write), Sampler(latencies.far_ack), Sampler(latencies.far_read),
             Sampler(latencies.far_response)},
        own_disk_(latencies.own_disk),
        input_(input),
        random_(input.seed) {}

  // How long after its acknowledgement a read begins to see the write. Writer and
  // reader are any of the replicas.
  absl::Duration Trial(const Zones& zones) {
    const size_t writer = random_.Below(zones.size());
    std::vector<absl::Duration> written(zones.size());
    std::vector<absl::Duration> acked(zones.size());
    for (size_t i = 0; i < zones.size(); ++i) {
      const Ways& ways = zones[i] == zones[writer] ? near_ : far_;
      written[i] = i == writer ? absl::ZeroDuration() : ways.write.Sample(random_);
      acked[i] = i == writer ? own_disk_.Sample(random_) : written[i] + ways.ack.Sample(random_);
    }
    const absl::Duration done = AckedAt(zones, writer, acked);
    return std::max(VisibleAfter(zones, written, done), absl::ZeroDuration());
  }

 private:
  struct Ways {
    Sampler write;
    Sampler ack;
    Sampler read;
    Sampler response;
  };

  static absl::Duration InZone(const Zones& zones, uint32_t zone,
                               const std::vector<absl::Duration>& acked) {
    std::vector<absl::Duration> times;
    for (size_t i = 0; i < zones.size(); ++i) {
      if (zones[i] == zone) times.push_back(acked[i]);
    }
    const size_t majority = times.size() / 2 + 1;
    return At(std::move(times), majority);
  }

  absl::Duration AckedAt(const Zones& zones, size_t writer,
                         const std::vector<absl::Duration>& acked) const {
    if (input_.write_waits == Waits::kCount) return At(acked, input_.writes);
    if (input_.write_waits == Waits::kOwnZone) return InZone(zones, zones[writer], acked);
    absl::Duration last;
    for (const uint32_t zone : zones) last = std::max(last, InZone(zones, zone, acked));
    return last;
  }

  // A read looks at its own replica when the last answer has come.
  absl::Duration VisibleAfter(const Zones& zones, const std::vector<absl::Duration>& written,
                              absl::Duration done) {
    const size_t reader = random_.Below(zones.size());
    absl::Duration visible = absl::InfiniteDuration();
    absl::Duration last_answer;
    for (const size_t other : AskedBy(zones, reader)) {
      const Ways& ways = zones[other] == zones[reader] ? near_ : far_;
      const absl::Duration looked = ways.read.Sample(random_);
      last_answer = std::max(last_answer, looked + ways.response.Sample(random_));
      visible = std::min(visible, written[other] - done - looked);
    }
    return std::min(visible, written[reader] - done - last_answer);
  }

  // The own zone's first, those that are equally near by chance.
  std::vector<size_t> AskedBy(const Zones& zones, size_t reader) {
    std::vector<size_t> others;
    for (size_t i = 0; i < zones.size(); ++i) {
      if (i != reader) others.push_back(i);
    }
    for (size_t i = 1; i < others.size(); ++i) std::swap(others[i], others[random_.Below(i + 1)]);
    std::stable_partition(others.begin(), others.end(),
                          [&](size_t other) { return zones[other] == zones[reader]; });
    const bool own_zone = input_.read_waits == Waits::kOwnZone;
    others.resize((own_zone ? MajorityIn(zones, zones[reader]) : input_.reads) - 1);
    return others;
  }

  const Ways near_;
  const Ways far_;
  const Sampler own_disk_;
  const StalenessInput& input_;
  Random random_;
};

// How many of `zone` a write has at least, if it avoids that zone.
size_t LeastIn(const StalenessInput& input, const Zones& zones, uint32_t zone) {
  const size_t in_zone = CountIn(zones, zone);
  if (input.write_waits == Waits::kEachZone) return MajorityIn(zones, zone);
  if (input.write_waits == Waits::kOwnZone) {
    return in_zone == zones.size() ? MajorityIn(zones, zone) : 0;
  }
  const size_t elsewhere = zones.size() - in_zone;
  return input.writes > elsewhere ? input.writes - elsewhere : 0;
}

// Of all that a write has at least.
size_t LeastOf(const StalenessInput& input, const Zones& zones) {
  if (input.write_waits == Waits::kCount) return input.writes;
  std::map<uint32_t, size_t> majorities;
  for (const uint32_t zone : zones) majorities[zone] = MajorityIn(zones, zone);
  size_t least = zones.size();
  size_t sum = 0;
  for (const auto& [zone, majority] : majorities) {
    least = std::min(least, majority);
    sum += majority;
  }
  return input.write_waits == Waits::kEachZone ? sum : least;
}

bool AlwaysMeetIn(const StalenessInput& input, const Zones& zones) {
  if (input.read_waits == Waits::kCount) {
    return LeastOf(input, zones) + input.reads > zones.size();
  }
  return std::all_of(zones.begin(), zones.end(), [&](uint32_t zone) {
    return LeastIn(input, zones, zone) + MajorityIn(zones, zone) > CountIn(zones, zone);
  });
}

}  // namespace

StalenessCurve SimulateStalenessWithZones(const WarsLatencies& latencies,
                                          const StalenessInput& input) {
  WarsInZones wars(latencies, input);
  std::vector<absl::Duration> visible_after;
  visible_after.reserve(input.trials);
  for (uint32_t i = 0; i < input.trials; ++i) {
    visible_after.push_back(wars.Trial(input.layouts[i % input.layouts.size()]));
  }
  return StalenessCurve(std::move(visible_after));
}

bool AlwaysMeet(const StalenessInput& input) {
  if (input.layouts.empty()) return input.reads + input.writes > input.replicas;
  return std::all_of(input.layouts.begin(), input.layouts.end(),
                     [&](const Zones& zones) { return AlwaysMeetIn(input, zones); });
}

}  // namespace quorate::quorum
