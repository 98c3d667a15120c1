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
  EXPECT_NE(ran.output.find("not linearizable: h, LINEARIZABLE, key \"a\": no order explains what "
                            "was told; at the last the key could be \"y\""),
            std::string::npos)
      << ran.output;
  EXPECT_NE(ran.output.find("get -> \"x\"   <- nothing explains it"), std::string::npos)
      << ran.output;
  EXPECT_TRUE(ran.output.ends_with("\nanomaly\n")) << ran.output;
}

TEST_F(KvcheckTest, WritesOneJsonObject) {
  const std::string file = Save(Stale());
  const Ran ran = Kvcheck("--output json " + file);
  EXPECT_EQ(ran.exit_code, 10);
  const auto json = nlohmann::json::parse(ran.output, nullptr, false);
  ASSERT_TRUE(json.is_object()) << ran.output;
  EXPECT_EQ(json["verdict"], "anomaly");
  ASSERT_EQ(json["levels"].size(), 1u);
  EXPECT_EQ(json["levels"][0]["job"], "h");
  EXPECT_EQ(json["levels"][0]["read"], "LINEARIZABLE");
  EXPECT_EQ(json["levels"][0]["promise"], "each key is linearizable");
  EXPECT_EQ(json["levels"][0]["checked"], 2);
  EXPECT_EQ(json["levels"][0]["anomalies"], 1);
  EXPECT_EQ(json["levels"][0]["verdict"], "anomaly");
  EXPECT_GE(json["levels"][0]["seconds"], 0.0);
  ASSERT_EQ(json["anomalies"].size(), 1u);
  EXPECT_EQ(json["anomalies"][0]["key"], "a");
  EXPECT_EQ(json["anomalies"][0]["operations"].size(), 3u);
  EXPECT_EQ(json["anomalies"][0]["wrong"], 2);
  EXPECT_EQ(json["anomalies"][0]["begin_us"], 0);
  EXPECT_EQ(json["anomalies"][0]["end_us"], 50);
}

TEST_F(KvcheckTest, JudgesSeveralHistoriesInOneTable) {
  const std::string bad = File("bad.jsonl");
  std::ofstream out(bad);
  WriteHistory(Stale(), out);
  out.close();
  const Ran ran = Kvcheck(Save(Good()) + " " + bad);
  EXPECT_EQ(ran.exit_code, 10);
  EXPECT_NE(ran.output.find("\nh          LINEARIZABLE"), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("\nbad        LINEARIZABLE"), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("7 operations in "), std::string::npos) << ran.output;
  EXPECT_EQ(Kvcheck(Save(Good()) + " " + File("missing")).exit_code, 1);
}

// A level that promises less is honest, and seen to use that freedom.
TEST_F(KvcheckTest, CountsAStaleReadAtOneAsAllowed) {
  std::vector<Operation> operations = {Put("a", "x", {0, 10}, 1), Put("a", "y", {20, 30}, 2),
                                       Get("a", "y", {25, 35}, 2), Get("a", "x", {40, 50}, 1)};
  operations.back().level = "ONE";
  History history = HistoryOf(operations);
  history.SetJob({"j", "register", "raft", "", 3});
  const Ran ran = Kvcheck(Save(history));
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_NE(ran.output.find("1 stale"), std::string::npos) << ran.output;
}

TEST_F(KvcheckTest, FindsWhatAReplicaLost) {
  History history = Good();
  history.AppendReplica({.replica = "n1", .records = {{"a", {"x", 1}}}});
  EXPECT_EQ(Kvcheck(Save(history)).exit_code, 0);
  history.AppendReplica({.replica = "n2", .records = {}});
  const Ran ran = Kvcheck(Save(history));
  EXPECT_EQ(ran.exit_code, 10);
  EXPECT_NE(ran.output.find("lost write: h, final, key \"a\": at the end replica n2 has absent"),
            std::string::npos)
      << ran.output;
}

TEST_F(KvcheckTest, DoesNotPassWhatItCouldNotDecide) {
  std::vector<Operation> operations;
  for (int i = 0; i < 20; ++i) operations.push_back(Put("a", std::to_string(i), {i, 100}));
  operations.push_back(Get("a", "7", {101, 102}));
  const Ran ran = Kvcheck("--steps-max 3 " + Save(HistoryOf(operations)));
  EXPECT_EQ(ran.exit_code, 10);
  EXPECT_TRUE(ran.output.ends_with("\nundecided\n")) << ran.output;
}

TEST_F(KvcheckTest, DoesNotPassAHistoryInWhichNothingCouldBeWrong) {
  for (const Ran& ran : {Kvcheck(Save("")), Kvcheck(Save(HistoryOf({Put("a", "x", {0, 1})})))}) {
    EXPECT_EQ(ran.exit_code, 10);
    EXPECT_TRUE(ran.output.ends_with("\nnothing checked\n")) << ran.output;
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
