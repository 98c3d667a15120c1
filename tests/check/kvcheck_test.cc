// Runs the kvcheck binary as its users do.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "check/history_json.h"
#include "check/operations.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace quorate::check {
namespace {

struct Ran {
  int exit_code = -1;
  std::string output;  // both streams
};

class KvcheckTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) / (std::string("kvcheck_") + info->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string File(const std::string& name) const { return (folder_ / name).string(); }
  std::string Save(const std::string& text) const {
    std::ofstream(File("h.jsonl")) << text;
    return File("h.jsonl");
  }
  std::string Save(const History& history) const {
    std::ofstream out(File("h.jsonl"));
    WriteHistory(history, out);
    return File("h.jsonl");
  }

  static Ran Kvcheck(const std::string& arguments) {
    const std::string command = QUORATE_BIN_DIR "/kvcheck " + arguments + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    Ran ran;
    if (pipe == nullptr) return ran;
    std::array<char, 4096> buffer;
    for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
      ran.output.append(buffer.data(), n);
    }
    const int status = pclose(pipe);
    if (WIFEXITED(status)) ran.exit_code = WEXITSTATUS(status);
    return ran;
  }

  std::filesystem::path folder_;
};

History Good() {
  return HistoryOf(
      {Put("a", "x", {0, 10}), Get("a", std::nullopt, {1, 5}), Get("a", "x", {11, 12})});
}

History Stale() {
  return HistoryOf({Put("a", "x", {0, 10}), Put("a", "y", {20, 30}), Get("a", "y", {25, 35}),
                    Get("a", "x", {40, 50})});
}

TEST_F(KvcheckTest, PassesAGoodHistoryFromFileOrPipe) {
  const std::string file = Save(Good());
  EXPECT_EQ(Kvcheck(file).exit_code, 0);
  const Ran piped = Kvcheck("- < " + file);
  EXPECT_EQ(piped.exit_code, 0) << piped.output;
  EXPECT_TRUE(piped.output.ends_with("passed\n")) << piped.output;
}

TEST_F(KvcheckTest, ShowsTheWindowOfAStaleRead) {
  const Ran ran = Kvcheck(Save(Stale()));
  EXPECT_EQ(ran.exit_code, 10);
  EXPECT_NE(ran.output.find("3 of its 4 operations show it"), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("get -> \"x\"   <- no order explains it; the key could be \"y\""),
            std::string::npos)
      << ran.output;
}

TEST_F(KvcheckTest, WritesOneJsonObject) {
  const std::string file = Save(Stale());
  const Ran ran = Kvcheck("--output json " + file);
  EXPECT_EQ(ran.exit_code, 10);
  const auto json = nlohmann::json::parse(ran.output, nullptr, false);
  ASSERT_TRUE(json.is_object()) << ran.output;
  EXPECT_EQ(json["verdict"], "violated");
  EXPECT_EQ(json["linearizability"]["found"][0]["key"], "a");
  EXPECT_EQ(json["linearizability"]["found"][0]["window"]["operations"].size(), 3u);
  EXPECT_EQ(json["final_state"]["verdict"], "nothing checked");
  EXPECT_EQ(ran.output, Kvcheck("--output json " + file).output);
}

TEST_F(KvcheckTest, FindsWhatAReplicaLost) {
  History history = Good();
  history.AppendReplica({.replica = "n1", .records = {{"a", {"x", 1}}}});
  EXPECT_EQ(Kvcheck(Save(history)).exit_code, 0);
  history.AppendReplica({.replica = "n2", .records = {}});
  const Ran ran = Kvcheck(Save(history));
  EXPECT_EQ(ran.exit_code, 10);
  EXPECT_NE(ran.output.find("replica n2, key \"a\": found absent"), std::string::npos)
      << ran.output;
}

TEST_F(KvcheckTest, DoesNotPassWhatItCouldNotDecide) {
  std::vector<Operation> operations;
  for (int i = 0; i < 20; ++i) operations.push_back(Put("a", std::to_string(i), {i, 100}));
  operations.push_back(Get("a", "7", {101, 102}));
  const Ran ran = Kvcheck("--steps-max 3 " + Save(HistoryOf(operations)));
  EXPECT_EQ(ran.exit_code, 10);
  EXPECT_TRUE(ran.output.ends_with("undecided\n")) << ran.output;
}

TEST_F(KvcheckTest, DoesNotPassAHistoryInWhichNothingCouldBeWrong) {
  for (const Ran& ran : {Kvcheck(Save("")), Kvcheck(Save(HistoryOf({Put("a", "x", {0, 1})})))}) {
    EXPECT_EQ(ran.exit_code, 10);
    EXPECT_TRUE(ran.output.ends_with("nothing checked\n")) << ran.output;
  }
}

TEST_F(KvcheckTest, NamesTheLineThatIsNoHistory) {
  const Ran ran = Kvcheck(Save("{\"history\":1}\n{\"client\":1,\"op\":\"ge"));
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_NE(ran.output.find("error: BAD_HISTORY_LINE: "), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("h.jsonl:2: not JSON"), std::string::npos) << ran.output;
}

TEST_F(KvcheckTest, TellsWrongUsageFromAFileItCannotRead) {
  EXPECT_EQ(Kvcheck("").exit_code, 2);
  EXPECT_EQ(Kvcheck("--output xml -").exit_code, 2);
  EXPECT_EQ(Kvcheck("--steps-max 0 -").exit_code, 2);
  const Ran missing = Kvcheck(File("missing"));
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.output.find("No such file"), std::string::npos) << missing.output;
  EXPECT_EQ(Kvcheck(folder_.string()).exit_code, 1);
}

TEST_F(KvcheckTest, HelpLeadsWithExamplesAndTellsExitCodes) {
  const Ran ran = Kvcheck("--help");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_LT(ran.output.find("examples:"), ran.output.find("Usage:")) << ran.output;
  EXPECT_NE(ran.output.find("exit codes:"), std::string::npos);
}

}  // namespace
}  // namespace quorate::check
