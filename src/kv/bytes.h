// Fixed-width and variable-width integers in stored bytes, little endian.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace quorate::kv {

// Returns where it ends.
template <class Integer>
char* WriteFixed(Integer value, char* out) {
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    out[i] = static_cast<char>(static_cast<uint8_t>(value >> (8 * i)));
  }
  return out + sizeof(Integer);
}

template <class Integer>
void AppendFixed(std::string& out, Integer value) {
  char bytes[sizeof(Integer)];
  WriteFixed(value, bytes);
  out.append(bytes, sizeof(bytes));
}

// `bytes` must hold at least that many.
template <class Integer>
Integer LoadFixed(std::string_view bytes) {
  Integer value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    value = static_cast<Integer>(value | static_cast<Integer>(static_cast<uint8_t>(bytes[i]))
                                             << (8 * i));
  }
  return value;
}

inline void AppendSized(std::string& out, std::string_view bytes) {
  AppendFixed<uint32_t>(out, static_cast<uint32_t>(bytes.size()));
  out.append(bytes);
}

// Takes what AppendSized wrote off the front; false (and no change) where the
// bytes end too early.
inline bool TakeSized(std::string_view& from, std::string_view& taken) {
  if (from.size() < sizeof(uint32_t)) return false;
  const uint32_t size = LoadFixed<uint32_t>(from);
  if (from.size() - sizeof(uint32_t) < size) return false;
  taken = from.substr(sizeof(uint32_t), size);
  from.remove_prefix(sizeof(uint32_t) + size);
  return true;
}

}  // namespace quorate::kv
