#include "quorum/pbs.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "base/strings.h"
#include "quorum/pbs_zones.h"

namespace quorate::quorum {
namespace {

class Wars {
 public:
  Wars(const WarsLatencies& latencies, const StalenessInput& input)
      : write_(latencies.write),
        ack_(latencies.ack),
        read_(latencies.read),
        response_(latencies.response),
        own_disk_(latencies.own_disk),
        input_(input),
        random_(input.seed) {}

  // How long after its acknowledgement a read begins to see the write.
  absl::Duration Trial() {
    return std::max(input_.coordinators_are_replicas ? AmongReplicas() : FromOutside(),
                    absl::ZeroDuration());
  }

 private:
  // Since the write, or the read, was sent.
  struct Replica {
    absl::Duration written;
    absl::Duration read;
    absl::Duration answered;
  };

  absl::Duration AckedAt() {
    const auto last_ack = acked_.begin() + (input_.writes - 1);
    std::nth_element(acked_.begin(), last_ack, acked_.end());
    return *last_ack;
  }

  // The first replica writes. A read at any of them asks others, each as likely.
  absl::Duration AmongReplicas() {
    written_.assign(1, absl::ZeroDuration());
    acked_.assign(1, own_disk_.Sample(random_));
    for (uint32_t i = 1; i < input_.replicas; ++i) {
      written_.push_back(write_.Sample(random_));
      acked_.push_back(written_.back() + ack_.Sample(random_));
    }
    const absl::Duration acked = AckedAt();
    for (uint32_t i = 0; i < input_.reads; ++i) {
      std::swap(written_[i], written_[i + random_.Below(input_.replicas - i)]);
    }
    absl::Duration visible = absl::InfiniteDuration();
    absl::Duration last_answer;
    for (uint32_t i = 1; i < input_.reads; ++i) {
      const absl::Duration looked = read_.Sample(random_);
      last_answer = std::max(last_answer, looked + response_.Sample(random_));
      visible = std::min(visible, written_[i] - acked - looked);
    }
    return std::min(visible, written_[0] - acked - last_answer);
  }

  absl::Duration FromOutside() {
    replicas_.clear();
    acked_.clear();
    for (uint32_t i = 0; i < input_.replicas; ++i) {
      const absl::Duration written = write_.Sample(random_);
      const absl::Duration read = read_.Sample(random_);
      replicas_.push_back({written, read, read + response_.Sample(random_)});
      acked_.push_back(written + ack_.Sample(random_));
    }
    const absl::Duration acked = AckedAt();
    std::nth_element(replicas_.begin(), replicas_.begin() + (input_.reads - 1), replicas_.end(),
                     [](const Replica& a, const Replica& b) { return a.answered < b.answered; });
    absl::Duration visible = absl::InfiniteDuration();
    for (uint32_t i = 0; i < input_.reads; ++i) {
      visible = std::min(visible, replicas_[i].written - acked - replicas_[i].read);
    }
    return visible;
  }

