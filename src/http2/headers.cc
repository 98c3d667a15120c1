#include "http2/headers.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"

namespace quorate::http2 {
namespace {

constexpr size_t kTimeoutDigitsMax = 8;
constexpr char kHex[] = "0123456789ABCDEF";

std::optional<absl::Duration> UnitOf(char letter) {
  switch (letter) {
    case 'H':
      return absl::Hours(1);
    case 'M':
      return absl::Minutes(1);
    case 'S':
      return absl::Seconds(1);
    case 'm':
      return absl::Milliseconds(1);
    case 'u':
      return absl::Microseconds(1);
    case 'n':
      return absl::Nanoseconds(1);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<absl::Duration> ParseTimeout(std::string_view text) {
  if (text.size() < 2 || text.size() > kTimeoutDigitsMax + 1) return std::nullopt;
  const auto unit = UnitOf(text.back());
  if (!unit) return std::nullopt;
  int64_t count = 0;
  for (const char digit : text.substr(0, text.size() - 1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    count = count * 10 + (digit - '0');
  }
  return count * *unit;
}

std::string PercentEncode(std::string_view message) {
  std::string encoded;
  encoded.reserve(message.size());
  for (const char letter : message) {
    if (letter >= ' ' && letter <= '~' && letter != '%') {
      encoded.push_back(letter);
      continue;
    }
    const auto byte = static_cast<uint8_t>(letter);
    encoded.push_back('%');
    encoded.push_back(kHex[byte >> 4]);
    encoded.push_back(kHex[byte & 15]);
  }
  return encoded;
}

std::string EncodeBinary(std::string_view bytes) {
  std::string encoded = absl::Base64Escape({bytes.data(), bytes.size()});
  while (!encoded.empty() && encoded.back() == '=') encoded.pop_back();
  return encoded;
}

std::optional<std::string> DecodeBinary(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape({text.data(), text.size()}, &bytes)) return std::nullopt;
  return bytes;
}

}  // namespace quorate::http2
