// kvctl bench.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdio>
#include <thread>

#include "kvctl/command_line.h"

namespace quorate::kvctl {
namespace {

using ::testing::HasSubstr;

class BenchTest : public CommandLineTest {
 protected:
  std::string Keyspaces() { return Kvctl("keyspace list -o raw").out; }
};

TEST_F(BenchTest, MeasuresInAKeyspaceOfItsOwnAndDropsIt) {
  const Ended ended = Kvctl("bench --duration 300ms --concurrency 8 --read-ratio 0.5 -o json");
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto json = ended.json();
  for (const char* operation : {"get", "put"}) {
    EXPECT_GT(json[operation]["done"], 0) << operation;
    EXPECT_GT(json[operation]["p50_us"], 0) << operation;
    EXPECT_LE(json[operation]["p50_us"], json[operation]["p999_us"]) << operation;
  }
  EXPECT_TRUE(json["errors"].empty());
  EXPECT_EQ(Keyspaces(), "default\n");
}

TEST_F(BenchTest, LeavesANamedKeyspaceThereAndCountsErrorsByReason) {
  const auto reads = Kvctl("bench --keyspace default --duration 200ms --read-ratio 1 -o json");
  EXPECT_EQ(reads.code, 0) << reads.err;
  EXPECT_EQ(reads.json()["put"]["done"], 0);
  const Ended refused = Kvctl(
      "bench --keyspace default --duration 200ms --read-ratio 0 "
      "--concurrency 2 --level SESSION");
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("LEVEL_UNSUPPORTED: "));
  EXPECT_EQ(Keyspaces(), "default\n");
  EXPECT_EQ(Kvctl("bench --keyspace nowhere").code, 3);
}

TEST_F(BenchTest, RefusesPlansThatMakeNoSense) {
  for (const char* flag :
       {"--duration 0s", "--duration soon", "--concurrency 0", "--read-ratio 1.5", "--keys 0"}) {
    EXPECT_EQ(Kvctl(std::string("bench ") + flag).code, 2) << flag;
  }
}

TEST_F(BenchTest, InterruptedShowsWhatItMeasuredAndCleansUp) {
  FILE* bench = popen("echo $$; exec kvctl bench --duration 10m -o json", "r");
  ASSERT_NE(bench, nullptr);
  char line[64];
  ASSERT_NE(fgets(line, sizeof(line), bench), nullptr);
  // Until it has begun, which its keyspace shows.
  while (Keyspaces().find("kvctl-bench-") == std::string::npos) std::this_thread::yield();
  kill(static_cast<pid_t>(std::atoi(line)), SIGINT);
  std::string out;
  for (size_t n; (n = fread(line, 1, sizeof(line), bench)) > 0;) out.append(line, n);
  EXPECT_EQ(WEXITSTATUS(pclose(bench)), 130);
  const auto json = nlohmann::json::parse(out);
  EXPECT_TRUE(json["interrupted"]);
  EXPECT_LT(json["seconds"], 600);
  EXPECT_EQ(Keyspaces(), "default\n");
}

}  // namespace
}  // namespace quorate::kvctl
