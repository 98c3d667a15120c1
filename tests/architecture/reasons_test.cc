// Every reason of an error is explained, and nothing else is.
#include "base/reasons.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "source_tree.h"

namespace quorate::architecture {
namespace {

// Words in capitals that are no reasons.
const std::set<std::string> kOtherWords = {"LOCAL_QUORUM", "EACH_QUORUM", "NO_COLOR",
                                           "NOTIFY_SOCKET"};

bool IsOtherWord(const std::string& word) {
  return kOtherWords.contains(word) || word.starts_with("QUORATE_") || word.starts_with("KVD_");
}

std::string TextOf(const SourceFile& file) {
  std::string text;
  for (const std::string& line : file.lines) text += line + "\n";
  return text;
}

// Of the programs that people meet, without the table itself.
std::vector<SourceFile> Sources() {
  std::vector<SourceFile> sources;
  for (SourceFile& file : FilesUnder({"src", "cmd/kvctl", "cmd/kvd"}, {".cc", ".h"})) {
    const bool other = file.path.starts_with("src/base/reasons") ||
                       file.path.starts_with("src/sim/") || file.path.starts_with("src/check/");
    if (!other) sources.push_back(std::move(file));
  }
  return sources;
}

// Each with a file that has it.
std::map<std::string, std::string> ReasonsUsed() {
  const std::regex two_words("\"([A-Z][A-Z0-9]*(_[A-Z0-9]+)+)\"");
  const std::regex made("MakeError\\(\\s*[^,\"]*,\\s*\"([A-Z][A-Z0-9_]*)\"");
  std::map<std::string, std::string> used;
  for (const SourceFile& file : Sources()) {
    const std::string text = TextOf(file);
    for (const std::regex& pattern : {two_words, made}) {
      for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
        if (!IsOtherWord((*it)[1].str())) used[(*it)[1].str()] = file.path;
      }
    }
  }
  return used;
}

TEST(ReasonsTest, EachThatIsUsedIsExplained) {
  const auto used = ReasonsUsed();
  ASSERT_GT(used.size(), 100u);
  for (const auto& [reason, path] : used) {
    EXPECT_NE(FindReason(reason), nullptr)
        << path << ": say in src/base/reasons_*.cc what " << reason << " means and what to do";
  }
}

TEST(ReasonsTest, EachThatIsExplainedIsUsedOnceAndInWholeSentences) {
  std::string sources;
  for (const SourceFile& file : Sources()) sources += TextOf(file);
  std::set<std::string_view> seen;
  for (const ReasonText& one : AllReasons()) {
    const std::string literal = "\"" + std::string(one.name) + "\"";
    EXPECT_NE(sources.find(literal), std::string::npos) << one.name << " is used by nobody";
    EXPECT_TRUE(seen.insert(one.name).second) << one.name << " is explained twice";
    EXPECT_TRUE(one.meaning.ends_with('.') && one.remedy.ends_with('.')) << one.name;
  }
}

}  // namespace
}  // namespace quorate::architecture
