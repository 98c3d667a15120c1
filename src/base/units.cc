#include "base/units.h"

#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate {
namespace {

struct Unit {
  std::string_view name;
  uint64_t bytes;
};
// Binary ones first and from the largest, as FormatBytes wants them.
constexpr std::array<Unit, 9> kUnits = {{{"TiB", uint64_t{1} << 40},
                                         {"GiB", uint64_t{1} << 30},
                                         {"MiB", uint64_t{1} << 20},
                                         {"KiB", uint64_t{1} << 10},
                                         {"TB", 1'000'000'000'000},
                                         {"GB", 1'000'000'000},
                                         {"MB", 1'000'000},
                                         {"kB", 1'000},
                                         {"B", 1}}};
constexpr size_t kBinaryUnits = 4;

absl::Status NotASize(std::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE",
                   StrCat("\"", text, "\" is not a size: write a number and its unit, such as ",
                          "512B, 64KiB, 64MiB or 2GiB"));
}

}  // namespace

absl::StatusOr<uint64_t> ParseBytes(std::string_view text) {
  if (text == "0") return uint64_t{0};
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    double number = 0;
    const std::string_view digits = text.substr(0, text.size() - unit.name.size());
    if (!absl::SimpleAtod(ToAbsl(digits), &number) || !(number >= 0)) return NotASize(text);
    const double bytes = number * static_cast<double>(unit.bytes);
    if (bytes != std::floor(bytes) || bytes > 0x1p53) return NotASize(text);
    return static_cast<uint64_t>(bytes);
  }
  return NotASize(text);
}

std::string FormatBytes(uint64_t bytes) {
  for (size_t i = 0; bytes > 0 && i < kBinaryUnits; ++i) {
    if (bytes % kUnits[i].bytes == 0) return StrCat(bytes / kUnits[i].bytes, kUnits[i].name);
  }
  return StrCat(bytes, "B");
}

absl::StatusOr<uint32_t> ParsePpm(std::string_view text) {
  if (text == "0") return 0;
  for (const auto& [unit, parts] : {std::pair{"%", 10'000.0}, std::pair{"ppm", 1.0}}) {
    if (!text.ends_with(unit)) continue;
    double number = 0;
    const std::string_view digits = text.substr(0, text.size() - std::string_view(unit).size());
    if (!absl::SimpleAtod(ToAbsl(digits), &number)) break;
    // 0.0003 % times 10,000 is not quite 3.
    const double ppm = std::round(number * parts);
    if (!(std::abs(ppm - number * parts) < 1e-6) || ppm < 0 || ppm > 1'000'000) break;
    return static_cast<uint32_t>(ppm);
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE",
                   StrCat("\"", text, "\" is not a share: write a number and its unit, ",
                          "such as 1%, 0.05% or 200ppm"));
}

std::string FormatPpm(uint32_t ppm) { return StrCat(ppm / 10'000.0, "%"); }

absl::StatusOr<absl::Duration> ParseDuration(std::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(ToAbsl(text), &duration) || duration < absl::ZeroDuration() ||
      duration == absl::InfiniteDuration()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE",
                     StrCat("\"", text, "\" is not a time span: write a number and its unit, ",
                            "such as 150ms, 2s or 1m30s"));
  }
  return duration;
}

}  // namespace quorate
