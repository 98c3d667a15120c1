// Each workload on a healthy cluster: its history passes, holds what it is about, and
// does not pass once it tells something else than what happened.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "kvload/falsify.h"
#include "kvload/load_fixture.h"

namespace quorate::load {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

struct Case {
  std::string name;
  Conflict policy = Conflict::kNone;  // kNone: mode raft
  json job;
  std::vector<std::string> operations;  // that have to be done, each
  Falsify falsify = nullptr;            // of which the judge has to take notice
  int duration_ms = 700;
};

class WorkloadTest : public LoadTest, public ::testing::WithParamInterface<Case> {
 protected:
  std::string MakeKeyspaceOf(Conflict policy) {
    return MakeKeyspace({.mode = policy == Conflict::kNone ? Mode::kRaft : Mode::kQuorum,
                         .partitions = 2,
                         .conflict = policy});
  }
};

TEST_P(WorkloadTest, PassesUnlessSomethingElseIsWrittenDown) {
  json job = GetParam().job;
  job["keyspace"] = MakeKeyspaceOf(GetParam().policy);
  const json plan = PlanOf(job, GetParam().duration_ms);
  const Ran run = Run(plan);
  ASSERT_EQ(run.code, 0) << run.output;
  const Ran settled = Settle(plan);
  ASSERT_EQ(settled.code, 0) << settled.output;
  EXPECT_THAT(settled.output, HasSubstr("at 3 replicas, all equal"));

  std::set<std::string> done;
  std::set<std::string> targets;
  for (const json& op : Operations()) {
    if (op["outcome"] == "done") done.insert(op["op"]);
    targets.insert(op["target"]);
  }
  EXPECT_THAT(done, IsSupersetOf(GetParam().operations)) << run.output;
  EXPECT_EQ(targets, (std::set<std::string>{"n1", "n2", "n3"}));
  const Ran checked = Check();
  EXPECT_EQ(checked.code, 0) << checked.output;

  std::vector<json> lines = Lines();
  ASSERT_TRUE(GetParam().falsify(lines));
  SaveLines(lines);
  const Ran noticed = Check();
  EXPECT_EQ(noticed.code, 10) << noticed.output;
}

std::vector<Case> Cases() {
  using enum Conflict;
  return {
      {"RegisterInRaft",
       kNone,
       {{"workload", "register"}},
       {"get", "put", "delete"},
       &ReadTheFirstValueLast},
      // Clients at a steady pace would never meet, and then nothing would be checked.
      {"RegisterAtARate",
       kNone,
       {{"workload", "register"}, {"rate", 100}, {"clients", 3}, {"keys", 1}},
       {"get", "put"},
       &ReadTheFirstValueLast,
       2500},
      {"RegisterInRegisters",
       kRegister,
       {{"workload", "register"}},
       {"get", "put", "delete"},
       &ReadTheFirstValueLast},
      {"RegisterUnderLww",
       kLww,
       {{"workload", "register"}},
       {"get", "put", "delete"},
       &ReadTheFirstValueLast},
      {"RegisterAtOne",
       kNone,
       {{"workload", "register"}, {"read", "ONE"}, {"write", "ONE"}},
       {"get", "put"},
       &ReadFromNowhere},
      {"SetInRaft", kNone, {{"workload", "set"}}, {"get", "set_add"}, &LoseAnElement},
      {"SetUnderSet", kSet, {{"workload", "set"}}, {"get", "set_add"}, &LoseAnElement},
      {"CounterInRaft", kNone, {{"workload", "counter"}}, {"get", "add"}, &CountTooMuch},
      {"CounterInRegisters", kRegister, {{"workload", "counter"}}, {"get", "add"}, &CountTooMuch},
      {"CounterUnderCounter", kCounter, {{"workload", "counter"}}, {"get", "add"}, &CountTooMuch},
      {"AppendInRaft", kNone, {{"workload", "append"}}, {"get", "append"}, &SwapElements},
      {"AppendInRegisters", kRegister, {{"workload", "append"}}, {"get", "append"}, &SwapElements},
      {"BatchInRaft", kNone, {{"workload", "batch"}}, {"get", "put"}, &TearABatch},
      {"SessionInRaft",
       kNone,
       {{"workload", "session"}, {"read", "SESSION"}},
       {"get", "put"},
       &ForgetWhatTheSessionWrote},
      {"SessionUnderLww",
       kLww,
       {{"workload", "session"}, {"read", "SESSION"}},
       {"get", "put"},
       &ForgetWhatTheSessionWrote},
      {"BoundedInRaft",
       kNone,
       {{"workload", "bounded"}, {"read", "BOUNDED(200ms)"}, {"rotate_after", 0}},
       {"get", "put"},
       &ReadTheFirstValueLast},
      {"BoundedUnderLww",
       kLww,
       {{"workload", "bounded"}, {"read", "BOUNDED(200ms)"}, {"rotate_after", 0}},
       {"get", "put"},
       &ReadTheFirstValueLast},
      {"Siblings",
       kSiblings,
       {{"workload", "siblings"}},
       {"get", "put", "delete"},
       &BringBackASibling},
      {"CrdtUnderCounter", kCounter, {{"workload", "crdt"}}, {"get", "add"}, &CountTooMuch},
      {"CrdtUnderSet",
       kSet,
       {{"workload", "crdt"}},
       {"get", "set_add", "set_remove"},
       &BringBackAnElement},
      {"CrdtUnderMap",
       kMap,
       {{"workload", "crdt"}},
       {"get", "put", "add", "set_add", "set_remove"},
       &CountTooMuch},
      {"ExpiryInRaft",
       kNone,
       {{"workload", "expiry"}, {"ttl_ms", 400}, {"rate", 300}},
       {"get", "put"},
       &ReadWhatExpired,
       2500},
      {"ExpiryUnderLww",
       kLww,
       {{"workload", "expiry"}, {"ttl_ms", 400}, {"rate", 300}},
       {"get", "put"},
       &ReadWhatExpired,
       2500},
  };
}

INSTANTIATE_TEST_SUITE_P(All, WorkloadTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace quorate::load
