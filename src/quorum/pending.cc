#include "quorum/pending.h"

#include <variant>

#include "base/strings.h"

namespace quorate::quorum {

std::optional<const Record*> Pending::Find(std::string_view key) const {
  Index();
  const auto found = records_.find(ToAbsl(key));
  if (found == records_.end()) return std::nullopt;
  const auto* put = std::get_if<PutRecord>(&effects_[found->second]);
  return put == nullptr ? nullptr : &*put->record;
}

void Pending::DotLog(const Identity& identity, CounterRange range, size_t limit,
                     std::vector<LoggedDot>& out) const {
  Index();
  const auto end = dots_.upper_bound({identity, range.last});
  for (auto at = dots_.lower_bound({identity, range.first}); at != end && limit > 0; ++at) {
    out.push_back({at->first, std::get<PutRecord>(effects_[at->second]).key});
    --limit;
  }
}

void Pending::Clear() {
  indexed_ = 0;
  records_.clear();
  dots_.clear();
}

void Pending::Index() const {
  for (; indexed_ < effects_.size(); ++indexed_) Index(effects_[indexed_], indexed_);
}

void Pending::Index(const Effect& effect, size_t place) const {
  if (const auto* put = std::get_if<PutRecord>(&effect)) {
    for (const Dot& dot : put->dots) dots_[dot] = place;
    if (put->record) records_[put->key] = place;
  } else if (const auto* checkpoint = std::get_if<Checkpoint>(&effect)) {
    for (const auto& [identity, set] : checkpoint->dots.sets()) {
      for (const CounterRange& range : set.ranges()) {
        dots_.erase(dots_.lower_bound({identity, range.first}),
                    dots_.upper_bound({identity, range.last}));
      }
    }
    for (const std::string& key : checkpoint->keys) records_[key] = place;
  }
}

}  // namespace quorate::quorum
