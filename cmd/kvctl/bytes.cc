#include "bytes.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"

namespace quorate::kvctl {
namespace {

std::string Show(std::string_view bytes, bool keep_lines) {
  std::string shown;
  shown.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t length = Utf8SequenceLength(bytes);
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

absl::StatusOr<std::string> FromJson(const nlohmann::json& json) {
  if (auto bytes = BytesFromJson(json)) return *std::move(bytes);
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
