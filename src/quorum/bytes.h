// Reading and writing the fields of this folder's formats. A Reader that runs
// out of bytes, or meets nonsense, is spoilt: it gives zeros from then on, and
// ok() tells so once, at the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/varint.h"
#include "quorum/dot.h"

namespace quorate::quorum {

// Little endian.
inline void AppendFixed(uint64_t value, size_t bytes, std::string& out) {
  char digits[sizeof(value)];
  for (size_t i = 0; i < bytes; ++i) {
    digits[i] = static_cast<char>(static_cast<uint8_t>(value >> (8 * i)));
  }
  out.append(digits, bytes);
}

inline void AppendSized(std::string_view bytes, std::string& out) {
  AppendVarint(bytes.size(), out);
  out.append(bytes);
}

inline void AppendIdentity(const Identity& identity, std::string& out) {
  AppendVarint(identity.node.value(), out);
  AppendVarint(identity.boot.value(), out);
}

inline void AppendDot(const Dot& dot, std::string& out) {
  AppendIdentity(dot.identity, out);
  AppendVarint(dot.counter, out);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  bool ok() const { return ok_; }
  // All was read, and well.
  bool done() const { return ok_ && left_.empty(); }
  std::string_view left() const { return left_; }
  void Spoil() {
    ok_ = false;
    left_ = {};
  }

  uint64_t Fixed(size_t bytes) {
    const std::string_view taken = Take(bytes);
    uint64_t value = 0;
    for (size_t i = 0; i < taken.size(); ++i) {
      value |= static_cast<uint64_t>(static_cast<uint8_t>(taken[i])) << (8 * i);
    }
    return value;
  }
  uint8_t Byte() { return static_cast<uint8_t>(Fixed(1)); }
  // A byte that is 0 or 1.
  bool Flag() {
    const uint8_t byte = Byte();
    if (byte > 1) Spoil();
    return byte == 1;
  }
  uint64_t Varint() {
    const std::optional<uint64_t> value = TakeVarint(left_);
    if (!value) Spoil();
    return value.value_or(0);
  }
  // How many things follow that take `bytes_min` each at least: no more than
  // there is room for, so that nonsense can't make anyone reserve memory.
  uint64_t Count(size_t bytes_min = 1) {
    const uint64_t count = Varint();
    if (count > left_.size() / bytes_min) Spoil();
    return ok_ ? count : 0;
  }
  std::string_view Sized() { return Take(Count()); }
  quorum::Identity Identity() {
    const NodeId node(Varint());
    const Boot boot(Varint());
    return {node, boot};
  }
  quorum::Dot Dot() {
    const quorum::Identity identity = Identity();
    const uint64_t counter = Varint();
    // No clock could hold it: one more than any counter is one, too.
    if (counter == ~uint64_t{0}) Spoil();
    return {identity, counter};
  }

 private:
  std::string_view Take(size_t bytes) {
    if (left_.size() < bytes) Spoil();
    if (!ok_) return {};
    const std::string_view taken = left_.substr(0, bytes);
    left_.remove_prefix(bytes);
    return taken;
  }

  std::string_view left_;
  bool ok_ = true;
};

}  // namespace quorate::quorum
