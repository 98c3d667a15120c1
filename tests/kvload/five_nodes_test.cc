// Keyspaces with fewer replicas than nodes: each key is judged at its own replicas.
#include <gmock/gmock.h>

#include <set>

#include "kvload/load_fixture.h"

namespace quorate::load {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

struct Case {
  std::string name;
  Conflict policy = Conflict::kNone;  // kNone: mode raft
  std::string workload;
};

class FiveNodesTest : public LoadTest, public ::testing::WithParamInterface<Case> {
 protected:
  static void SetUpTestSuite() { StartCluster(5); }

  // Of a job whose keyspace has three replicas, some of them at each node.
  json PlanOfThree() {
    const Conflict policy = GetParam().policy;
    const std::string keyspace =
        MakeKeyspace({.mode = policy == Conflict::kNone ? Mode::kRaft : Mode::kQuorum,
                      .replicas = 3,
                      .partitions = 8,
                      .conflict = policy});
    return PlanOf(
        {{"workload", GetParam().workload}, {"keyspace", keyspace}, {"keys", 12}, {"clients", 10}});
  }

  // The history without the lines that `is_gone` says yes to, judged.
  template <class Gone>
  Ran CheckWithout(const Gone& is_gone) {
    const std::vector<json> lines = Lines();
    std::vector<json> left;
    for (const json& line : lines) {
      if (!is_gone(line)) left.push_back(line);
    }
    EXPECT_LT(left.size(), lines.size()) << "the history has no such line";
    SaveLines(left);
    const Ran ran = Check();
    SaveLines(lines);
    return ran;
  }
};

bool IsPlacement(const json& line) { return line.contains("key") && line.contains("replicas"); }

TEST_P(FiveNodesTest, EachKeyIsJudgedAtItsOwnReplicasAndAtAllOfThem) {
  const json plan = PlanOfThree();
  const Ran run = Run(plan);
  ASSERT_EQ(run.code, 0) << run.output;
  const Ran settled = Settle(plan);
  ASSERT_EQ(settled.code, 0) << settled.output;
  const Ran checked = Check();
  EXPECT_EQ(checked.code, 0) << checked.output;

  std::set<std::string> keys;
  std::set<std::string> nodes;
  json held;  // some line of a replica
  for (const json& line : Lines()) {
    if (line.contains("op")) keys.insert(line["key"].get<std::string>());
    if (line.contains("replica") && line.contains("key")) held = line;
  }
  for (const json& line : Lines()) {
    if (!IsPlacement(line)) continue;
    keys.erase(line["key"].get<std::string>());
    EXPECT_EQ(line["replicas"].size(), 3u) << line;
    for (const json& node : line["replicas"]) nodes.insert(node.get<std::string>());
  }
  EXPECT_TRUE(keys.empty()) << "of those nobody says where they are";
  EXPECT_EQ(nodes.size(), 5u);

  const Ran lost = CheckWithout([&](const json& line) { return line == held; });
  EXPECT_EQ(lost.code, 10);
  EXPECT_THAT(lost.output, HasSubstr("replicas differ"));
  const Ran unread = CheckWithout([&](const json& line) {
    return line.contains("replica") && line["replica"] == held["replica"];
  });
  EXPECT_EQ(unread.code, 10);
  EXPECT_THAT(unread.output, HasSubstr("not every replica was read"));
  EXPECT_THAT(unread.output, HasSubstr("\nundecided\n"));
  const Ran unplaced = CheckWithout(IsPlacement);
  EXPECT_EQ(unplaced.code, 10);
  EXPECT_THAT(unplaced.output, HasSubstr("replicas differ"));
}

TEST_P(FiveNodesTest, ANodeThatCannotBeAskedIsNoPass) {
  json plan = PlanOfThree();
  plan["endpoints"].erase("n4");
  ASSERT_EQ(Run(plan).code, 0);
  const Ran settled = Settle(plan, "--timeout 1");
  EXPECT_EQ(settled.code, 10);
  EXPECT_THAT(settled.output, HasSubstr("job: not converged: n4: it is no endpoint of the plan"));
  const Ran checked = Check();
  EXPECT_EQ(checked.code, 10);
  EXPECT_THAT(checked.output, HasSubstr("not every replica was read"));
}

INSTANTIATE_TEST_SUITE_P(All, FiveNodesTest,
                         ::testing::Values(Case{"RegisterInRaft", Conflict::kNone, "register"},
                                           Case{"SetInRaft", Conflict::kNone, "set"},
                                           Case{"Registers", Conflict::kRegister, "register"},
                                           Case{"Lww", Conflict::kLww, "register"},
                                           Case{"Map", Conflict::kMap, "crdt"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace quorate::load
