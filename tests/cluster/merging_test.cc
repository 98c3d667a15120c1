// Keyspaces whose policies merge, over real processes: through the client library
// and kvctl, over kills, and with what does not belong there.
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/time/clock.h"
#include "base/error.h"
#include "base/strings.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MergingTest : public ::testing::Test {
 protected:
  Keyspace Make(const std::string& name, Conflict conflict) {
    const auto made = client_.CreateKeyspace(
        name, {.mode = Mode::kQuorum, .partitions = 2, .conflict = conflict});
    EXPECT_TRUE(made.ok()) << made.status();
    return client_.Keyspace(name);
  }
  Refusal Kvctl(std::vector<std::string> arguments) {
    std::vector<std::string> command = {QUORATE_BIN_DIR "/kvctl", "--endpoints",
                                        cluster_.endpoints()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunToEnd(command);
  }
  nlohmann::json Shown(const std::string& keyspace, const std::string& key) {
    const Refusal read = Kvctl({"get", keyspace, key, "--output", "json"});
    EXPECT_EQ(read.exit_code, 0) << read.output;
    return nlohmann::json::parse(read.output, nullptr, false);
  }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
};

TEST_F(MergingTest, SiblingsAreKeptUntilOneIsPutInTheirPlace) {
  Keyspace notes = Make("notes", Conflict::kSiblings);
  ASSERT_TRUE(notes.Put("k", "a").ok());
  ASSERT_TRUE(notes.Put("k", "b").ok());
  const auto both = notes.Get("k");
  ASSERT_TRUE(both.ok() && both->merged) << both.status();
  ASSERT_EQ(both->merged->siblings.size(), 2u);
  EXPECT_EQ(both->merged->siblings.front().value, "b");
  EXPECT_EQ(both->value, "b");
  const auto one = notes.Put("k", "both", {.context = both->merged->context});
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(notes.Get("k")->merged->siblings.size(), 1u);
  EXPECT_EQ(ReasonOf(notes.Put("other", "v", {.context = one->context}).status()),
            "FOREIGN_CONTEXT");
  EXPECT_EQ(ReasonOf(notes.Delete("k").status()), "CONTEXT_NEEDED");
  ASSERT_TRUE(notes.Delete("k", {.context = one->context}).ok());
  EXPECT_FALSE(notes.Get("k")->found());
}

