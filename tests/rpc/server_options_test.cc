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

TEST(ServerOptionsTest, EveryNodeBeginsWithTheSameListWhoeverItIs) {
  ServerOptions options;
  options.bootstrap = "1=a:1/a:2/hall-a,2=b:1/b:2/hall-b";
  const auto first = PlanServer(options);
  options.node_id = 2;
  options.zone = "hall-b";
  const auto second = PlanServer(options);
  ASSERT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
  EXPECT_EQ(first->bootstrap, second->bootstrap);
  EXPECT_EQ(second->bootstrap[1].client_address, "b:1");
  EXPECT_EQ(second->bootstrap[1].zone, "hall-b");
}

TEST(ServerOptionsTest, RefusesWhatDiffersFromTheBootstrapList) {
  for (std::string ServerOptions::*setting :
       {&ServerOptions::zone, &ServerOptions::advertise, &ServerOptions::peer_advertise}) {
    ServerOptions options;
    options.bootstrap = "1=a:1/a:2/hall-a,2=b:1/b:2";
    options.*setting = "c:3";
    EXPECT_THAT(Refusal(options), HasSubstr("\"c:3\" differs from the bootstrap list"));
  }
}

TEST(ServerOptionsTest, AClusterOfOneIsFoundWhereItAdvertises) {
  ServerOptions options;
  options.zone = "hall-a";
  options.advertise = "public:7";
  const auto plan = PlanServer(options);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->bootstrap[0].client_address, "public:7");
  EXPECT_EQ(plan->bootstrap[0].peer_address, "127.0.0.1:7401");
  EXPECT_EQ(plan->bootstrap[0].zone, "hall-a");
  options.advertise = "public";
  EXPECT_THAT(Refusal(options), HasSubstr("advertise: \"public\" is not an address"));
}

TEST(ServerOptionsTest, WhoJoinsTellsItsAddressesZoneAndWeight) {
  ServerOptions options;
  options.join = "10.0.0.1:7400";
  options.zone = "hall-b";
  options.weight = 50;
  options.advertise = "db4:7400";
  const auto plan = PlanServer(options);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_TRUE(plan->join);
  EXPECT_EQ(plan->join->ToString(), "10.0.0.1:7400");
  EXPECT_EQ(plan->bootstrap[0].client_address, "db4:7400");
  EXPECT_EQ(plan->bootstrap[0].zone, "hall-b");
  EXPECT_EQ(plan->bootstrap[0].weight, 50u);
}

TEST(ServerOptionsTest, RefusesToJoinWhatCannotBeJoined) {
  ServerOptions options;
  options.join = "10.0.0.1";
  EXPECT_THAT(Refusal(options), HasSubstr("join: \"10.0.0.1\" is not an address"));
  options.join = "127.0.0.1:7400";
  EXPECT_THAT(Refusal(options), HasSubstr("is this node itself"));
  options.join = "10.0.0.1:7400";
  options.insecure = true;
  options.listen = "0.0.0.0:7400";
  EXPECT_THAT(Refusal(options), HasSubstr("advertise: other machines do not come to 0.0.0.0:7400"));
  options.advertise = "db4:7400";
  EXPECT_EQ(Refusal(options), "accepted");
  options.peer_listen = "[::]:7401";
  EXPECT_THAT(Refusal(options), HasSubstr("peer-advertise: other machines do not come to"));
  options = ServerOptions();
  options.join = "10.0.0.1:7400";
  options.bootstrap = "1=127.0.0.1:7400/127.0.0.1:7401";
  EXPECT_THAT(Refusal(options), HasSubstr("joins a running cluster or, with bootstrap"));
  options.join.clear();
  options.weight = 50;
  EXPECT_THAT(Refusal(options), HasSubstr("nodes of a bootstrap list all weigh 100"));
}

TEST(ServerOptionsTest, NamesWhatIsWrongInABootstrapList) {
  const std::pair<const char*, const char*> kCases[] = {
      {"1", "\"1\" is not a node"},
      {"1=a:1", "is not a node"},
      {"x=a:1/a:2", "is not a node"},
      {"0=a:1/a:2", "is not a node"},
      {"1=a:1/a:2/z/z", "is not a node"},
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

TEST(ServerOptionsTest, TheClocksBoundLeavesRoomForWhatIsReservedAndHedgingIsAShare) {
  const auto read = [](const std::string& flag) {
    ServerOptions options;
    Config config("kvd", "KVD_");
    AddSettings(config, options);
    return config.ReadFlags({flag}).ok();
  };
  EXPECT_TRUE(read("--clock-skew-max=2s"));
  EXPECT_FALSE(read("--clock-skew-max=500ms"));
  EXPECT_TRUE(read("--hedge-reads=1000"));
  EXPECT_FALSE(read("--hedge-reads=1001"));
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
