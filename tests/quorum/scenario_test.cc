// Every file of tests/quorum/scenarios is a test. With QUORATE_REGENERATE=1 the
// files are written anew; read the difference before committing it.
#include "scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace quorate::quorum {
namespace {

std::filesystem::path Folder() {
  return std::filesystem::path(QUORATE_SOURCE_DIR) / "tests/quorum/scenarios";
}

std::vector<std::string> ScenarioNames() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(Folder())) {
    if (file.path().extension() == ".txt") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class QuorumScenarioTest : public testing::TestWithParam<std::string> {};

TEST_P(QuorumScenarioTest, PrintsWhatTheFileSays) {
  const std::filesystem::path path = Folder() / (GetParam() + ".txt");
  std::vector<ScenarioBlock> blocks = ParseScenario(Read(path));
  ASSERT_FALSE(blocks.empty());
  EXPECT_EQ(blocks.front().commands.front(), '#') << "open with a comment that says why";
  const bool regenerate = std::getenv("QUORATE_REGENERATE") != nullptr;
  Scenario scenario;
  for (ScenarioBlock& block : blocks) {
    const std::string actual = scenario.Run(block.commands);
    EXPECT_EQ(actual.find("error:"), std::string::npos) << actual;
    EXPECT_EQ(actual.find("BROKEN"), std::string::npos) << actual;
    if (regenerate) {
      block.expected = actual;
    } else {
      EXPECT_EQ(actual, block.expected) << "after:\n" << block.commands;
    }
  }
  if (regenerate) std::ofstream(path) << FormatScenario(blocks);
}

INSTANTIATE_TEST_SUITE_P(Files, QuorumScenarioTest, testing::ValuesIn(ScenarioNames()),
                         [](const auto& info) { return info.param; });

TEST(QuorumScenarioFilesTest, AreManyEnoughToBeWorthReading) {
  EXPECT_GE(ScenarioNames().size(), 10u);
}

}  // namespace
}  // namespace quorate::quorum
