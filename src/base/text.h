// Keys and values are bytes; JSON and terminals want text. UTF-8 goes as it
// is, anything else is marked as such and loses nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "nlohmann/json_fwd.hpp"

namespace quorate {

// How long the well-formed UTF-8 sequence is that `bytes`, not empty, start
// with; 0: none (a lone continuation, an overlong form, a surrogate, a cut-off).
size_t Utf8SequenceLength(std::string_view bytes);
bool IsUtf8(std::string_view bytes);

// A string, or {"b64": "…"} where the bytes are not UTF-8.
nlohmann::ordered_json BytesToJson(std::string_view bytes);
// nullopt: neither of the two forms.
std::optional<std::string> BytesFromJson(const nlohmann::ordered_json& json);

}  // namespace quorate
