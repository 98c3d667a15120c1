// What reviews would otherwise say again and again. These rules only tighten.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "source_tree.h"

namespace quorate::architecture {
namespace {

// An idea that needs more is two ideas.
constexpr size_t kLinesMax = 400;

const std::vector<std::string> kCode = {"src",   "cmd",   "tests",  "bench",
                                        "proto", "chaos", "scripts"};

std::map<std::string, size_t> LengthExceptions() {
  std::map<std::string, size_t> exceptions;
  std::istringstream in(ReadFile("tests/architecture/tidy_exceptions.txt"));
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with("#")) continue;
    std::istringstream fields(line);
    std::string path;
    size_t lines = 0;
    fields >> path >> lines;
    exceptions[path] = lines;
  }
  return exceptions;
}

TEST(TidyTest, FilesAreShort) {
  std::map<std::string, size_t> exceptions = LengthExceptions();
  for (const SourceFile& file : FilesUnder(kCode, {".h", ".cc", ".proto", ".sh", ".py"})) {
    const auto exception = exceptions.find(file.path);
    const size_t limit = exception == exceptions.end() ? kLinesMax : exception->second;
    EXPECT_LE(file.lines.size(), limit) << file.path << ": say it in two files";
    if (exception == exceptions.end()) continue;
    EXPECT_EQ(file.lines.size(), limit)
        << file.path << " has become shorter: write that into tidy_exceptions.txt, or drop its "
        << "line when it is down to " << kLinesMax;
    exceptions.erase(exception);
  }
  for (const auto& [path, lines] : exceptions) ADD_FAILURE() << "no such file: " << path;
}

TEST(TidyTest, NothingIsLeftForLater) {
  const std::regex later(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b");
  for (const SourceFile& file :
       FilesUnder({"src", "cmd", "tests", "bench", "proto", "chaos", "scripts", "docs"},
                  {".h", ".cc", ".proto", ".sh", ".py", ".md", ".txt"})) {
    for (size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(file.lines[i], later))
          << file.path << ":" << i + 1 << ": do it, or say in docs/status.md what is missing";
    }
  }
}

// Includes name a header from src/ or tests/, or from the folder of the one who
// includes.
TEST(TidyTest, EveryHeaderIsIncludedBySomeone) {
  const std::vector<SourceFile> files = FilesUnder({"src", "cmd", "tests", "bench"}, {".h", ".cc"});
  std::set<std::string> included;
  for (const SourceFile& file : files) {
    const std::string folder = file.path.substr(0, file.path.rfind('/') + 1);
    for (const Include& include : file.Includes()) {
      for (const std::string& from : {std::string("src/"), std::string("tests/"), folder}) {
        const std::string header = from + include.name;
        // Its own source alone does not make a header wanted.
        const bool own =
            header.substr(0, header.rfind('.')) == file.path.substr(0, file.path.rfind('.'));
        if (!own) included.insert(header);
      }
    }
  }
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".h")) continue;
    EXPECT_TRUE(included.contains(file.path)) << file.path << " is included by nobody: delete it";
  }
}

TEST(TidyTest, EveryHeaderGuardsItself) {
  for (const SourceFile& file : FilesUnder(kCode, {".h"})) {
    bool guarded = false;
    for (const std::string& line : file.lines) guarded |= line == "#pragma once";
    EXPECT_TRUE(guarded) << file.path << " lacks #pragma once";
  }
}

// A number that measures time or size says in what: timeout_ms, limit_bytes.
TEST(TidyTest, NumbersSayTheirUnit) {
  const std::regex unitless(R"(\b(u?int(8|16|32|64)?(_t)?|size_t|double|float|long)\s+)"
                            R"(\w*(timeout|latency|duration|interval|elapsed|delay)\s*(=|;|,|\)))");
  for (const SourceFile& file : FilesUnder({"src", "cmd"}, {".h", ".cc"})) {
    for (size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(file.lines[i], unitless))
          << file.path << ":" << i + 1 << ": absl::Duration, or a name that ends in its unit";
    }
  }
}

TEST(TidyTest, EveryFolderOfSourcesSaysWhatItIs) {
  std::set<std::string> folders;
  for (const SourceFile& file : FilesUnder({"src"}, {".h", ".cc"})) {
    folders.insert(file.path.substr(0, file.path.rfind('/')));
  }
  ASSERT_FALSE(folders.empty());
  for (const std::string& folder : folders) {
    EXPECT_TRUE(std::filesystem::exists(Root() / folder / "README.md"))
        << folder << "/README.md: ten lines, what it is, what it may use, where to start reading";
  }
}

}  // namespace
}  // namespace quorate::architecture