// A quorum without the coordinator is gone while it waits for its answer.
TEST_F(MergingTest, AFloodOfBlindPutsIsRefusedCountedAndEndedByOneThatHasRead) {
  Keyspace notes = Make("notes", Conflict::kSiblings);
  absl::Status last;
  int puts = 0;
  for (; last.ok() && puts < 100; ++puts) {
    last = notes.Put("k", std::to_string(puts), {.level = Level::kAll}).status();
  }
  EXPECT_EQ(puts, 17);
  EXPECT_EQ(ReasonOf(last), "SIBLINGS_FULL");
  EXPECT_EQ(OutcomeOf(last), Outcome::kNotDone);
  uint64_t counted = 0;
  for (int node = 1; node <= 3; ++node) {
    const std::string page = HttpGet(cluster_.http_port(node), "/metrics");
    counted += page.find("\nquorate_values_full_total 1\n") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(counted, 1u) << "by who was asked";
  const Refusal told = Kvctl({"put", "notes", "k", "v"});
  EXPECT_EQ(told.exit_code, 5) << told.output;
  EXPECT_THAT(told.output, HasSubstr("try: kvctl get KEYSPACE KEY --output json"));
  EXPECT_EQ(Kvctl({"put", "notes", "k", "one", "--context",
                   Shown("notes", "k")["context"].get<std::string>()})
                .exit_code,
            0);
  EXPECT_EQ(notes.Get("k")->merged->siblings.size(), 1u);
}

TEST_F(MergingTest, WhatBecameOfAnAdditionIsToldThoughItsCoordinatorWasKilled) {
  Keyspace visits = Make("visits", Conflict::kCounter);
  ASSERT_TRUE(visits.Add("k", 1).ok());
  std::vector<OperationId> unknown;
  int64_t added = 1;
  for (int node = 1; node <= 3; ++node) {
    std::atomic<bool> stop = false;
    std::mutex mutex;
    std::thread adder([&] {
      while (!stop) {
        const auto sum = visits.Add("k", 1, {.deadline = absl::Milliseconds(300)});
        const std::lock_guard lock(mutex);
        if (sum.ok()) ++added;
        if (OutcomeOf(sum.status()) == Outcome::kUnknown) {
          ASSERT_TRUE(OperationOf(sum.status())) << sum.status();
          unknown.push_back(*OperationOf(sum.status()));
        }
      }
    });
    const auto so_far = [&] {
      const std::lock_guard lock(mutex);
      return added;
    };
    const int64_t before = so_far();
    EXPECT_TRUE(Eventually([&] { return so_far() > before + 20; }));
    cluster_.Kill(node);
    EXPECT_TRUE(Eventually([&] { return so_far() > before + 40; }));
    cluster_.Start(node);
    cluster_.WaitReady(node);
    stop = true;
    adder.join();
  }
  // Now that all are there, each has its fate.
  for (const OperationId& operation : unknown) {
    Refusal told;
    EXPECT_TRUE(Eventually([&] {
      told = Kvctl({"resolve", OperationText(operation), "--output", "json"});
      return told.exit_code == 0 || told.output.find("never") != std::string::npos;
    })) << told.output;
    if (told.exit_code == 0) ++added;
  }
  const auto read = visits.Get("k", {.level = Level::kAll, .deadline = absl::Seconds(20)});
  ASSERT_TRUE(read.ok() && read->found()) << read.status();
  EXPECT_EQ(*read->value, std::to_string(added));
}

TEST_F(MergingTest, AWriteThatNeverCameIsToldSoAndRefusedThen) {
  Keyspace visits = Make("visits", Conflict::kCounter);
  ASSERT_TRUE(visits.Add("k", 1).ok());
  const auto topology = client_.Topology();
  ASSERT_TRUE(topology.ok()) << topology.status();
  const PartitionId partition = topology->FindKeyspace("visits")->partitions.front().id;
  const uint64_t now_us = static_cast<uint64_t>(absl::ToUnixMicros(absl::Now()));
  const std::string operation = StrCat("visits/", partition.value(), "/", (now_us << 12) + 1, "/7");
  const Refusal looked = Kvctl({"resolve", operation, "--look"});
  EXPECT_EQ(looked.exit_code, 6) << looked.output;
  EXPECT_THAT(looked.output, HasSubstr("possible"));
  const Refusal told = Kvctl({"resolve", operation});
  EXPECT_EQ(told.exit_code, 5) << told.output;
  EXPECT_THAT(told.output, HasSubstr("never"));
  cluster_.Kill(2);
  EXPECT_TRUE(Eventually([&] {
    const Refusal missing = Kvctl({"resolve", StrCat(operation, "1")});
    return missing.output.find("REPLICAS_MISSING") != std::string::npos;
  }));
  EXPECT_EQ(visits.Get("k")->value, "1");
}

TEST_F(MergingTest, SetsAndMapsAreExportedAndImportedElsewhereAsTheyWere) {
  for (const char* name : {"carts", "carts2"}) Make(name, Conflict::kSet);
  for (const char* name : {"users", "users2"}) Make(name, Conflict::kMap);
  const std::string odd("\xff\x00\"b", 4);
  Keyspace carts = client_.Keyspace("carts");
  for (const std::string& element : {std::string("a"), odd, std::string()}) {
    ASSERT_TRUE(carts.Mutate(Mutation::AddElement("k", element)).ok());
  }
  Keyspace users = client_.Keyspace("users");
  ASSERT_TRUE(users.Mutate(Mutation::PutField("u", "name", odd)).ok());
  ASSERT_TRUE(users.Mutate(Mutation::AddToField("u", "visits", -7)).ok());
  ASSERT_TRUE(users.Mutate(Mutation::AddFieldElement("u", "tags", "x")).ok());
  ASSERT_TRUE(users.Mutate(Mutation::AddFieldElement("u", "tags", "y")).ok());
  for (const std::string name : {"carts", "users"}) {
    const std::string file = ::testing::TempDir() + name + ".jsonl";
    ASSERT_EQ(Kvctl({"export", name, file}).exit_code, 0);
    const Refusal imported = Kvctl({"import", name + "2", file});
    EXPECT_EQ(imported.exit_code, 0) << imported.output;
  }
  for (const char* field : {"elements", "fields"}) {
    const std::string name = field == std::string("elements") ? "carts" : "users";
    const std::string key = name == "carts" ? "k" : "u";
    EXPECT_EQ(Shown(name, key)[field], Shown(name + "2", key)[field]);
    EXPECT_EQ(Shown(name, key)[field].size(), 3u);
  }
}

TEST_F(MergingTest, ACounterIsTheSumOfWhatWasAddedOverKills) {
  Keyspace hits = Make("hits", Conflict::kCounter);
  int64_t sum = 0;
  for (int64_t i = 1; i <= 60; ++i) {
    const auto added = hits.Add("k", i);
    ASSERT_TRUE(added.ok()) << added.status();
    sum += i;
  }
  for (int node = 1; node <= 3; ++node) cluster_.Kill(node);
  for (int node = 1; node <= 3; ++node) cluster_.Start(node);
  cluster_.WaitReady();
  const auto added = hits.Add("k", -5);
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->sum, sum - 5);
  EXPECT_EQ(hits.Get("k")->value, std::to_string(sum - 5));
}

