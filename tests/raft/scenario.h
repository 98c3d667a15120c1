// Runs scenario files: blocks of commands, a line of dashes, and what they
// print. tests/raft/scenarios/README.md has the commands.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cluster.h"

namespace quorate::raft {

struct ScenarioBlock {
  std::string commands;  // as written, comments included
  std::string expected;
};

// What stands before the first block is kept as the first block's comments.
std::vector<ScenarioBlock> ParseScenario(const std::string& text);
std::string FormatScenario(const std::vector<ScenarioBlock>& blocks);

class Scenario {
 public:
  // What the commands print, one line each; "error: ..." where one is wrong.
  std::string Run(const std::string& commands);

 private:
  struct Words;

  void RunLine(const std::string& line);
  void Make(const Words& words);
  void RunInput(const Words& words);
  void RunWorld(const Words& words);
  void RunNetwork(const Words& words);
  void RunShow(const Words& words);
  void Shows(uint64_t node, const std::string& what);
  void PrintEvents();
  void Print(const std::string& line) { out_ << line << "\n"; }
  void PrintStatus(const absl::Status& status);

  std::unique_ptr<Cluster> cluster_;
  std::ostringstream out_;
};

}  // namespace quorate::raft
