// What is under way, by ids that rise: a new one goes to the end, and most end in about
// the order in which they began. So it is a row and no tree: what has ended leaves a hole,
// and the holes go when they are as many as what is left.
//
// Values stay where they are until they are erased.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"

namespace quorate {

template <class T>
class RisingMap {
 public:
  // Above all ids there ever were.
  T& Add(uint64_t id, T value = T()) {
    QUORATE_CHECK(id > last_, "an id that does not rise");
    if (places_.size() >= 2 * size_ + kHolesMin) DropHoles();
    last_ = id;
    ++size_;
    return *places_.emplace_back(id, std::make_unique<T>(std::move(value))).second;
  }
  // nullptr: it is not in here.
  T* Find(uint64_t id) {
    const auto at = Place(id);
    return at == places_.end() ? nullptr : at->second.get();
  }
  // Erases it.
  std::unique_ptr<T> Take(uint64_t id) {
    const auto at = Place(id);
    if (at == places_.end() || at->second == nullptr) return nullptr;
    std::unique_ptr<T> taken = std::move(at->second);
    if (--size_ == 0) places_.clear();
    return taken;
  }
  // In the order of ids: use(id, value) may erase any and add others, which it is not
  // called for.
  template <class Use>
  void ForEach(Use use) {
    std::vector<uint64_t> ids;
    ids.reserve(size_);
    for (const auto& [id, value] : places_) {
      if (value != nullptr) ids.push_back(id);
    }
    for (uint64_t id : ids) {
      if (T* const value = Find(id); value != nullptr) use(id, *value);
    }
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  using Places = std::vector<std::pair<uint64_t, std::unique_ptr<T>>>;

  // So few holes cost nothing.
  static constexpr size_t kHolesMin = 64;

  // Ids rise by one at least, so none lies further on than the distance to the first.
  typename Places::iterator Place(uint64_t id) {
    if (places_.empty() || id < places_.front().first || id > last_) return places_.end();
    const uint64_t distance = id - places_.front().first;
    const auto end = places_.begin() + static_cast<std::ptrdiff_t>(
                                           std::min<uint64_t>(distance, places_.size() - 1) + 1);
    if (std::prev(end)->first == id) return std::prev(end);
    const auto at = std::lower_bound(
        places_.begin(), end, id, [](const auto& place, uint64_t to) { return place.first < to; });
    return at != end && at->first == id ? at : places_.end();
  }
  void DropHoles() {
    std::erase_if(places_, [](const auto& place) { return place.second == nullptr; });
  }

  Places places_;  // rising; null: a hole
  size_t size_ = 0;
  uint64_t last_ = 0;
};

}  // namespace quorate