// Each start adds an entry to the counter, until what ended starts counted is folded
// into the present one's.
TEST_F(MergingTest, ACounterTakesNoMoreRoomForStartsThatHaveEnded) {
  Keyspace hits = Make("hits", Conflict::kCounter);
  const auto bytes = [this] {
    const Refusal told = Kvctl({"key", "inspect", "hits", "k", "--output", "json"});
    const auto shown = nlohmann::json::parse(told.output, nullptr, false);
    uint64_t most = 0;
    if (shown.is_discarded() || !shown["unreachable"].empty()) return UINT64_MAX;
    for (const auto& one : shown["replicas"]) most = std::max(most, one["bytes"].get<uint64_t>());
    return most;
  };
  // n1 is a replica, and so is who adds.
  const auto add = [this](int64_t delta) {
    const auto added = cluster_.Only(1).Keyspace("hits").Add("k", delta, {.level = Level::kAll});
    EXPECT_TRUE(added.ok()) << added.status();
    return added.ok() ? added->sum : 0;
  };
  add(1'000'000);
  const uint64_t of_one_start = bytes();
  EXPECT_LT(of_one_start, 100u);
  int64_t sum = 1'000'000;
  for (int start = 0; start < 4; ++start) {
    cluster_.Kill(1);
    cluster_.Start(1);
    cluster_.WaitReady();
    sum += 1;
    EXPECT_EQ(add(1), sum);
  }
  EXPECT_TRUE(Eventually([&] {
    sum += 1;
    // Not two of them: it knows besides how far others were folded.
    return add(1) == sum && bytes() < of_one_start + 9;
  })) << bytes()
      << " bytes, of one start " << of_one_start;
  EXPECT_EQ(hits.Get("k", {.level = Level::kAll})->value, std::to_string(sum));
}

TEST_F(MergingTest, SetsAndMapsAreChangedByElementAndField) {
  Keyspace carts = Make("carts", Conflict::kSet);
  ASSERT_TRUE(carts.Mutate(Mutation::AddElement("ann", "apples")).ok());
  ASSERT_TRUE(carts.Mutate(Mutation::AddElement("ann", "pears")).ok());
  auto cart = carts.Get("ann");
  ASSERT_TRUE(cart.ok() && cart->merged) << cart.status();
  EXPECT_THAT(cart->merged->elements, ElementsAre("apples", "pears"));
  ASSERT_TRUE(carts.Mutate(Mutation::RemoveElement("ann", "apples", cart->merged->context)).ok());
  EXPECT_THAT(carts.Get("ann")->merged->elements, ElementsAre("pears"));
  EXPECT_EQ(ReasonOf(carts.Add("ann", 1).status()), "WRONG_POLICY");

  Keyspace users = Make("users", Conflict::kMap);
  Pipeline pipe = users.Pipeline();
  absl::Status failed;
  for (Mutation& mutation : std::vector<Mutation>{Mutation::PutField("u", "name", "Ann"),
                                                  Mutation::AddToField("u", "visits", 2),
                                                  Mutation::AddFieldElement("u", "tags", "new")}) {
    pipe.Mutate(std::move(mutation), [&failed](absl::StatusOr<WriteReceipt> written) {
      failed.Update(written.status());
    });
  }
  pipe.Drain();
  ASSERT_TRUE(failed.ok()) << failed;
  const auto user = users.Get("u");
  ASSERT_TRUE(user.ok() && user->merged) << user.status();
  ASSERT_EQ(user->merged->fields.size(), 3u);
  EXPECT_EQ(std::get<std::string>(user->merged->fields[0].content), "Ann");
  EXPECT_THAT(std::get<Field::Elements>(user->merged->fields[1].content), ElementsAre("new"));
  EXPECT_EQ(std::get<int64_t>(user->merged->fields[2].content), 2);
  auto cursor = users.Scan({.level = Level::kOne});
  ASSERT_TRUE(cursor.Next()) << cursor.status();
  EXPECT_EQ(cursor.record().merged->fields.size(), 3u);
}

