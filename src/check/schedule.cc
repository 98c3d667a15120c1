#include "check/schedule.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <queue>
#include <set>
#include <utility>

#include "check/observed.h"

namespace quorate::check {
namespace {

// Hands out the least slot that is free.
class Slots {
 public:
  uint32_t Take() {
    if (free_.empty()) return made_++;
    const uint32_t slot = free_.top();
    free_.pop();
    return slot;
  }
  void Return(uint32_t slot) { free_.push(slot); }
  uint32_t made() const { return made_; }

 private:
  std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>> free_;
  uint32_t made_ = 0;
};

}  // namespace

Schedule::Schedule(const KeyModel& model, absl::Span<const Call> calls) {
  OrderRequired(model, calls);
  OrderRest(model, calls);
  LayOut(model);
}

void Schedule::OrderRequired(const KeyModel& model, absl::Span<const Call> calls) {
  for (const Call& call : calls) {
    if (call.required) required_.push_back({.op = call.op});
  }
  std::stable_sort(required_.begin(), required_.end(), [&](const Required& a, const Required& b) {
    return *model.operation(a.op).return_us < *model.operation(b.op).return_us;
  });
}

void Schedule::OrderRest(const KeyModel& model, absl::Span<const Call> calls) {
  Observed observed;
  for (uint32_t level = 0; level < required_.size(); ++level) {
    observed.Add(model.operation(required_[level].op), level);
  }
  // An observer that need not have happened says nothing.
  const auto optional = [&](const Call& call) {
    return !call.required && !model.IsObserver(call.op);
  };
  for (const Call& call : calls) {
    if (optional(call)) observed.Add(model.operation(call.op), levels());
  }
  for (Required& call : required_) {
    const std::optional<uint32_t> until = observed.LastToFollow(model.operation(call.op));
    call.rank = until ? *until + 1 : 0;
  }
  for (const Call& call : calls) {
    if (!optional(call)) continue;
    const std::optional<uint32_t> until = observed.LastToFollow(model.operation(call.op));
    if (until) optional_.push_back({.op = call.op, .twin = kNone, .until = *until});
  }
  std::stable_sort(optional_.begin(), optional_.end(), [&](const Optional& a, const Optional& b) {
    return model.operation(a.op).invoke_us < model.operation(b.op).invoke_us;
  });
  std::map<uint32_t, uint32_t> last;  // of each class
  for (uint32_t i = 0; i < optional_.size(); ++i) {
    const auto [place, first] = last.emplace(model.ClassOf(optional_[i].op), i);
    if (!first) optional_[i].twin = std::exchange(place->second, i);
  }
}

void Schedule::LayOut(const KeyModel& model) {
  const auto returned = [&](uint32_t i) { return *model.operation(required_[i].op).return_us; };
  const auto invoked = [&](uint32_t i) { return model.operation(required_[i].op).invoke_us; };
  std::vector<uint32_t> by_invoke(required_.size());
  std::iota(by_invoke.begin(), by_invoke.end(), 0);
  std::stable_sort(by_invoke.begin(), by_invoke.end(),
                   [&](uint32_t a, uint32_t b) { return invoked(a) < invoked(b); });

  Slots slots;
  std::set<std::pair<uint32_t, uint32_t>> open;  // rank, position
  size_t next = 0;
  uint32_t begun = 0;
  for (uint32_t level = 0; level < required_.size(); ++level) {
    // What begins in the very microsecond of a return may come before it.
    const int64_t now_us = returned(level);
    for (; next < by_invoke.size() && invoked(by_invoke[next]) <= now_us; ++next) {
      Required& call = required_[by_invoke[next]];
      call.slot = slots.Take();
      call.opens = level;
      open.emplace(call.rank, by_invoke[next]);
    }
    while (begun < optional_.size() && model.operation(optional_[begun].op).invoke_us <= now_us) {
      ++begun;
    }
    open_begin_.push_back(open_.size());
    too_dense_ = open_.size() + open.size() > kOpenMax;
    if (too_dense_) return;
    for (const auto& [rank, position] : open) open_.push_back(position);
    optional_begun_.push_back(begun);
    open.erase({required_[level].rank, level});
    slots.Return(required_[level].slot);
  }
  open_begin_.push_back(open_.size());
  slots_ = slots.made();
}

}  // namespace quorate::check
