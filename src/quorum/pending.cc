#include "quorum/pending.h"

#include <variant>

#include "base/strings.h"

namespace quorate::quorum {

std::optional<const Record*> Pending::Find(std::string_view key) const {
  Index();
  const auto found = records_.find(ToAbsl(key));
  if (found == records_.end()) return std::nullopt;
  const PutRecord* put = PutAt(found->second);
  return put == nullptr ? nullptr : &*put->record;
}

void Pending::DotLog(const Identity& identity, CounterRange range, size_t limit,
                     std::vector<LoggedDot>& out) const {
  Index();
  const auto end = dots_.upper_bound({identity, range.last});
  for (auto at = dots_.lower_bound({identity, range.first}); at != end && limit > 0; ++at) {
    out.push_back({at->first, PutAt(at->second)->key});
    --limit;
  }
}

void Pending::Clear() {
  indexed_ = 0;
  records_.clear();
  dots_.clear();
  of_runs_.clear();
}

const PutRecord* Pending::PutAt(const Place& place) const {
  if (place.of_run != nullptr) return place.of_run;
  return std::get_if<PutRecord>(&effects_[place.effect]);
}

void Pending::Index() const {
  for (; indexed_ < effects_.size(); ++indexed_) Index(effects_[indexed_], indexed_);
}

void Pending::IndexPut(const PutRecord& put, const Place& place) const {
  for (const Dot& dot : put.dots) dots_[dot] = place;
  if (put.record) records_[put.key] = place;
}

void Pending::Index(const Effect& effect, size_t place) const {
  if (const auto* put = std::get_if<PutRecord>(&effect)) {
    IndexPut(*put, {place, nullptr});
  } else if (std::holds_alternative<PutRun>(effect)) {
    for (Effect& one : Singly(effect)) {
      const PutRecord& kept = of_runs_.emplace_back(std::get<PutRecord>(std::move(one)));
      IndexPut(kept, {place, &kept});
    }
  } else if (const auto* checkpoint = std::get_if<Checkpoint>(&effect)) {
    for (const auto& [identity, set] : checkpoint->dots.sets()) {
      for (const CounterRange& range : set.ranges()) {
        dots_.erase(dots_.lower_bound({identity, range.first}),
                    dots_.upper_bound({identity, range.last}));
      }
    }
    for (const std::string& key : checkpoint->keys) records_[key] = {place, nullptr};
  }
}

}  // namespace quorate::quorum
