#include "check/counter_truth.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "base/strings.h"
#include "check/quote.h"

namespace quorate::check {

void CounterTruth::Sums::Seal() {
  std::sort(entries_.begin(), entries_.end());
  for (size_t i = 1; i < entries_.size(); ++i) entries_[i].second += entries_[i - 1].second;
}

int64_t CounterTruth::Sums::Before(int64_t moment_us) const {
  const auto end = std::partition_point(entries_.begin(), entries_.end(),
                                        [&](const auto& e) { return e.first < moment_us; });
  return end == entries_.begin() ? 0 : std::prev(end)->second;
}

CounterTruth::CounterTruth(const KeyHistory& key, Counts counts)
    : key_(key), counts_(std::move(counts)) {
  for (uint32_t i = 0; i < key_.writes.size(); ++i) {
    const Operation& op = *key_.writes[i];
    const bool up = op.delta >= 0;
    only_grows_ = only_grows_ && up;
    (up ? begun_up_ : begun_down_).Add(op.invoke_us, op.delta);
    if (op.outcome != Outcome::kDone) continue;
    (up ? ended_up_ : ended_down_)[0].Add(*op.return_us, op.delta);
    if (counts_[i]) (up ? ended_up_ : ended_down_)[1].Add(*op.return_us, op.delta);
  }
  for (Sums* sums :
       {&begun_up_, &begun_down_, &ended_up_[0], &ended_up_[1], &ended_down_[0], &ended_down_[1]}) {
    sums->Seal();
  }
}

std::optional<int64_t> CounterTruth::SumOf(const Operation& read) {
  if (read.result.found == false) return 0;
  int64_t sum = 0;
  if (!read.result.value || !absl::SimpleAtoi(*read.result.value, &sum)) return std::nullopt;
  return sum;
}

Answer CounterTruth::Explain(const Operation& read, const MustSee& must) const {
  const std::optional<int64_t> sum = SumOf(read);
  if (!sum) {
    return {.kind = Answer::Kind::kNowhere, .what = "gave what is no number", .evidence = {}};
  }
  int64_t up = ended_up_[must.counting_only].Before(must.ended_before_us);
  int64_t down = ended_down_[must.counting_only].Before(must.ended_before_us);
  for (const uint32_t i : must.also) {
    const Operation& op = *key_.writes[i];
    const bool counted = op.outcome == Outcome::kDone && *op.return_us < must.ended_before_us &&
                         (!must.counting_only || counts_[i]);
    if (!counted) (op.delta >= 0 ? up : down) += op.delta;
  }
  const int64_t by_us = *read.return_us;
  const int64_t all_up = begun_up_.Before(by_us == INT64_MAX ? by_us : by_us + 1);
  const int64_t all_down = begun_down_.Before(by_us == INT64_MAX ? by_us : by_us + 1);
  // All that must be in, and of the rest whatever lowers, or raises, most.
  const int64_t low = std::max(up + all_down, must.sum_min);
  const int64_t high = all_up + down;
  if (*sum < low) {
    const bool session = must.sum_min > up + all_down;
    return {.kind = Answer::Kind::kMissed,
            .what = StrCat("gave ", *sum, ", less than ", low,
                           session ? ", which the session had seen" : ", which it must hold"),
            .evidence = {}};
  }
  if (*sum > high) {
    return {.kind = down == all_down && down == 0 ? Answer::Kind::kNowhere : Answer::Kind::kMissed,
            .what = StrCat("gave ", *sum, ", more than ", high, ", which is all there can be"),
            .evidence = {}};
  }
  return {};
}

// A sum does not say of which additions it is.
std::vector<uint32_t> CounterTruth::Shown(const Operation&, const MustSee&) const { return {}; }

}  // namespace quorate::check
