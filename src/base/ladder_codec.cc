#include "base/ladder_codec.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"

namespace quorate {
namespace {

uint64_t Micros(absl::Duration duration) {
  return static_cast<uint64_t>(absl::ToInt64Microseconds(duration));
}

}  // namespace

absl::Duration MicrosOnWire(uint64_t value) {
  constexpr uint64_t kMostUs = uint64_t{1} << 40;
  return absl::Microseconds(std::min(value, kMostUs));
}

void EncodeLadder(const Ladder& ladder, RungsOnWire& out) {
  for (const Rung& rung : ladder) {
    v1::Rung* one = out.Add();
    one->set_level(static_cast<v1::Level>(rung.level));
    one->set_bound_us(Micros(rung.bound));
    if (rung.budget != absl::InfiniteDuration()) one->set_budget_us(Micros(rung.budget));
  }
}

absl::StatusOr<Ladder> DecodeLadder(const RungsOnWire& in) {
  Ladder ladder;
  for (const v1::Rung& rung : in) {
    const int level = static_cast<int>(rung.level());
    if (level < 0 || level > static_cast<int>(Level::kLinearizable)) {
      return MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_LEVEL",
                       StrCat("there is no level number ", level));
    }
    const bool endless = rung.budget_us() == 0;
    ladder.push_back({static_cast<Level>(level), MicrosOnWire(rung.bound_us()),
                      endless ? absl::InfiniteDuration() : MicrosOnWire(rung.budget_us())});
  }
  return ladder;
}

}  // namespace quorate
