#include "table.h"

#include <algorithm>

namespace quorate::kvctl {
namespace {

bool StartsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

bool IsNumber(const std::string& cell) {
  return cell.find_first_not_of("0123456789.-") == std::string::npos;
}

}  // namespace

size_t DisplayWidth(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCodePoint));
}

std::string Shorten(const std::string& text, size_t width_max) {
  if (DisplayWidth(text) <= width_max) return text;
  size_t end = 0;
  for (size_t points = 0; end < text.size(); ++end) {
    if (StartsCodePoint(text[end]) && points++ == width_max) break;
  }
  return text.substr(0, end) + "... (" + std::to_string(text.size()) + " bytes)";
}

void Table::Print(std::ostream& out) const {
  if (rows_.empty()) return;
  std::vector<size_t> widths;
  std::vector<bool> numbers;
  for (size_t column = 0; column < header_.size(); ++column) {
    size_t width = DisplayWidth(header_[column]);
    bool number = true;
    for (const auto& row : rows_) {
      width = std::max(width, DisplayWidth(row[column]));
      number = number && IsNumber(row[column]);
    }
    widths.push_back(width);
    numbers.push_back(number);
  }
  const auto print = [&](const std::vector<std::string>& row) {
    std::string line;
    for (size_t column = 0; column < row.size(); ++column) {
      const std::string padding(widths[column] - DisplayWidth(row[column]), ' ');
      line += column == 0 ? "" : "  ";
      line += numbers[column] ? padding + row[column] : row[column] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  };
  print(header_);
  for (const auto& row : rows_) print(row);
}

}  // namespace quorate::kvctl
