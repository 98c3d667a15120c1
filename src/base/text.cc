#include "base/text.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace quorate {

// The bounds on the second byte are those of table 3-7 of the Unicode standard.
size_t Utf8SequenceLength(std::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  const uint8_t lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (bytes.size() < length) return 0;
  const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at(1) < low || at(1) > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (at(i) < 0x80 || at(i) > 0xbf) return 0;
  }
  return length;
}

bool IsUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t length = Utf8SequenceLength(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

nlohmann::ordered_json BytesToJson(std::string_view bytes) {
  if (IsUtf8(bytes)) return std::string(bytes);
  return {{"b64", absl::Base64Escape(ToAbsl(bytes))}};
}

std::optional<std::string> BytesFromJson(const nlohmann::ordered_json& json) {
  if (json.is_string()) return json.get_ref<const std::string&>();
  if (!json.is_object() || json.size() != 1 || !json.contains("b64")) return std::nullopt;
  const auto& text = json["b64"];
  std::string bytes;
  if (!text.is_string() || !absl::Base64Unescape(text.get_ref<const std::string&>(), &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace quorate
