#include "check/set_full.h"

#include <algorithm>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/strings.h"
#include "check/members_truth.h"

namespace quorate::check {
namespace {

struct Element {
  int64_t added_us = 0;
  bool removed = false;
  // Of reads that began after it was added: of those that had it the latest
  // begin; of those that lacked it the latest begin.
  int64_t had_us = INT64_MIN;
  int64_t lacked_us = INT64_MIN;
};

class KeyElements {
 public:
  explicit KeyElements(const KeyHistory& key) {
    for (const Operation* op : key.writes) {
      const bool adds = op->action == Action::kSetAdd || op->action == Action::kAppend;
      if (adds && op->outcome == Outcome::kDone) elements_[op->value].added_us = *op->return_us;
    }
    for (const Operation* op : key.writes) {
      if (op->action == Action::kSetRemove) Remove(op->value);
      for (const std::string& name : op->replaced) Remove(name);
      if (op->action == Action::kDelete && op->replaced.empty()) RemoveAll();
    }
    for (const Operation* read : key.reads) Read(*read);
  }

  void AddTo(SetFull& all, std::vector<int64_t>& times_us) const {
    for (const auto& [name, element] : elements_) {
      all.added++;
      const bool had = element.had_us != INT64_MIN;
      const bool lacked = element.lacked_us != INT64_MIN;
      if (!had && !lacked) {
        all.never_read++;
      } else if (!element.removed) {
        const bool lost = lacked && element.lacked_us > element.had_us;
        if (lost) all.lost++;
        if (lost) continue;
        if (lacked) all.stale++;
        times_us.push_back(lacked ? element.lacked_us - element.added_us : 0);
      }
    }
  }

 private:
  void Remove(std::string_view name) {
    if (const auto place = elements_.find(name); place != elements_.end()) {
      place->second.removed = true;
    }
  }
  void RemoveAll() {
    for (auto& [name, element] : elements_) element.removed = true;
  }

  void Read(const Operation& read) {
    const std::vector<std::string_view> members = MembersOf(read);
    const absl::flat_hash_set<std::string_view> found(members.begin(), members.end());
    for (auto& [name, element] : elements_) {
      if (read.invoke_us <= element.added_us) continue;
      int64_t& latest_us = found.contains(name) ? element.had_us : element.lacked_us;
      latest_us = std::max(latest_us, read.invoke_us);
    }
  }

  absl::flat_hash_map<std::string_view, Element> elements_;
};

}  // namespace

SetFull FollowElements(const std::vector<KeyHistory>& keys) {
  SetFull all;
  std::vector<int64_t> times_us;
  for (const KeyHistory& key : keys) KeyElements(key).AddTo(all, times_us);
  if (times_us.empty()) return all;
  std::sort(times_us.begin(), times_us.end());
  all.visible_after_us_median = times_us[times_us.size() / 2];
  all.visible_after_us_max = times_us.back();
  return all;
}

std::string FormatSetFull(const SetFull& followed) {
  return StrCat(followed.added, " elements acknowledged: ", followed.never_read, " never read, ",
                followed.lost, " not in their last read, ", followed.stale,
                " missing from some; all reads had them after ", followed.visible_after_us_median,
                " us (median), ", followed.visible_after_us_max, " us at most");
}

}  // namespace quorate::check
