// Which Quorate this is; the same as the build's project version.
#pragma once

#include <string_view>

namespace quorate {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace quorate
