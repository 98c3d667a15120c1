// Integers as varints: seven bits a byte, the lowest first, the high bit set on
// all but the last byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quorate {

void AppendVarint(uint64_t value, std::string& out);
// Takes one off the front; nullopt where `bytes` hold no whole one.
std::optional<uint64_t> TakeVarint(std::string_view& bytes);

}  // namespace quorate
