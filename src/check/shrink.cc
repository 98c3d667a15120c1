#include "check/shrink.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/types/span.h"
#include "check/observed.h"
#include "check/search.h"

namespace quorate::check {
namespace {

// A window may cost as much as so many searches that were given up.
constexpr uint64_t kSearches = 10;

class Shrinker {
 public:
  Shrinker(const KeyModel& model, std::vector<Call> calls, uint64_t steps_max)
      : model_(model),
        calls_(std::move(calls)),
        steps_max_(steps_max),
        steps_left_(kSearches * steps_max) {
    std::stable_sort(calls_.begin(), calls_.end(), [&](const Call& a, const Call& b) {
      return model_.operation(a.op).invoke_us < model_.operation(b.op).invoke_us;
    });
  }

  Window Run() {
    CutPrefix();
    KeepLast();
    for (size_t chunk = calls_.size() / 2; chunk > 1; chunk /= 2) DropChunks(chunk);
    // What one observer needed may be free to go once that one has gone.
    while (DropChunks(1)) {
    }
    return Describe();
  }
  // What is left of them.
  const std::vector<Call>& calls() const { return calls_; }

 private:
  // nullopt: `calls` have an order, or we gave up.
  std::optional<SearchResult> NoOrder(absl::Span<const Call> calls) {
    SearchResult result =
        FindOrder(model_, calls, {.steps_max = std::min(steps_left_, steps_max_)});
    Spend(std::max<uint64_t>(result.steps, calls.size()));
    if (result.answer != SearchResult::Answer::kNoOrder) return std::nullopt;
    return result;
  }

  void Spend(uint64_t steps) { steps_left_ -= std::min(steps, steps_left_); }

  // To the shortest prefix without an order.
  void CutPrefix() {
    const std::optional<SearchResult> whole = NoOrder(calls_);
    if (!whole) return;
    std::vector<int64_t> ends_us;
    for (const Call& call : calls_) {
      if (call.required) ends_us.push_back(*model_.operation(call.op).return_us);
    }
    std::sort(ends_us.begin(), ends_us.end());
    // What the search got past has an order. Its end is mostly very near.
    const int64_t past_us = *model_.operation(whole->stuck_op).return_us;
    auto low = std::lower_bound(ends_us.begin(), ends_us.end(), past_us) - ends_us.begin();
    auto high = low;
    for (ptrdiff_t stride = 1; !CutAt(ends_us[static_cast<size_t>(high)]); stride *= 2) {
      low = high + 1;
      high += stride;
      if (high >= std::ssize(ends_us)) return;
    }
    while (low < high) {
      const ptrdiff_t middle = low + (high - low) / 2;
      if (CutAt(ends_us[static_cast<size_t>(middle)])) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
  }

  // Keeps what began by `end_us` if that has no order. Calls that return later
  // need not have happened in it.
  bool CutAt(int64_t end_us) {
    std::vector<Call> prefix;
    for (Call call : calls_) {
      const Operation& operation = model_.operation(call.op);
      if (operation.invoke_us > end_us) continue;
      call.required = call.required && *operation.return_us <= end_us;
      if (call.required || !model_.IsObserver(call.op)) prefix.push_back(call);
    }
    if (!NoOrder(prefix)) return false;
    calls_ = std::move(prefix);
    return true;
  }

  // Most often the last few tell enough. Tried first, because operations that
  // see any value (adds, say) hold each other in place while chunks are small.
  void KeepLast() {
    for (size_t kept = 2; kept < calls_.size() && steps_left_ > 0; kept *= 2) {
      std::vector<Call> rest = Without(0, calls_.size() - kept);
      if (rest.size() == calls_.size() || !NoOrder(rest)) continue;
      calls_ = std::move(rest);
      return;
    }
  }

  // Tries to do without each run of `chunk` calls. True if any could go.
  bool DropChunks(size_t chunk) {
    bool dropped = false;
    for (size_t begin = 0; begin < calls_.size() && steps_left_ > 0;) {
      const size_t end = std::min(begin + chunk, calls_.size());
      std::vector<Call> rest = Without(begin, end);
      const size_t gone = calls_.size() - rest.size();
      if (gone > 0 && NoOrder(rest)) {
        calls_ = std::move(rest);
        dropped = true;
        begin = end - gone;
      } else {
        begin = end;
      }
    }
    return dropped;
  }

  // Leaving out what observes never makes an order impossible. Leaving out a
  // write does not either, if nothing that stays could come right after it:
  // in any order of all, only blind writes do.
  std::vector<Call> Without(size_t begin, size_t end) {
    Spend(calls_.size());
    Observed observed;
    for (size_t i = 0; i < calls_.size(); ++i) {
      if (i < begin || i >= end) observed.Add(model_.operation(calls_[i].op));
    }
    // A write that stays is one more that must not follow those that go.
    std::vector<bool> stays(end - begin, false);
    for (bool found = true; found;) {
      found = false;
      for (size_t i = begin; i < end; ++i) {
        if (stays[i - begin] || Droppable(calls_[i], observed)) continue;
        stays[i - begin] = found = true;
        observed.Add(model_.operation(calls_[i].op));
      }
    }
    std::vector<Call> rest;
    for (size_t i = 0; i < calls_.size(); ++i) {
      if (i < begin || i >= end || stays[i - begin]) rest.push_back(calls_[i]);
    }
    return rest;
  }

  bool Droppable(const Call& call, const Observed& observed) const {
    return model_.IsObserver(call.op) || !observed.MayFollow(model_.operation(call.op));
  }

  Window Describe() {
    // How far the window can be explained is only told by not looking ahead.
    SearchResult result = FindOrder(model_, calls_, {.steps_max = steps_max_, .look_ahead = false});
    if (result.answer != SearchResult::Answer::kNoOrder) {
      // Too much is left of it; this way it has been found before.
      result = FindOrder(model_, calls_, {.steps_max = steps_max_});
    }
    Window window;
    window.smallest = steps_left_ > 0;
    for (const Call& call : calls_) {
      if (call.op == result.stuck_op) window.stuck = window.operations.size();
      window.operations.push_back(model_.operation(call.op));
    }
    for (const KeyState& state : result.states) {
      std::string text = model_.Describe(state);
      if (std::find(window.possible.begin(), window.possible.end(), text) ==
          window.possible.end()) {
        window.possible.push_back(std::move(text));
      }
    }
    return window;
  }

  const KeyModel& model_;
  std::vector<Call> calls_;
  const uint64_t steps_max_;
  uint64_t steps_left_;
};

}  // namespace

Window Shrink(const KeyModel& model, std::vector<Call> calls, uint64_t steps_max,
              std::vector<uint32_t>* kept) {
  Shrinker shrinker(model, std::move(calls), steps_max);
  Window window = shrinker.Run();
  for (const Call& call : shrinker.calls()) {
    if (kept != nullptr) kept->push_back(call.op);
  }
  return window;
}

}  // namespace quorate::check
