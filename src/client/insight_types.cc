#include "client/insight_types.h"

#include <algorithm>

namespace quorate {

bool LagReport::nothing_behind() const {
  const auto level = [](const LagDescription& one) { return one.heard_of && one.writes == 0; };
  const auto rests = [](const BacklogDescription& one) { return one.filled && one.writes == 0; };
  return unreachable.empty() && std::all_of(lags.begin(), lags.end(), level) &&
         std::all_of(backlogs.begin(), backlogs.end(), rests);
}

bool KeyInspection::same_everywhere() const {
  const auto same = [this](const ReplicaRecord& one) {
    return one.held == records.front().held && one.digest == records.front().digest;
  };
  return unreachable.empty() && std::all_of(records.begin(), records.end(), same);
}

}  // namespace quorate