  Sampler write_;
  Sampler ack_;
  Sampler read_;
  Sampler response_;
  Sampler own_disk_;
  StalenessInput input_;
  Random random_;
  std::vector<Replica> replicas_;
  std::vector<absl::Duration> written_;
  std::vector<absl::Duration> acked_;
};

bool Fits(uint32_t count, uint32_t replicas) { return count >= 1 && count <= replicas; }

std::vector<const Histogram*> Needed(const WarsLatencies& latencies, const StalenessInput& input) {
  std::vector<const Histogram*> needed = {&latencies.write, &latencies.ack};
  if (input.coordinators_are_replicas) needed.push_back(&latencies.own_disk);
  if (!input.coordinators_are_replicas || input.reads > 1) {
    needed.insert(needed.end(), {&latencies.read, &latencies.response});
  }
  return needed;
}

// Whether there are two replicas in one zone, or in two.
bool HasPair(const StalenessInput& input, bool near) {
  return std::any_of(input.layouts.begin(), input.layouts.end(), [near](const auto& zones) {
    for (size_t i = 1; i < zones.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if ((zones[i] == zones[j]) == near) return true;
      }
    }
    return false;
  });
}

// Whether a read may have to ask beyond its own zone, which it asks first.
bool AsksFar(const StalenessInput& input) {
  if (input.read_waits != StalenessInput::Waits::kCount) return false;
  return std::any_of(input.layouts.begin(), input.layouts.end(), [&](const auto& zones) {
    return std::any_of(zones.begin(), zones.end(), [&](uint32_t zone) {
      return std::count(zones.begin(), zones.end(), zone) < static_cast<int64_t>(input.reads);
    });
  });
}

std::vector<const Histogram*> NeededWithZones(const WarsLatencies& latencies,
                                              const StalenessInput& input) {
  std::vector<const Histogram*> needed = {&latencies.own_disk};
  const bool asks = input.read_waits != StalenessInput::Waits::kCount || input.reads > 1;
  if (HasPair(input, true)) {
    needed.insert(needed.end(), {&latencies.write, &latencies.ack});
    if (asks) needed.insert(needed.end(), {&latencies.read, &latencies.response});
  }
  if (HasPair(input, false)) {
    needed.insert(needed.end(), {&latencies.far_write, &latencies.far_ack});
    if (AsksFar(input)) needed.insert(needed.end(), {&latencies.far_read, &latencies.far_response});
  }
  return needed;
}

absl::Status Validate(const WarsLatencies& latencies, const StalenessInput& input) {
  const bool layouts_fit =
      std::all_of(input.layouts.begin(), input.layouts.end(),
                  [&](const auto& zones) { return zones.size() == input.replicas; });
  if (!Fits(input.reads, input.replicas) || !Fits(input.writes, input.replicas) ||
      input.trials == 0 || !layouts_fit) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_STALENESS_INPUT",
                     StrCat("reads of ", input.reads, " and writes of ", input.writes, " of ",
                            input.replicas, " replicas in ", input.trials,
                            " trials: reads and writes are 1 to all, trials 1 at least"));
  }
  const auto needed =
      input.layouts.empty() ? Needed(latencies, input) : NeededWithZones(latencies, input);
  for (const Histogram* histogram : needed) {
    if (histogram->count() != 0) continue;
    return MakeError(absl::StatusCode::kFailedPrecondition, "NOTHING_MEASURED",
                     "no latency has been measured yet of one of the ways between replicas; let "
                     "some requests pass first");
  }
  return absl::OkStatus();
}

}  // namespace

WarsLatencies LatenciesOf(const RoundTrips& measured) {
  return {measured.write_way,     measured.write_way,    measured.read_way,
          measured.read_way,      measured.own_disk,     measured.far_write_way,
          measured.far_write_way, measured.far_read_way, measured.far_read_way};
}

StalenessCurve::StalenessCurve(std::vector<absl::Duration> visible_after)
    : visible_after_(std::move(visible_after)) {
  std::sort(visible_after_.begin(), visible_after_.end());
}

double StalenessCurve::ProbabilityOfStale(absl::Duration since_write) const {
  const auto still = std::upper_bound(visible_after_.begin(), visible_after_.end(), since_write);
  return static_cast<double>(visible_after_.end() - still) /
         static_cast<double>(visible_after_.size());
}

absl::Duration StalenessCurve::TimeUntil(double probability) const {
  const double stale = std::clamp(probability, 0.0, 1.0);
  const auto count = static_cast<double>(visible_after_.size());
  const auto allowed = static_cast<size_t>(std::floor(stale * count));
  if (allowed >= visible_after_.size()) return absl::ZeroDuration();
  return visible_after_[visible_after_.size() - 1 - allowed];
}

absl::StatusOr<StalenessCurve> SimulateStaleness(const WarsLatencies& latencies,
                                                 const StalenessInput& input) {
  if (absl::Status status = Validate(latencies, input); !status.ok()) return status;
  if (!input.layouts.empty()) return SimulateStalenessWithZones(latencies, input);
  Wars wars(latencies, input);
  std::vector<absl::Duration> visible_after;
  visible_after.reserve(input.trials);
  for (uint32_t i = 0; i < input.trials; ++i) visible_after.push_back(wars.Trial());
  return StalenessCurve(std::move(visible_after));
}

}  // namespace quorate::quorum
