// Runs scenario files of whole leaderless replicas: blocks of commands, a line of
// dashes, and what they print. tests/quorum/scenarios/README.md has the commands.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cluster.h"

namespace quorate::quorum {

struct ScenarioBlock {
  std::string commands;  // as written, comments included
  std::string expected;
};

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
  bool RunRequest(const Words& words);
  bool RunNetwork(const Words& words);
  bool RunWorld(const Words& words);
  bool RunShow(const Words& words);
  void Write(const Words& words, Change change);
  void Operate(const Words& words, RegisterOp op);
  void Resolve(const Words& words);
  void Carry(const Words& words, bool deliver);
  void ShowKey(const std::string& key);
  void ShowKnown();
  void ShowMessages();
  // Of this scenario: they rise by one.
  uint64_t Asked(const std::string& what);
  void PrintAnswers();
  std::string Told(const Reply& reply) const;
  std::string Shown(const Record& record) const;
  void Print(const std::string& line) { out_ << line << "\n"; }

  std::unique_ptr<Cluster> cluster_;
  std::string policy_ = "lww";
  std::map<uint64_t, std::string> asked_;    // by number
  std::map<std::string, uint64_t> writers_;  // by name
  uint64_t next_ = 1;
  std::ostringstream out_;
};

}  // namespace quorate::quorum
