// Scenario files as text: blocks of commands and of what they print.
#include "absl/strings/str_split.h"
#include "base/strings.h"
#include "scenario.h"

namespace quorate::quorum {
namespace {

constexpr char kDashes[] = "----";

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace

std::vector<ScenarioBlock> ParseScenario(const std::string& text) {
  std::vector<ScenarioBlock> blocks;
  ScenarioBlock block;
  bool printing = false;
  for (const std::string& line : Lines(text)) {
    if (line == kDashes) {
      printing = true;
    } else if (printing && line.empty()) {
      blocks.push_back(std::move(block));
      block = ScenarioBlock();
      printing = false;
    } else {
      (printing ? block.expected : block.commands) += line + "\n";
    }
  }
  if (!block.commands.empty()) blocks.push_back(std::move(block));
  return blocks;
}

std::string FormatScenario(const std::vector<ScenarioBlock>& blocks) {
  std::string text;
  for (const ScenarioBlock& block : blocks) {
    if (!text.empty()) text += "\n";
    StrAppend(&text, block.commands, kDashes, "\n", block.expected);
  }
  return text;
}

}  // namespace quorate::quorum
