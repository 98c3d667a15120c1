#include "check/unled.h"

#include <algorithm>
#include <utility>

#include "check/promise.h"

namespace quorate::check {
namespace {

// It takes a leader that a majority follows, at that moment: a lease outlives that, and
// a write at ONE does without.
bool ShowsALeader(const JobInfo& job, const Operation& op) {
  if (op.outcome != Outcome::kDone) return false;
  if (op.action != Action::kGet) return WriteCounts(job, op.level, "");
  return PromiseOf(job, op.level).need == Promise::Need::kOrder &&
         LevelOf(op.level).level != Level::kLease;
}

}  // namespace

Unled::Unled(std::vector<int64_t> answered_us) {
  std::sort(answered_us.begin(), answered_us.end());
  for (size_t i = 0; i < answered_us.size(); ++i) {
    const int64_t begin = answered_us[i];
    const int64_t end = i + 1 < answered_us.size() ? answered_us[i + 1] : INT64_MAX;
    if (end - kSpanMinUs >= begin) spans_.push_back({begin, end});
  }
}

int64_t Unled::Within(int64_t from_us, int64_t to_us) const {
  int64_t sum = 0;
  auto span = std::partition_point(spans_.begin(), spans_.end(),
                                   [&](const SpanUs& one) { return one.end <= from_us; });
  for (; span != spans_.end() && span->begin < to_us; ++span) {
    sum += std::min(span->end, to_us) - std::max(span->begin, from_us);
  }
  return sum;
}

UnledPartitions::UnledPartitions(const History& history, const JobInfo& job)
    : placements_(history.placements()) {
  if (job.mode != "raft") return;
  std::map<Partition, std::vector<int64_t>> answered;
  for (const Operation& op : history.operations()) {
    std::vector<int64_t>& its = answered[PartitionOf(op.key)];
    if (ShowsALeader(job, op)) its.push_back(*op.return_us);
  }
  for (auto& [partition, moments] : answered) partitions_.emplace(partition, std::move(moments));
}

UnledPartitions::Partition UnledPartitions::PartitionOf(std::string_view key) const {
  const auto place = placements_.find(key);
  return place == placements_.end() ? Partition() : place->second.partition;
}

const Unled* UnledPartitions::Of(std::string_view key) const {
  const auto place = partitions_.find(PartitionOf(key));
  return place == partitions_.end() ? nullptr : &place->second;
}

}  // namespace quorate::check
