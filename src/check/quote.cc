#include "check/quote.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "base/strings.h"
#include "base/text.h"

namespace quorate::check {
namespace {

constexpr size_t kQuotedBytesMax = 40;

}  // namespace

std::string QuoteBytes(std::string_view bytes) {
  const bool utf8 = IsUtf8(bytes);
  size_t shown = std::min(bytes.size(), kQuotedBytesMax);
  // Never through the middle of a character.
  while (utf8 && shown < bytes.size() && (static_cast<uint8_t>(bytes[shown]) & 0xc0) == 0x80) {
    --shown;
  }
  const absl::string_view front = ToAbsl(bytes.substr(0, shown));
  std::string text =
      StrCat("\"", utf8 ? absl::Utf8SafeCHexEscape(front) : absl::CHexEscape(front), "\"");
  if (shown < bytes.size()) StrAppend(&text, "… (", bytes.size(), " bytes)");
  return text;
}

}  // namespace quorate::check
