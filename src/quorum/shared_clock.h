// A seen clock that many messages of one moment have in common; copies share it.
#pragma once

#include <memory>
#include <utility>

#include "quorum/seen_clock.h"

namespace quorate::quorum {

class SharedClock {
 public:
  SharedClock() = default;
  SharedClock(SeenClock clock) : clock_(std::make_shared<const SeenClock>(std::move(clock))) {}

  const SeenClock& operator*() const {
    static const SeenClock kNothing;
    return clock_ == nullptr ? kNothing : *clock_;
  }
  const SeenClock* operator->() const { return &**this; }
  // A copy of that one: equal without a look.
  bool IsCopyOf(const SharedClock& other) const { return clock_ == other.clock_; }
  friend bool operator==(const SharedClock& a, const SharedClock& b) {
    return a.IsCopyOf(b) || *a == *b;
  }

 private:
  std::shared_ptr<const SeenClock> clock_;
};

}  // namespace quorate::quorum
