#include "rpc/server_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/error.h"

namespace quorate::rpc {
namespace {

using ::testing::HasSubstr;

std::string Refusal(const ServerOptions& options) {
  const auto plan = PlanServer(options);
  return plan.ok() ? "accepted" : std::string(plan.status().message());
}

TEST(ServerOptionsTest, DefaultsAreAClusterOfOneOnThisMachine) {
  const auto plan = PlanServer(ServerOptions());
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->bootstrap.size(), 1u);
  EXPECT_EQ(plan->bootstrap[0].id, NodeId(1));
  EXPECT_EQ(plan->bootstrap[0].client_address, "127.0.0.1:7400");
  EXPECT_EQ(plan->bootstrap[0].peer_address, "127.0.0.1:7401");
}

TEST(ServerOptionsTest, GoesBeyondThisMachineOnlyWhenToldThatItIsInsecure) {
  for (std::string ServerOptions::*setting :
       {&ServerOptions::listen, &ServerOptions::peer_listen, &ServerOptions::http_listen}) {
    ServerOptions options;
    options.*setting = "0.0.0.0:9000";
    EXPECT_THAT(Refusal(options), HasSubstr("--insecure"));
    options.insecure = true;
    EXPECT_EQ(Refusal(options), "accepted");
  }
}

TEST(ServerOptionsTest, RefusesTwoListenersAtOneAddress) {
  ServerOptions options;
  options.peer_listen = options.listen;
  EXPECT_THAT(Refusal(options), HasSubstr("peer-listen: 127.0.0.1:7400 is another listener's"));
}

TEST(ServerOptionsTest, TakesItsOwnAddressesFromTheBootstrapList) {
  ServerOptions options;
  options.node_id = 2;
  options.zone = "hall-b";
  options.bootstrap = "1=a:1/a:2,2=b:1/b:2";
  auto plan = PlanServer(options);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->bootstrap.size(), 2u);
  EXPECT_EQ(plan->bootstrap[1].client_address, "b:1");
  EXPECT_EQ(plan->bootstrap[1].zone, "hall-b");
  options.advertise = "public:7";
  plan = PlanServer(options);
  EXPECT_EQ(plan->bootstrap[1].client_address, "public:7");
  EXPECT_EQ(plan->bootstrap[1].peer_address, "b:2");
}

TEST(ServerOptionsTest, NamesWhatIsWrongInABootstrapList) {
  const std::pair<const char*, const char*> kCases[] = {
      {"1", "\"1\" is not a node"},
      {"1=a:1", "is not a node"},
      {"x=a:1/a:2", "is not a node"},
      {"0=a:1/a:2", "is not a node"},
      {"1=a:1/a", "node 1: \"a\" is not an address"},
      {"1=a:1/a:2,1=b:1/b:2", "node 1 is named twice"},
      {"1=a:1/a:2,2=a:1/b:2", "the address a:1 is named twice"},
      {"1=a:1/a:2,", "\"\" is not a node"},
      {"2=a:1/a:2", "node-id 1 is not in the list"}};
  for (const auto& [list, expected] : kCases) {
    ServerOptions options;
    options.bootstrap = list;
    EXPECT_THAT(Refusal(options), HasSubstr(expected)) << list;
  }
}

TEST(ServerOptionsTest, RefusesTicksThatDeposeEveryLeader) {
  ServerOptions options;
  options.heartbeat_ticks = 10;
  EXPECT_THAT(Refusal(options), HasSubstr("election-ticks: 10 must be more than heartbeat-ticks"));
}

TEST(ServerOptionsTest, RefusesALogSegmentThatIsNoMultipleOfABlock) {
  ServerOptions options;
  options.log_segment_bytes = 1'000'000;
  EXPECT_THAT(Refusal(options), HasSubstr("not a multiple of 4KiB"));
}

TEST(ServerOptionsTest, EverySettingIsInTheDocuments) {
  ServerOptions options;
  Config config("kvd", "KVD_");
  AddSettings(config, options);
  std::ifstream file(QUORATE_SOURCE_DIR "/docs/operations.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr(config.MarkdownTable()))
      << "the table of settings in docs/operations.md should be:\n"
      << config.MarkdownTable();
}

}  // namespace
}  // namespace quorate::rpc
