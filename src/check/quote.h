// Keys and values in reports for people.
#pragma once

#include <string>
#include <string_view>

namespace quorate::check {

// Quoted, cut after some forty bytes; other than UTF-8 as \xNN.
std::string QuoteBytes(std::string_view bytes);

}  // namespace quorate::check
