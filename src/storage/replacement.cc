#include "storage/replacement.h"

#include "absl/strings/escaping.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate {
namespace {

std::string Printed(std::string_view key) { return absl::CHexEscape(ToAbsl(key)); }

}  // namespace

absl::Status CheckReplacementRange(std::string_view begin, std::string_view end) {
  if (begin < end) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_RANGE",
                   StrCat("the range to replace, from \"", Printed(begin), "\" to before \"",
                          Printed(end), "\", is empty"));
}

absl::Status CheckReplacementKey(std::string_view key, const std::optional<std::string>& last,
                                 std::string_view begin, std::string_view end) {
  const bool in_range = begin <= key && key < end;
  if (in_range && (!last || *last < key)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_KEY_ORDER",
                   StrCat("key \"", Printed(key), "\" of a replacement ",
                          in_range ? "doesn't lie behind the one before it"
                                   : "lies outside the replaced range"));
}

}  // namespace quorate
