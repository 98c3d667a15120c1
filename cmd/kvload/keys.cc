#include "keys.h"

#include <utility>

#include "base/strings.h"

namespace quorate::load {

Keys::Keys(const std::string& job, uint32_t count, uint64_t rotate_after, const std::string& run)
    : prefix_(StrCat(job, "/", run)), rotate_after_(rotate_after), slots_(count) {}

std::string Keys::Take(Random& random) { return NameOf(TakeSlot(random)); }

size_t Keys::TakeSlot(Random& random) {
  const size_t slot = random.Below(slots_.size());
  Slot& taken = slots_[slot];
  if (rotate_after_ != 0 && taken.used >= rotate_after_) Rotate(slot);
  ++taken.used;
  return slot;
}

void Keys::Rotate(size_t slot) {
  ++slots_[slot].generation;
  slots_[slot].used = 0;
}

std::string Keys::NameOf(size_t slot) const {
  return StrCat(prefix_, ".", slot, ".", slots_[slot].generation);
}

}  // namespace quorate::load
