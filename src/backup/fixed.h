// Numbers of eight bytes in files, little endian.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace quorate::backup {

// `out` must hold that many.
inline void SetFixed64(uint64_t value, std::string& out, size_t at) {
  for (size_t i = 0; i < 8; ++i) out[at + i] = static_cast<char>(value >> (8 * i));
}

inline void AppendFixed64(uint64_t value, std::string& out) {
  out.append(8, '\0');
  SetFixed64(value, out, out.size() - 8);
}

// `bytes` must hold that many.
inline uint64_t Fixed64At(std::string_view bytes, size_t at) {
  uint64_t value = 0;
  for (size_t i = 8; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

}  // namespace quorate::backup
