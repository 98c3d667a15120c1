// The simulation of pbs.h where replicas are in zones, and what both share.
#pragma once

#include <array>

#include "base/random.h"
#include "quorum/pbs.h"

namespace quorate::quorum {

// A histogram turned round, so that a sample costs a look.
class Sampler {
 public:
  explicit Sampler(const Histogram& histogram) {
    for (size_t i = 0; i < quantiles_.size(); ++i) {
      const double middle = (static_cast<double>(i) + 0.5) / static_cast<double>(kQuantiles);
      quantiles_[i] = histogram.Quantile(middle);
    }
  }

  absl::Duration Sample(Random& random) const { return quantiles_[random.Below(kQuantiles)]; }

 private:
  static constexpr size_t kQuantiles = 2048;
  std::array<absl::Duration, kQuantiles> quantiles_;
};

// `input` fits, and has layouts.
StalenessCurve SimulateStalenessWithZones(const WarsLatencies& latencies,
                                          const StalenessInput& input);

}  // namespace quorate::quorum
