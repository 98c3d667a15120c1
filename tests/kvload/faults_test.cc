// What is written down when nodes are cut off or kvload is ended, and that a history
// that tells something else than what happened does not pass.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include "kvload/load_fixture.h"

namespace quorate::load {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class FaultsTest : public LoadTest {
 protected:
  ~FaultsTest() override { cluster().Heal(); }

  // Runs while `meanwhile` goes on.
  Ran RunWhile(const json& plan, const std::function<void()>& meanwhile) {
    Ran ran;
    std::thread load([&] { ran = Run(plan); });
    meanwhile();
    load.join();
    return ran;
  }

  // Until the history has an operation that `wanted` says yes to.
  template <class Wanted>
  void AwaitOperation(const Wanted& wanted) {
    const absl::Time limit = absl::Now() + absl::Seconds(30);
    while (absl::Now() < limit) {
      std::ifstream in(HistoryFile());
      for (std::string line; std::getline(in, line);) {
        const json op = json::parse(line, nullptr, false);
        if (op.is_object() && op.contains("op") && wanted(op)) return;
      }
      std::this_thread::yield();
    }
    ADD_FAILURE() << "no such operation";
  }

  // The history with one line changed by `change`, which says whether it did.
  void Falsify(const std::function<bool(json&)>& change) {
    std::vector<json> lines = Lines();
    ASSERT_TRUE(std::any_of(lines.begin(), lines.end(), change));
    SaveLines(lines);
  }
};

TEST_F(FaultsTest, ANodeThatIsCutOffRefusesAndTheOthersGoOn) {
  const json plan = PlanOf({{"keyspace", MakeKeyspace()}}, 4000);
  const Ran run = RunWhile(plan, [&] {
    AwaitOperation([](const json& op) { return op["outcome"] == "done"; });
    ASSERT_TRUE(cluster().Partition({{1}, {2, 3}}).ok());
    AwaitOperation(
        [](const json& op) { return op["target"] == "n1" && op["outcome"] == "failed"; });
    cluster().Heal();
  });
  ASSERT_EQ(run.code, 0) << run.output;
  const Ran settled = Settle(plan);
  EXPECT_EQ(settled.code, 0) << settled.output;
  EXPECT_EQ(Check().code, 0) << Check().output;

  std::set<uint64_t> unknown;
  for (const json& op : Operations()) {
    EXPECT_EQ(op["outcome"] != "done", op.contains("error")) << op;
    // Whose outcome is unknown does nothing more.
    EXPECT_FALSE(unknown.contains(op["client"])) << op;
    if (op["outcome"] == "unknown") unknown.insert(op["client"].get<uint64_t>());
  }
}

// A cluster that is frozen answers nothing, so what is under way stays so.
TEST_F(FaultsTest, EndedByATermSignalItRecordsWhatIsUnderWayAsUnknown) {
  const int first_port = 20'000 + getpid() % 10'000;
  const std::string port = std::to_string(first_port);
  json plan = PlanOf({{"keyspace", "default"}, {"timeout_ms", 20'000}}, 60'000);
  for (int node = 0; node < 3; ++node) {
    plan["endpoints"]["n" + std::to_string(node + 1)] =
        "127.0.0.1:" + std::to_string(first_port + 10 * node);
  }
  const std::string kvload = QUORATE_BIN_DIR "/kvload";
  const std::string history = HistoryFile();
  const Ran ended =
      RunCommand(QUORATE_BIN_DIR "/kvd --dev --log-level off --listen 127.0.0.1:" + port +
                 " & nodes=$!\n"
                 "trap 'kill -9 $nodes' EXIT\n" +
                 kvload + " run " + Save(plan) + " --out " + folder() +
                 " & load=$!\n"
                 "n=0; until [ -s " +
                 history + " ] && [ $(wc -l < " + history +
                 ") -gt 20 ]; do\n"
                 "  n=$((n + 1)); [ $n -lt 300 ] || exit 99; sleep 0.1\n"
                 "  kill -0 $load 2>/dev/null || { " +
                 kvload + " run " + Save(plan) + " --out " + folder() +
                 " & load=$!; }\n"
                 "done\n"
                 // Nothing tells from outside that every client waits.
                 "kill -STOP $nodes; sleep 0.5; kill -TERM $load; wait $load; code=$?\n"
                 "kill -CONT $nodes; " +
                 kvload + " settle " + Save(plan) + " --out " + folder() +
                 " || exit 98\n"
                 "exit $code");
  ASSERT_EQ(ended.code, 0) << ended.output;
  size_t given_up = 0;
  for (const json& op : Operations()) {
    if (op["outcome"] != "unknown") continue;
    EXPECT_FALSE(op.contains("return_us")) << op;
    ++given_up;
  }
  EXPECT_EQ(given_up, 6u);
  EXPECT_EQ(Check().code, 0) << Check().output;
}

TEST_F(FaultsTest, CtrlCEndsARunEarlyWithAWholeHistory) {
  const json plan = PlanOf({{"keyspace", MakeKeyspace()}}, 60'000);
  const Ran ended =
      RunCommand("timeout --preserve-status -s INT 1 " QUORATE_BIN_DIR "/kvload run " + Save(plan) +
                 " --out " + folder());
  EXPECT_EQ(ended.code, 130) << ended.output;
  EXPECT_GT(Operations().size(), 20u);
  EXPECT_EQ(Settle(plan).code, 0);
  EXPECT_EQ(Check().code, 0) << Check().output;
}

TEST_F(FaultsTest, KilledItLeavesAFileThatCanBeRead) {
  const json plan = PlanOf({{"keyspace", MakeKeyspace()}}, 60'000);
  RunCommand("timeout -s KILL 1 " QUORATE_BIN_DIR "/kvload run " + Save(plan) + " --out " +
             folder());
  EXPECT_GT(Operations().size(), 20u);
  EXPECT_NE(Check().code, 2) << Check().output;
}

TEST_F(FaultsTest, ASecondRunGoesOnWithTheHistory) {
  const json plan = PlanOf({{"keyspace", MakeKeyspace()}}, 300);
  ASSERT_EQ(Run(plan).code, 0);
  uint64_t clients = 0;
  for (const json& op : Operations()) clients = std::max(clients, op["client"].get<uint64_t>());
  const size_t operations = Operations().size();
  ASSERT_EQ(Run(plan).code, 0);
  const auto all = Operations();
  ASSERT_GT(all.size(), operations);
  for (size_t i = operations; i < all.size(); ++i) EXPECT_GT(all[i]["client"], clients);
  EXPECT_EQ(Settle(plan).code, 0);
  EXPECT_EQ(Check().code, 0) << Check().output;
}

TEST_F(FaultsTest, SettlingSaysWhichReplicaIsBehind) {
  const json plan = PlanOf({{"keyspace", MakeKeyspace()}}, 500);
  ASSERT_EQ(Run(plan).code, 0);
  ASSERT_TRUE(cluster().Kill(3).ok());
  const Ran settled = Settle(plan, "--timeout 1");
  EXPECT_EQ(settled.code, 10);
  EXPECT_THAT(settled.output, HasSubstr("job: not converged: n3"));
  ASSERT_TRUE(cluster().Restart(3).ok());
  EXPECT_EQ(Settle(plan).code, 0);
}

TEST_F(FaultsTest, ANodeThatWasNotThereIsAskedOnceItIs) {
  const json plan = PlanOf({{"keyspace", MakeKeyspace()}}, 3000);
  ASSERT_TRUE(cluster().Kill(3).ok());
  const Ran run = RunWhile(plan, [&] {
    AwaitOperation(
        [](const json& op) { return op["target"] == "n3" && op["outcome"] == "failed"; });
    ASSERT_TRUE(cluster().Restart(3).ok());
    AwaitOperation([](const json& op) { return op["target"] == "n3" && op["outcome"] == "done"; });
  });
  EXPECT_EQ(run.code, 0) << run.output;
  EXPECT_EQ(Settle(plan).code, 0);
  EXPECT_EQ(Check().code, 0) << Check().output;
}

TEST_F(FaultsTest, JobsSideBySideHaveHistoriesAndClientsOfTheirOwn) {
  const std::string keyspace = MakeKeyspace();
  const json plan =
      Plan({{{"name", "a"}, {"workload", "register"}, {"keyspace", keyspace}},
            {{"name", "b"}, {"workload", "counter"}, {"keyspace", keyspace}, {"rate", 50}}},
           1000);
  const Ran run = Run(plan, "--output json");
  ASSERT_EQ(run.code, 0) << run.output;
  const json summary = json::parse(run.output);
  ASSERT_EQ(summary["jobs"].size(), 2u);
  EXPECT_EQ(summary["jobs"][0]["done"], Operations("a").size());
  EXPECT_GT(summary["jobs"][0]["kinds"]["put"]["done"], 0);
  // Eight begin at once; the others at the job's pace.
  EXPECT_GE(Operations("b").size(), 20u);
  EXPECT_LE(Operations("b").size(), 50u + 8u);
  for (const json& op : Operations("a")) {
    EXPECT_FALSE(op.contains("target")) << "it chose for itself";
    EXPECT_EQ(op["key"].get<std::string>().rfind("a/", 0), 0u);
  }
  ASSERT_EQ(Settle(plan).code, 0);
  EXPECT_EQ(
      RunCommand(QUORATE_BIN_DIR "/kvcheck " + HistoryFile("a") + " " + HistoryFile("b")).code, 0);
}

TEST_F(FaultsTest, SettlingWithoutARunIsRefused) {
  const Ran settled = Settle(PlanOf({{"keyspace", MakeKeyspace()}}));
  EXPECT_EQ(settled.code, 2);
  EXPECT_THAT(settled.output, HasSubstr("kvload run has to come before"));
}

TEST_F(FaultsTest, APutThatIsWrittenDownWithAnotherValueIsNoticed) {
  const json plan = PlanOf({{"keyspace", MakeKeyspace()}});
  ASSERT_EQ(Run(plan).code, 0);
  std::set<std::string> read;
  for (const json& op : Operations()) {
    if (op["op"] == "get" && op["result"]["found"] == true) read.insert(op["result"]["value"]);
  }
  Falsify([&](json& op) {
    if (!op.contains("op") || op["op"] != "put" || !read.contains(op["value"])) return false;
    op["value"] = "another";
    return true;
  });
  EXPECT_EQ(Check().code, 10) << Check().output;
}

TEST_F(FaultsTest, AWriteThatAReplicaLacksIsNoticed) {
  const json plan = PlanOf({{"keyspace", MakeKeyspace()}});
  ASSERT_EQ(Run(plan).code, 0);
  ASSERT_EQ(Settle(plan).code, 0);
  ASSERT_EQ(Check().code, 0) << Check().output;
  Falsify([](json& line) {
    if (!line.contains("replica") || !line.contains("value")) return false;
    line["value"] = "of nobody";
    return true;
  });
  EXPECT_EQ(Check().code, 10) << Check().output;
}

}  // namespace
}  // namespace quorate::load
