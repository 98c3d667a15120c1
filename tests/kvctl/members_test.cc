// kvctl node list, decommission and replace; kvctl cluster plan and moves. What moves for
// real is tests/cluster/join_test.cc's.
#include <gmock/gmock.h>

#include "kvctl/command_line.h"

namespace quorate::kvctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class MembersCommandTest : public CommandLineTest {};

TEST_F(MembersCommandTest, ListsTheNodesWithZoneWeightAndMembership) {
  const Ended list = Kvctl("node list");
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_THAT(list.out, AllOf(HasSubstr("zone"), HasSubstr("weight"), HasSubstr("member"),
                              HasSubstr("n1"), HasSubstr("n3")));
  const std::string lines = Kvctl("node list --output json").out;
  const nlohmann::json first = nlohmann::json::parse(lines.substr(0, lines.find('\n')));
  EXPECT_EQ(first["node"], 1);
  EXPECT_EQ(first["zone"], "a");
  EXPECT_EQ(first["weight"], 100);
  EXPECT_EQ(first["membership"], "member");
  EXPECT_THAT(Kvctl("cluster status").out, AllOf(HasSubstr("zone"), HasSubstr("weight")));
  EXPECT_THAT(Kvctl("node show n3").out, HasSubstr("zone b, weight 100"));
  EXPECT_EQ(Kvctl("cluster status --output json").json()["nodes"][0]["membership"], "member");
}

TEST_F(MembersCommandTest, PlansWhatAFurtherNodeWouldGet) {
  const nlohmann::json plan =
      Kvctl("cluster plan --add --zone c --weight 100 --output json").json();
  EXPECT_EQ(plan["node"], 4);
  ASSERT_EQ(plan["nodes"].size(), 4u);
  EXPECT_EQ(plan["nodes"][3]["replicas_before"], 0);
  EXPECT_GT(plan["nodes"][3]["replicas_after"], 0);
  EXPECT_GT(plan["moves"].size(), 0u);
  EXPECT_GE(plan["moves"].size(), plan["moves_min"]);
  for (const auto& move : plan["moves"]) EXPECT_EQ(move["to"], 4);
  const Ended table = Kvctl("cluster plan --add");
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, AllOf(HasSubstr("replicas before"), HasSubstr("would be copied")));
  EXPECT_EQ(Kvctl("node list --output json").out.find("\"node\":4"), std::string::npos)
      << "a plan changes nothing";
}

TEST_F(MembersCommandTest, WhatCannotBeIsRefusedInThePlanAsInTheDeed) {
  for (const char* command : {"cluster plan --decommission n2", "node decommission n2 --dry-run",
                              "node replace n2 --dry-run", "node decommission n2 --confirm n2"}) {
    SCOPED_TRACE(command);
    const Ended refused = Kvctl(command);
    EXPECT_NE(refused.code, 0);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("TOO_FEW_NODES"), HasSubstr("add a node first")));
  }
  EXPECT_THAT(Kvctl("cluster plan --decommission n9").err, HasSubstr("NODE_NOT_FOUND"));
  EXPECT_THAT(Kvctl("cluster plan --add --weight 0").err, HasSubstr("NODE_WEIGHT_INVALID"));
  EXPECT_EQ(Kvctl("cluster plan").code, 2);
  EXPECT_EQ(Kvctl("cluster plan --add --decommission n2").code, 2);
  EXPECT_EQ(Kvctl("node decommission second --confirm second").code, 2);
}

TEST_F(MembersCommandTest, LettingANodeGoWantsItsNameOnceMore) {
  for (const std::string verb : {"decommission", "replace"}) {
    SCOPED_TRACE(verb);
    EXPECT_THAT(Kvctl("node " + verb + " n2 --no-input").err,
                AllOf(HasSubstr("NOT_CONFIRMED"), HasSubstr("--confirm n2")));
    EXPECT_THAT(Kvctl("node " + verb + " n2 --confirm n3").err, HasSubstr("NOT_CONFIRMED"));
  }
  const Ended alive = Kvctl("node replace n2 --confirm n2");
  EXPECT_THAT(alive.err, AllOf(HasSubstr("NODE_ALIVE"), HasSubstr("kvctl node decommission n2")));
  EXPECT_THAT(Kvctl("node list").out, Not(HasSubstr("leaving")));
}

TEST_F(MembersCommandTest, NothingMovesInAClusterAtRest) {
  EXPECT_THAT(Kvctl("cluster moves").out, HasSubstr("nothing moves"));
  const nlohmann::json moves = Kvctl("cluster moves --output json").json();
  EXPECT_TRUE(moves["moves"].empty());
  EXPECT_EQ(moves["waiting"], 0);
}

}  // namespace
}  // namespace quorate::kvctl
