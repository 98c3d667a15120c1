// Plans that make no sense are told which value it is and what to do.
#include <gmock/gmock.h>

#include <fstream>

#include "kvload/load_fixture.h"

namespace quorate::load {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class PlanTest : public LoadTest {
 protected:
  // What kvload says of a job with these fields, instead of running it.
  std::string Refused(const json& job) {
    json whole = {{"keyspace", "default"}};
    whole.update(job);
    const Ran ran = Run(PlanOf(whole));
    EXPECT_EQ(ran.code, 2) << ran.output;
    EXPECT_EQ(ran.output.rfind("error: BAD_PLAN: ", 0), 0u) << ran.output;
    return ran.output;
  }
};

TEST_F(PlanTest, NamesAFieldThatThereIsNot) {
  EXPECT_THAT(Refused({{"client", 4}}),
              HasSubstr("job \"job\": \"client\" is 4: no such field; did you mean \"clients\"?"));
}

TEST_F(PlanTest, NamesAWorkloadThatThereIsNot) {
  EXPECT_THAT(Refused({{"workload", "regster"}}),
              AllOf(HasSubstr("\"regster\""), HasSubstr("did you mean \"register\"?")));
}

TEST_F(PlanTest, NamesALevelThatThereIsNot) {
  EXPECT_THAT(Refused({{"read", "LINEARIZBLE"}}), HasSubstr("\"read\" is \"LINEARIZBLE\""));
  EXPECT_THAT(Refused({{"read", "BOUNDED"}}), HasSubstr("\"read\" is \"BOUNDED\""));
  EXPECT_THAT(Refused({{"read", "LINEARIZABLE:20ms,ONE"}}), HasSubstr("not a ladder"));
}

TEST_F(PlanTest, SaysWhichLevelsTheModeHas) {
  EXPECT_THAT(Refused({{"read", "TWO"}}),
              AllOf(HasSubstr("a read at TWO"), HasSubstr("allows LINEARIZABLE, QUORUM")));
  EXPECT_THAT(Refused({{"write", "SESSION"}}), HasSubstr("a write at SESSION"));
  EXPECT_THAT(Refused({{"workload", "append"}, {"write", "ONE"}}),
              HasSubstr("write at QUORUM or LINEARIZABLE"));
}

TEST_F(PlanTest, SaysWhereAWorkloadRuns) {
  EXPECT_THAT(Refused({{"workload", "siblings"}}),
              HasSubstr("which is of mode raft: it runs in siblings"));
}

TEST_F(PlanTest, NamesTheKeyspacesThereAre) {
  EXPECT_THAT(
      Refused({{"keyspace", "defalt"}}),
      AllOf(HasSubstr("keyspace \"defalt\" is not there"), HasSubstr("did you mean \"default\"?")));
}

TEST_F(PlanTest, NamesNumbersOutOfBounds) {
  EXPECT_THAT(Refused({{"clients", 0}}), HasSubstr("must be a whole number from 1 to 1024"));
  EXPECT_THAT(Refused({{"timeout_ms", -1}}), HasSubstr("\"timeout_ms\" is -1"));
  EXPECT_THAT(Refused({{"rate", "fast"}}), HasSubstr("\"rate\" is \"fast\""));
  EXPECT_THAT(Refused({{"name", "../job"}}), HasSubstr("\"name\" is \"../job\""));
}

TEST_F(PlanTest, NamesWhatIsMissing) {
  json plan = PlanOf({{"keyspace", "default"}});
  plan["jobs"][0].erase("keyspace");
  EXPECT_THAT(Run(plan).output, HasSubstr("\"keyspace\" missing: it is needed"));
  plan.erase("jobs");
  EXPECT_THAT(Run(plan).output, HasSubstr("\"jobs\" missing: must be an array"));
  plan["jobs"] = json::array();
  EXPECT_THAT(Run(plan).output, HasSubstr("\"jobs\" is empty"));
}

TEST_F(PlanTest, RefusesTwoJobsOfOneName) {
  json plan = PlanOf({{"keyspace", "default"}});
  plan["jobs"].push_back(plan["jobs"][0]);
  EXPECT_THAT(Run(plan).output, HasSubstr("two jobs are named \"job\""));
}

TEST_F(PlanTest, RefusesANodeThatTheClusterHasNot) {
  json plan = PlanOf({{"keyspace", "default"}});
  plan["endpoints"]["n9"] = cluster().endpoint(1);
  const Ran ran = Run(plan);
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.output, HasSubstr("endpoint \"n9\": the cluster's nodes are n1, n2, n3"));
}

TEST_F(PlanTest, TellsWrongUsageFromWhatItCannotReach) {
  EXPECT_EQ(RunCommand(QUORATE_BIN_DIR "/kvload").code, 2);
  EXPECT_EQ(RunCommand(QUORATE_BIN_DIR "/kvload run").code, 2);
  const Ran missing = RunCommand(QUORATE_BIN_DIR "/kvload run /nowhere.json --out " + folder());
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.output, HasSubstr("/nowhere.json: No such file"));
  std::ofstream(folder() + "/load.json") << "{\"seed\": 1,";
  const Ran torn =
      RunCommand(QUORATE_BIN_DIR "/kvload run " + folder() + "/load.json --out " + folder());
  EXPECT_EQ(torn.code, 2);
  EXPECT_THAT(torn.output, HasSubstr("not JSON"));
  json nobody = PlanOf({{"keyspace", "default"}});
  nobody["endpoints"] = {{"n1", "127.0.0.1:1"}};
  const Ran ran = Run(nobody);
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.output, HasSubstr("127.0.0.1:1"));
}

TEST_F(PlanTest, HelpLeadsWithExamplesAndTellsExitCodes) {
  const Ran ran = RunCommand(QUORATE_BIN_DIR "/kvload --help");
  EXPECT_EQ(ran.code, 0);
  EXPECT_LT(ran.output.find("examples:"), ran.output.find("Usage:")) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("exit codes:"));
}

}  // namespace
}  // namespace quorate::load
