// kvctl explain, level and whatif.
#include <gmock/gmock.h>

#include "kvctl/command_line.h"

namespace quorate::kvctl {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExplainCommandTest : public CommandLineTest {};

TEST_F(ExplainCommandTest, SaysWhatAKeyspacesLevelsPromiseAndStand) {
  const Ended table = Kvctl("explain default --write ALL --read ONE");
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, AllOf(HasSubstr("on the disk of every replica"), HasSubstr("3 of 3"),
                               HasSubstr("stops without n"), HasSubstr("stops without zone a")));
  const auto json = Kvctl("explain default --output json").json();
  EXPECT_EQ(json["read"]["level"], "LINEARIZABLE");
  EXPECT_EQ(json["write"]["needs"], 2);
  EXPECT_EQ(json["write"]["one_node"]["stopped_partitions"], 0);
  EXPECT_EQ(json["write"]["one_zone"]["worst"], "a");  // two of the three are in it
}

TEST_F(ExplainCommandTest, ShowsTheLatencyOfRequestsThatThereWere) {
  for (int i = 0; i < 8; ++i) {  // wherever its partition is led
    ASSERT_EQ(Kvctl("put default key" + std::to_string(i) + " v --level ONE").code, 0);
  }
  bool seen = false;
  for (int i = 0; i < 10 && !seen; ++i) {  // each asks another node
    const auto json = Kvctl("explain default --write ONE --output json").json();
    for (const auto& latency : json["write"]["latency"]) {
      seen = seen || (latency["operation"] == "put" && latency["requests"] > 0 &&
                      latency["p50_us"] > 0 && latency["p99_us"] >= latency["p50_us"]);
    }
  }
  EXPECT_TRUE(seen);
  EXPECT_THAT(Kvctl("explain default --read SESSION --write LINEARIZABLE").out,
              HasSubstr("no traffic at these levels yet"));
}

TEST_F(ExplainCommandTest, RefusesLevelsAndKeyspacesThatThereAreNot) {
  const Ended level = Kvctl("explain default --read ALL");
  EXPECT_EQ(level.code, 2);
  EXPECT_THAT(level.err, HasSubstr("LEVEL_UNSUPPORTED"));
  EXPECT_THAT(Kvctl("explain default --read QUORM").err, HasSubstr("did you mean \"QUORUM\""));
  const Ended keyspace = Kvctl("explain defaut");
  EXPECT_EQ(keyspace.code, 3);
  EXPECT_THAT(keyspace.err, HasSubstr("did you mean \"default\""));
}

TEST_F(ExplainCommandTest, SaysWhatAnErrorMeansAndWhatToDo) {
  const Ended reason = Kvctl("explain REPLICA_DOWN --endpoints 127.0.0.1:1");  // asks nobody
  EXPECT_EQ(reason.code, 0);
  EXPECT_THAT(reason.out, AllOf(HasSubstr("needs every replica"), HasSubstr("write at QUORUM")));
  EXPECT_EQ(Kvctl("explain REPLICA_DOWN --output json").json()["reason"], "REPLICA_DOWN");
  const Ended unknown = Kvctl("explain REPLICA_DWN");
  EXPECT_EQ(unknown.code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean \"REPLICA_DOWN\""));
}

TEST_F(ExplainCommandTest, ListsExplainsAndComparesLevelsWithoutACluster) {
  const std::string alone = " --endpoints 127.0.0.1:1";
  const Ended list = Kvctl("level list" + alone);
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.out, AllOf(HasSubstr("LINEARIZABLE"), HasSubstr("LEASE"), HasSubstr("no"),
                              HasSubstr("quorum: write"), HasSubstr("register: write")));
  for (const auto& [mode, registers, taken] :
       std::vector<std::tuple<std::string, bool, std::string>>{
           {"raft", false, "no"}, {"quorum", false, "yes"}, {"quorum", true, "no"}}) {
    const nlohmann::json line = {{"level", "EACH_QUORUM"},
                                 {"mode", mode},
                                 {"read", "no"},
                                 {"registers", registers},
                                 {"write", taken}};
    EXPECT_THAT(Kvctl("level list --output json" + alone).out, HasSubstr(line.dump()));
  }
  EXPECT_THAT(Kvctl("level explain 'BOUNDED(2s)'" + alone).out,
              AllOf(HasSubstr("longer ago than its bound"), HasSubstr("writes: refused")));
  EXPECT_THAT(Kvctl("level compare ONE ALL" + alone).out,
              AllOf(HasSubstr("may be lost"), HasSubstr("3 of 3"), HasSubstr("register")));
  EXPECT_THAT(Kvctl("level explain EACH_QUORUM" + alone).out,
              AllOf(HasSubstr("in mode raft\n  writes: refused"), HasSubstr("in mode quorum\n"),
                    HasSubstr("in each zone"), HasSubstr("of registers\n  writes: refused")));
  EXPECT_EQ(Kvctl("level explain SOON" + alone).code, 2);
}

TEST_F(ExplainCommandTest, SaysWhatStopsWithoutNodesOrAZone) {
  const Ended one = Kvctl("whatif --down n3");
  EXPECT_EQ(one.code, 10);  // writes at ALL
  EXPECT_THAT(one.out, AllOf(HasSubstr("stops"), HasSubstr("goes on")));
  const auto zone = Kvctl("whatif --zone a --output json").json();
  EXPECT_EQ(zone["down"], nlohmann::json({1, 2}));
  EXPECT_TRUE(zone["topology_stops"]);
  for (const auto& level : zone["keyspaces"][0]["levels"]) {
    const bool on =
        level["access"] == "read" && (level["level"] == "ONE" || level["level"] == "SESSION");
    EXPECT_EQ(level["stopped_partitions"], on ? 0 : 8) << level;
    EXPECT_EQ(level["until"], level["level"] == "BOUNDED" ? "its bound"
                              : level["level"] == "LEASE" ? "the leader's lease"
                                                          : "");
  }
  EXPECT_THAT(Kvctl("whatif --zone a").out, HasSubstr("stops once its bound has run out"));
  EXPECT_THAT(Kvctl("explain default --read 'BOUNDED(2s)'").out,
              HasSubstr("stops without zone a once its bound has run out"));
  // Of each keyspace the levels that it has.
  ASSERT_EQ(Kvctl("keyspace create seats --mode quorum --conflict register").code, 0);
  std::vector<std::string> writes;
  const auto weighed = Kvctl("whatif --zone a --output json").json();
  for (const auto& keyspace : weighed["keyspaces"]) {
    for (const auto& level : keyspace["levels"]) {
      if (keyspace["keyspace"] == "seats" && level["access"] == "write") {
        writes.push_back(level["level"]);
      }
    }
  }
  EXPECT_THAT(writes, ElementsAre("LINEARIZABLE"));
  EXPECT_EQ(Kvctl("whatif").code, 2);
  EXPECT_THAT(Kvctl("whatif --down n7").err, HasSubstr("no such node"));
  EXPECT_THAT(Kvctl("whatif --zone c").err, HasSubstr("no node is in it"));
}

}  // namespace
}  // namespace quorate::kvctl
