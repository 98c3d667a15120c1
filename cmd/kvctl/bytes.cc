#include "bytes.h"

#include <array>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::kvctl {
namespace {

bool IsContinuation(unsigned char c) { return (c & 0xc0) == 0x80; }

// The length of the well-formed UTF-8 sequence that `bytes` starts with; 0:
// none (a lone continuation, an overlong form, a surrogate, a cut-off).
size_t SequenceLength(std::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || bytes.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(at(i))) return 0;
  }
  if ((lead == 0xe0 && at(1) < 0xa0) || (lead == 0xed && at(1) > 0x9f) ||
      (lead == 0xf0 && at(1) < 0x90) || (lead == 0xf4 && at(1) > 0x8f)) {
    return 0;
  }
  return length;
}

std::string Show(std::string_view bytes, bool keep_lines) {
  std::string shown;
  shown.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t length = SequenceLength(bytes);
    const auto byte = static_cast<unsigned char>(bytes[0]);
    const bool line = byte == '\n' || byte == '\t';
    if (line && !keep_lines) {
      shown += byte == '\n' ? "\\n" : "\\t";
    } else if (length == 0 || ((byte < 0x20 || byte == 0x7f) && !line)) {
      absl::StrAppendFormat(&shown, "\\x%02x", byte);
    } else {
      shown += bytes.substr(0, length);
    }
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return shown;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t length = SequenceLength(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

nlohmann::json ToJson(std::string_view bytes) {
  if (IsUtf8(bytes)) return std::string(bytes);
  return {{"b64", absl::Base64Escape(ToAbsl(bytes))}};
}

absl::StatusOr<std::string> FromJson(const nlohmann::json& json) {
  if (json.is_string()) return json.get<std::string>();
  std::string bytes;
  if (json.is_object() && json.size() == 1 && json.contains("b64") && json["b64"].is_string() &&
      absl::Base64Unescape(json["b64"].get<std::string>(), &bytes)) {
    return bytes;
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_RECORD",
                   StrCat(json.dump(), " is neither a string nor {\"b64\": \"...\"}"));
}

std::string ToLine(std::string_view bytes) { return Show(bytes, /*keep_lines=*/false); }
std::string ToText(std::string_view bytes) { return Show(bytes, /*keep_lines=*/true); }

std::string HumanBytes(uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes);
  size_t unit = 0;
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return unit == 0 ? absl::StrFormat("%d B", bytes)
                   : absl::StrFormat("%.1f %s", size, kUnits[unit]);
}

}  // namespace quorate::kvctl
