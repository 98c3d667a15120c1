// Columns for people.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace quorate::kvctl {

// Cells are lines of text (see ToLine). Columns of numbers are aligned right.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}

  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  size_t rows() const { return rows_.size(); }
  // With the header, unless there is nothing under it to head.
  void Print(std::ostream& out) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// How many columns of a terminal the text takes (one for each code point).
size_t DisplayWidth(const std::string& text);

// At most `width_max` code points of it; says how much was cut.
std::string Shorten(const std::string& text, size_t width_max);

}  // namespace quorate::kvctl
