// Where std::string_view meets Abseil. Debian builds Abseil for C++14, so its
// string_view is a type of its own that std's does not convert to.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace quorate {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

namespace strings_internal {

// What StrCat can take: a std::string_view as Abseil's, all else as it is.
template <class T>
decltype(auto) Piece(const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ToAbsl(value);
  } else {
    return (value);
  }
}

}  // namespace strings_internal

// absl::StrCat and absl::StrAppend that also take std::string_view.
template <class... Pieces>
std::string StrCat(const Pieces&... pieces) {
  return absl::StrCat(strings_internal::Piece(pieces)...);
}
template <class... Pieces>
void StrAppend(std::string* out, const Pieces&... pieces) {
  absl::StrAppend(out, strings_internal::Piece(pieces)...);
}

// Bytes that people are to read, in a message: escaped, and cut where long.
inline std::string PrintableBytes(std::string_view bytes) {
  constexpr size_t kBytesMax = 64;
  std::string text = absl::CHexEscape(ToAbsl(bytes.substr(0, kBytesMax)));
  if (bytes.size() > kBytesMax) StrAppend(&text, "... (", bytes.size(), " bytes)");
  return text;
}

}  // namespace quorate
