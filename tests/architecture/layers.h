// The rules of docs/architecture.md's table, and what breaks them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "source_tree.h"

namespace quorate::architecture {

struct Layer {
  std::set<std::string> folders;    // that it may include, itself among them
  std::set<std::string> libraries;  // by the table's names
  bool pure = false;
};

using Layers = std::map<std::string, Layer>;  // by folder under src/

// Reads the table's rows from the page. Rows may only name folders of rows
// above them: otherwise throws std::runtime_error.
Layers ParseLayers(const std::string& markdown);

// One sentence for each include of `file` (a path under src/) that the table
// does not allow.
std::vector<std::string> Violations(const Layers& layers, const SourceFile& file);

}  // namespace quorate::architecture
