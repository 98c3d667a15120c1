// Tells requests that came before from new ones, so that a frame delivered
// twice does not execute a forwarded write twice.
#pragma once

#include <bitset>
#include <cstdint>

namespace quorate {

// The anti-replay window of IPsec (RFC 4303, section 3.4.3): ids rise at their
// sender and may arrive out of order within the window's width; what is older
// than that is refused unseen, which costs a request its answer, never its
// meaning.
class ReplayWindow {
 public:
  static constexpr uint64_t kWidth = 4096;

  // True the first time an id is seen; false for a repeat and for one that
  // lies too far back to tell.
  bool Admit(uint64_t id) {
    if (id > newest_) {
      // Slots between are of ids not seen yet.
      const uint64_t skipped = id - newest_;
      if (skipped >= kWidth) {
        seen_.reset();
      } else {
        for (uint64_t i = 1; i < skipped; ++i) seen_.reset((newest_ + i) % kWidth);
      }
      newest_ = id;
    } else if (newest_ - id >= kWidth || seen_.test(id % kWidth)) {
      return false;
    }
    seen_.set(id % kWidth);
    return true;
  }

 private:
  uint64_t newest_ = 0;
  std::bitset<kWidth> seen_;
};

}  // namespace quorate
