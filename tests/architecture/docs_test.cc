// Documents name files, tests and each other; what they name has to exist.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "source_tree.h"

namespace quorate::architecture {
namespace {

namespace fs = std::filesystem;

std::vector<SourceFile> Documents() {
  std::vector<SourceFile> documents =
      FilesUnder({"docs", "src", "cmd", "tests", "bench", "scripts", "proto", "deploy"}, {".md"});
  for (const char* name : {"README.md", "CONTRIBUTING.md"}) {
    SourceFile file{name, {}};
    std::istringstream text(ReadFile(name));
    for (std::string line; std::getline(text, line);) file.lines.push_back(line);
    documents.push_back(std::move(file));
  }
  return documents;
}

// Calls `visit(match, where)` for each match of `pattern` in the document.
template <typename Visit>
void ForEachMatch(const SourceFile& document, const std::regex& pattern, const Visit& visit) {
  for (size_t i = 0; i < document.lines.size(); ++i) {
    const std::string& line = document.lines[i];
    for (std::sregex_iterator it(line.begin(), line.end(), pattern), end; it != end; ++it) {
      visit((*it)[1].str(), document.path + ":" + std::to_string(i + 1));
    }
  }
}

TEST(DocsTest, LinksLeadSomewhere) {
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  for (const SourceFile& document : Documents()) {
    const fs::path folder = (Root() / document.path).parent_path();
    ForEachMatch(document, link, [&](const std::string& target, const std::string& where) {
      EXPECT_TRUE(fs::exists(folder / target)) << where << ": no " << target;
    });
  }
}

TEST(DocsTest, PathsNamedInThemExist) {
  const std::regex path(R"(`((src|cmd|tests|docs|proto|scripts|bench|deploy|\.ci)/[\w./-]+)`)");
  for (const SourceFile& document : Documents()) {
    ForEachMatch(document, path, [&](const std::string& target, const std::string& where) {
      EXPECT_TRUE(fs::exists(Root() / target)) << where << ": no " << target;
    });
  }
}

std::set<std::string> TestNames() {
  const std::regex declaration(R"(^\s*(TEST|TEST_F|TEST_P|RC_GTEST_PROP)\((\w+),\s*(\w+))");
  std::set<std::string> names;
  for (const SourceFile& file : FilesUnder({"tests"}, {".cc"})) {
    std::string text;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      std::string declared = file.lines[i];
      // A long name stands on the line after its suite.
      if (i + 1 < file.lines.size()) declared += file.lines[i + 1];
      std::smatch match;
      if (std::regex_search(declared, match, declaration)) {
        names.insert(match[2].str() + "." + match[3].str());
      }
    }
  }
  return names;
}

TEST(DocsTest, TestsNamedInThemExist) {
  const std::set<std::string> names = TestNames();
  ASSERT_GT(names.size(), 20u);
  const std::regex name(R"(`(\w+(Test|Property|Suite|Scenarios)\.\w+)`)");
  for (const SourceFile& document : Documents()) {
    ForEachMatch(document, name, [&](const std::string& test, const std::string& where) {
      EXPECT_TRUE(names.contains(test)) << where << ": no test is called " << test;
    });
  }
}

}  // namespace
}  // namespace quorate::architecture
