// Keys and values are bytes; JSON and terminals want text. UTF-8 goes as it
// is, anything else is marked as such and loses nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nlohmann/json_fwd.hpp"

namespace quorate::check {

bool IsUtf8(std::string_view bytes);

// A string, or {"b64": "…"} where the bytes are not UTF-8.
nlohmann::ordered_json BytesToJson(std::string_view bytes);
// nullopt: neither of the two forms.
std::optional<std::string> BytesFromJson(const nlohmann::ordered_json& json);

// Quoted for people, cut after some forty bytes; other than UTF-8 as \xNN.
std::string QuoteBytes(std::string_view bytes);

}  // namespace quorate::check
