// What a real bash offers for words that were begun.
#include <gmock/gmock.h>

#include <sstream>
#include <vector>

#include "kvctl/command_line.h"

namespace quorate::kvctl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

class CompletionTest : public CommandLineTest {
 protected:
  // The last of `words`, each as bash splits them, is the one begun.
  std::vector<std::string> Complete(const std::string& words) {
    Write("ask",
          "set -eu -o pipefail\n"
          "kvctl completion bash >" +
              Path("script") +
              "\n"
              "set +eu\n"
              "source " +
              Path("script") +
              "\n"
              "COMP_WORDS=(" +
              words +
              ")\n"
              "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
              "complete -p kvctl >/dev/null || exit 9\n"
              "_kvctl\n"
              "((${#COMPREPLY[@]})) && printf '%s\\n' \"${COMPREPLY[@]}\"\n"
              "exit 0\n");
    const Ended ended = Shell("bash --norc " + Path("ask"));
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.err, "");
    std::vector<std::string> lines;
    std::istringstream out(ended.out);
    for (std::string line; std::getline(out, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(CompletionTest, OffersVerbsAndNouns) {
  EXPECT_THAT(Complete("kvctl ''"), IsSupersetOf({"get", "put", "keyspace", "explain", "bench"}));
  EXPECT_THAT(Complete("kvctl keysp"), ElementsAre("keyspace"));
  EXPECT_THAT(Complete("kvctl --output json keyspace ''"), IsSupersetOf({"create", "drop"}));
  EXPECT_THAT(Complete("kvctl keyspace cre"), ElementsAre("create"));
  EXPECT_THAT(Complete("kvctl set ''"), ElementsAre("add", "remove"));
  EXPECT_THAT(Complete("kvctl map ''"), IsSupersetOf({"put", "incr", "add", "remove"}));
}

TEST_F(CompletionTest, OffersFlagsOfTheVerbAndOfAll) {
  const auto flags = Complete("kvctl keyspace create orders --");
  EXPECT_THAT(flags, IsSupersetOf({"--replicas", "--partitions", "--mode", "--endpoints"}));
  EXPECT_THAT(flags, Not(Contains("--concurrency")));
  EXPECT_THAT(Complete("kvctl bench --conc"), ElementsAre("--concurrency"));
}

TEST_F(CompletionTest, OffersValuesOfFlags) {
  EXPECT_THAT(Complete("kvctl get default k --level LI"), ElementsAre("LINEARIZABLE"));
  EXPECT_THAT(Complete("kvctl get default k --level = LI"), ElementsAre("LINEARIZABLE"));
  EXPECT_THAT(Complete("kvctl -o ''"), ElementsAre("table", "json", "raw"));
  EXPECT_THAT(Complete("kvctl keyspace create x --mode r"), ElementsAre("raft"));
  EXPECT_THAT(Complete("kvctl keyspace create x --conflict s"), ElementsAre("siblings", "set"));
  EXPECT_THAT(Complete("kvctl bench --concurrency ''"), IsEmpty());
}

TEST_F(CompletionTest, AsksTheClusterForItsKeyspaces) {
  EXPECT_THAT(Complete("kvctl get ''"), ElementsAre("default"));
  EXPECT_THAT(Complete("kvctl keyspace describe def"), ElementsAre("default"));
  EXPECT_THAT(Complete("kvctl bench --keyspace ''"), ElementsAre("default"));
  EXPECT_THAT(Complete("kvctl set add ''"), ElementsAre("default"));
  EXPECT_THAT(Complete("kvctl get default ''"), IsEmpty());  // a key
  EXPECT_THAT(Complete("kvctl keyspace create ''"), IsEmpty());
  // Of the cluster that the line names; : splits words.
  EXPECT_THAT(Complete("kvctl --endpoints 127.0.0.1 : 1 get ''"), IsEmpty());
}

TEST_F(CompletionTest, OffersLevelsFilesAndShells) {
  EXPECT_THAT(Complete("kvctl level explain Q"), ElementsAre("QUORUM"));
  EXPECT_THAT(Complete("kvctl level compare ONE Q"), ElementsAre("QUORUM"));
  EXPECT_THAT(Complete("kvctl session show " + Path("as")), ElementsAre(Path("ask")));
  EXPECT_THAT(Complete("kvctl completion ''"), ElementsAre("bash", "zsh"));
}

// In a zsh at a terminal of its own: two tabs, and what stands on the line then.
TEST_F(CompletionTest, CompletesInZshAsItIsTyped) {
  if (Shell("command -v zsh").code != 0) GTEST_SKIP() << "no zsh here: ./dev deps installs it";
  const Ended script = Kvctl("completion zsh");
  EXPECT_EQ(script.code, 0);
  Write("script", script.out);
  Write("drive",
        "zmodload zsh/zpty\n"
        "zpty shell TERM=dumb zsh -f -i\n"
        "zpty -w shell 'PS1=\"ready> \"; source " +
            Path("script") +
            "; echo LOA\"\"DED'\n"
            "zpty -r -m shell seen '*LOADED*ready> *'\n"
            "zpty -w -n shell $'kvctl keysp\\tdes\\t'\n"
            "zpty -w -n shell $'END\\C-aprint -r GOT \\C-e\\n'\n"
            "zpty -r -m shell line $'*\\nGOT *END*'\n"
            "print -r -- \"$line\"\n"
            "zpty -d shell\n");
  const Ended typed = Shell("timeout 30 zsh -f " + Path("drive"));
  EXPECT_EQ(typed.code, 0) << typed.err;
  EXPECT_THAT(typed.out, ::testing::HasSubstr("GOT kvctl keyspace describe END"));
}

TEST_F(CompletionTest, IsThereForNoOtherShell) { EXPECT_EQ(Kvctl("completion fish").code, 2); }

}  // namespace
}  // namespace quorate::kvctl
