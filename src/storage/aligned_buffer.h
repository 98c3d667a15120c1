// Memory that may be handed to a disk as it is: starts at a multiple of
// kFileBlockBytes. Grows and is used again.
#pragma once

#include <cstdint>
#include <memory>
#include <new>

#include "storage/files.h"

namespace quorate {

class AlignedBuffer {
 public:
  // At least `bytes` of undefined content; invalidates what was there.
  char* Reserve(size_t bytes) {
    if (bytes > capacity_) {
      const size_t rounded = (bytes + kFileBlockBytes - 1) / kFileBlockBytes * kFileBlockBytes;
      data_.reset();
      data_.reset(static_cast<char*>(::operator new (rounded, std::align_val_t{kFileBlockBytes})));
      capacity_ = rounded;
    }
    return data_.get();
  }
  size_t capacity_bytes() const { return capacity_; }

 private:
  struct Free {
    void operator()(char* data) const {
      ::operator delete (data, std::align_val_t{kFileBlockBytes});
    }
  };
  std::unique_ptr<char, Free> data_;
  size_t capacity_ = 0;
};

inline bool IsBlockAligned(const void* data) {
  return reinterpret_cast<uintptr_t>(data) % kFileBlockBytes == 0;
}

}  // namespace quorate
