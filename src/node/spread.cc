#include "node/spread.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace quorate {

void Spread::Add(Epoch epoch, absl::Duration until, Done done) {
  waiting_.push_back({epoch, until, std::move(done)});
}

void Spread::Check(Epoch known, absl::Duration now) {
  const auto over = std::stable_partition(
      waiting_.begin(), waiting_.end(),
      [&](const Waiting& one) { return one.epoch > known && one.until > now; });
  // Those that are told may add others.
  std::vector<Waiting> told(std::make_move_iterator(over), std::make_move_iterator(waiting_.end()));
  waiting_.erase(over, waiting_.end());
  for (Waiting& one : told) std::move(one.done)();
}

}  // namespace quorate
