#include "check/key_kind.h"

#include <algorithm>
#include <utility>

#include "check/counter_truth.h"
#include "check/list_truth.h"
#include "check/lww_truth.h"
#include "check/members_truth.h"
#include "check/register_truth.h"

namespace quorate::check {
namespace {

bool Any(const KeyHistory& key, Action action) {
  return std::any_of(key.writes.begin(), key.writes.end(),
                     [&](const Operation* op) { return op->action == action; });
}

}  // namespace

KeyKind KindOf(const JobInfo& job, const KeyHistory& key) {
  const bool puts = Any(key, Action::kPut) || Any(key, Action::kDelete);
  if (job.policy == "siblings" || job.policy == "set") return KeyKind::kMembers;
  if (Any(key, Action::kSetAdd) || Any(key, Action::kSetRemove)) return KeyKind::kMembers;
  if (Any(key, Action::kAppend)) return puts ? KeyKind::kMixed : KeyKind::kList;
  if (Any(key, Action::kAdd)) return puts ? KeyKind::kMixed : KeyKind::kCounter;
  if (job.policy == "counter" || (job.workload == "counter" && !puts)) return KeyKind::kCounter;
  if (job.workload == "append" && !puts) return KeyKind::kList;
  return HasOneOrder(job) ? KeyKind::kRegister : KeyKind::kLww;
}

std::unique_ptr<KeyTruth> MakeTruth(KeyKind kind, const KeyHistory& key, Counts counts,
                                    const TruthOptions& options) {
  switch (kind) {
    case KeyKind::kRegister:
      return std::make_unique<RegisterTruth>(
          key, std::move(counts),
          RegisterOptions{.shows_pending = options.shows_pending,
                          .expiry_slack_us = options.expiry_slack_us});
    case KeyKind::kLww:
      return std::make_unique<LwwTruth>(key, std::move(counts), options.expiry_slack_us);
    case KeyKind::kCounter:
      return std::make_unique<CounterTruth>(key, std::move(counts));
    case KeyKind::kMembers:
      return std::make_unique<MembersTruth>(key, std::move(counts));
    case KeyKind::kList:
      return std::make_unique<ListTruth>(key, std::move(counts));
    case KeyKind::kMixed:
      break;
  }
  return nullptr;
}

Counts CountsOf(const KeyHistory& key, const std::function<bool(std::string_view)>& level_counts) {
  Counts counts;
  counts.reserve(key.writes.size());
  std::string_view level;
  bool counting = false;
  for (const Operation* op : key.writes) {
    if (counts.empty() || op->level != level) {
      level = op->level;
      counting = level_counts(level);
    }
    counts.push_back(counting);
  }
  return counts;
}

bool Expires(const KeyHistory& key) {
  return std::any_of(key.writes.begin(), key.writes.end(),
                     [](const Operation* op) { return op->ttl_us.value_or(0) > 0; });
}

}  // namespace quorate::check
