// The entry script, as far as it can be run without building or starting anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <regex>
#include <set>
#include <sstream>

#include "source_tree.h"

namespace quorate::architecture {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int code = -1;
  std::string output;  // both streams
};

Outcome RunDev(const std::string& arguments) {
  FILE* pipe =
      popen((Root() / "dev").string().append(" ").append(arguments).append(" 2>&1").c_str(), "r");
  if (pipe == nullptr) return {};
  Outcome outcome;
  std::array<char, 4096> buffer;
  while (size_t bytes = fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.output.append(buffer.data(), bytes);
  }
  outcome.code = WEXITSTATUS(pclose(pipe));
  return outcome;
}

std::set<std::string> Subcommands() {
  std::set<std::string> names;
  for (const SourceFile& file : FilesUnder({"scripts/dev"}, {".sh"})) {
    const std::filesystem::path path(file.path);
    if (path.parent_path() == "scripts/dev") names.insert(path.stem().string());
  }
  return names;
}

TEST(DevTest, EverySubcommandHasHelp) {
  ASSERT_GE(Subcommands().size(), 12u);
  const Outcome overview = RunDev("--help");
  EXPECT_EQ(overview.code, 0);
  for (const std::string& name : Subcommands()) {
    EXPECT_THAT(overview.output, HasSubstr("  " + name + " ")) << "./dev --help";
    const Outcome help = RunDev(name + " --help");
    EXPECT_EQ(help.code, 0) << name;
    EXPECT_EQ(help.output.find("Examples:\n  ./dev " + name), 0u) << help.output;
  }
}

TEST(DevTest, AnUnknownWordIsAnErrorThatNamesIt) {
  const Outcome subcommand = RunDev("biuld");
  EXPECT_NE(subcommand.code, 0);
  EXPECT_THAT(subcommand.output, HasSubstr("'biuld'"));
  for (const char* line :
       {"build --perset debug", "test --all", "up --nodes none", "down now", "clean everything",
        "fmt --everything", "bench --quickly", "compose up"}) {
    const Outcome option = RunDev(line);
    EXPECT_EQ(option.code, 2) << line;
    EXPECT_THAT(option.output, HasSubstr("--help")) << line;
  }
}

TEST(DevTest, EveryPackageSaysWhyItIsNeeded) {
  const std::regex row(R"(^(build|lint|peers|profile|chaos|compose)\s+[a-z0-9+.-]+\s+\S.*$)");
  std::istringstream in(ReadFile("scripts/dev/lib/packages.txt"));
  size_t rows = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) continue;
    EXPECT_TRUE(std::regex_match(line, row)) << line;
    ++rows;
  }
  EXPECT_GT(rows, 20u);
}

// What the README promises to a newcomer is what the build robot runs.
TEST(DevTest, TheRobotRunsTheReadmesTestCommand) {
  EXPECT_THAT(ReadFile("README.md"), HasSubstr("\n./dev test "));
  EXPECT_THAT(ReadFile(".ci/run"), HasSubstr("\n./dev test\n"));
}

}  // namespace
}  // namespace quorate::architecture