TEST_F(MergingTest, ModeRaftRefusesContextsSetsAndMapsBeforeItsLog) {
  ASSERT_TRUE(client_.CreateKeyspace("orders", {}).ok());
  Keyspace orders = client_.Keyspace("orders");
  ASSERT_TRUE(orders.Put("k", "v").ok());
  for (const absl::Status& refused :
       {orders.Put("k", "w", {.context = "c"}).status(),
        orders.Delete("k", {.context = "c"}).status(),
        orders.Mutate(Mutation::AddElement("k", "e")).status(),
        orders.Mutate(Mutation::PutField("k", "f", "v")).status(),
        orders.Batch({Mutation::Put("k", "w"), Mutation::AddElement("k", "e")}).status()}) {
    EXPECT_EQ(ReasonOf(refused), "MERGING_POLICY_NEEDED") << refused;
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(OutcomeOf(refused), Outcome::kNotDone);
  }
  EXPECT_EQ(orders.Get("k")->value, "v");
  EXPECT_TRUE(orders.Mutate(Mutation::Add("n", 2)).ok());
}

TEST_F(MergingTest, KvctlMakesShowsAndChangesThem) {
  for (const char* policy : {"siblings", "counter", "set", "map"}) {
    const Refusal made =
        Kvctl({"keyspace", "create", policy, "--mode", "quorum", "--conflict", policy});
    ASSERT_EQ(made.exit_code, 0) << made.output;
  }
  EXPECT_EQ(Kvctl({"put", "siblings", "k", "a"}).exit_code, 0);
  EXPECT_EQ(Kvctl({"put", "siblings", "k", "b"}).exit_code, 0);
  const auto both = Shown("siblings", "k");
  ASSERT_EQ(both["siblings"].size(), 2u) << both;
  const Refusal table = Kvctl({"get", "siblings", "k", "--output", "table"});
  EXPECT_THAT(table.output, HasSubstr("b\na\n"));
  EXPECT_THAT(table.output, HasSubstr("2 values were written at once"));
  EXPECT_EQ(Kvctl({"put", "siblings", "k", "c", "--context", both["context"]}).exit_code, 0);
  EXPECT_EQ(Shown("siblings", "k")["siblings"].size(), 1u);
  EXPECT_EQ(Kvctl({"put", "siblings", "k", "c", "--context", "?"}).exit_code, 2);

  EXPECT_THAT(Kvctl({"incr", "counter", "k", "--by", "4"}).output, HasSubstr("4"));
  EXPECT_THAT(Kvctl({"put", "counter", "k", "4"}).output, HasSubstr("WRONG_POLICY"));

  EXPECT_EQ(Kvctl({"set", "add", "set", "k", "x"}).exit_code, 0);
  EXPECT_EQ(Kvctl({"set", "add", "set", "k", "y"}).exit_code, 0);
  EXPECT_EQ(Kvctl({"set", "remove", "set", "k", "x"}).exit_code, 0);
  EXPECT_EQ(Shown("set", "k")["elements"], nlohmann::json({"y"}));
  EXPECT_EQ(Kvctl({"set", "remove", "set", "none", "x"}).exit_code, 3);

  EXPECT_EQ(Kvctl({"map", "put", "map", "u", "name", "Ann"}).exit_code, 0);
  EXPECT_EQ(Kvctl({"map", "incr", "map", "u", "visits", "--by", "2"}).exit_code, 0);
  EXPECT_EQ(Kvctl({"map", "add", "map", "u", "tags", "new"}).exit_code, 0);
  const Refusal fields = Kvctl({"get", "map", "u", "--output", "table"});
  EXPECT_THAT(fields.output, HasSubstr("Ann"));
  EXPECT_THAT(fields.output, HasSubstr("{new}"));
  EXPECT_EQ(Kvctl({"map", "remove", "map", "u", "tags", "new"}).exit_code, 0);
  EXPECT_EQ(Kvctl({"map", "remove", "map", "u", "name"}).exit_code, 0);
  EXPECT_THAT(Kvctl({"map", "remove", "map", "u", "visits", "--type", "counter"}).output,
              HasSubstr("COUNTER_NOT_REMOVABLE"));
  EXPECT_EQ(Shown("map", "u")["fields"].size(), 1u);
  EXPECT_THAT(Kvctl({"scan", "map", "--level", "ONE"}).output, HasSubstr("visits=2"));
}

}  // namespace
}  // namespace quorate::testing
