// A map of very few keys, as there are of replicas' lives: a sorted row where it stands,
// which is copied without memory of its own while there is one key.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "base/check.h"

namespace quorate::quorum {

// As std::map, but that a change invalidates what points into it.
template <class Key, class T>
class SmallMap {
  using Row = absl::InlinedVector<std::pair<Key, T>, 1>;

 public:
  using iterator = typename Row::iterator;
  using const_iterator = typename Row::const_iterator;

  iterator begin() { return row_.begin(); }
  iterator end() { return row_.end(); }
  const_iterator begin() const { return row_.begin(); }
  const_iterator end() const { return row_.end(); }
  auto rbegin() const { return row_.rbegin(); }

  iterator lower_bound(const Key& key) { return std::find_if(begin(), end(), NotBelow(key)); }
  const_iterator lower_bound(const Key& key) const {
    return std::find_if(begin(), end(), NotBelow(key));
  }
  iterator find(const Key& key) {
    const iterator at = lower_bound(key);
    return at != end() && at->first == key ? at : end();
  }
  const_iterator find(const Key& key) const {
    const const_iterator at = lower_bound(key);
    return at != end() && at->first == key ? at : end();
  }
  bool contains(const Key& key) const { return find(key) != end(); }
  const T& at(const Key& key) const {
    const const_iterator found = find(key);
    QUORATE_CHECK(found != end(), "a key that is not in the map");
    return found->second;
  }
  T& operator[](const Key& key) {
    const auto place = lower_bound(key) - begin();
    if (begin() + place == end() || (begin() + place)->first != key) {
      row_.emplace_back().first = key;
      std::rotate(begin() + place, end() - 1, end());
    }
    return (begin() + place)->second;
  }

  iterator erase(const_iterator at) { return row_.erase(at); }
  iterator erase(const_iterator first, const_iterator last) { return row_.erase(first, last); }
  void clear() { row_.clear(); }
  size_t size() const { return row_.size(); }
  bool empty() const { return row_.empty(); }

  friend bool operator==(const SmallMap&, const SmallMap&) = default;

 private:
  static auto NotBelow(const Key& key) {
    return [&key](const auto& entry) { return entry.first >= key; };
  }

  Row row_;
};

}  // namespace quorate::quorum
