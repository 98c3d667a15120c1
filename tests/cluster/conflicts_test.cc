// The conflict journal over real processes: two sides write without knowing of each
// other, and what lost is there to be seen and brought back, over restarts too.
#include <gmock/gmock.h>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

class ConflictsTest : public ::testing::Test {
 protected:
  ConflictsTest() {
    const auto made = client_.CreateKeyspace(
        "carts", {.mode = Mode::kQuorum, .partitions = 2, .conflict = Conflict::kLww});
    EXPECT_TRUE(made.ok()) << made.status();
  }
  void RestartAll() {
    for (int node = 1; node <= 3; ++node) cluster_.Kill(node);
    for (int node = 1; node <= 3; ++node) cluster_.Start(node);
    cluster_.WaitReady();
  }
  ConflictList Listed() {
    ConflictList list;
    EXPECT_TRUE(Eventually([&] {
      auto answer = cluster_.Connect().Conflicts("carts");
      if (answer.ok()) list = *std::move(answer);
      return answer.ok() && list.unreachable.empty();
    }));
    return list;
  }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = client_.Keyspace("carts");
};

TEST_F(ConflictsTest, AWriteThatLostToOneOfTheOtherSideIsKeptOverRestartsAndCanBeWrittenAgain) {
  ASSERT_TRUE(keyspace_.Put("k", "before", {.level = Level::kAll}).ok());
  cluster_.Kill(3);
  // What went to n3 before its end was noticed is of unknown outcome.
  ASSERT_TRUE(
      Eventually([&] { return keyspace_.Put("k", "of two", {.level = Level::kTwo}).ok(); }));
  cluster_.Kill(1);
  cluster_.Kill(2);
  cluster_.Start(3);
  ASSERT_TRUE(Eventually([&] {  // alone it is never ready, but serves at ONE
    const auto alone = Client::Connect("127.0.0.1:" + std::to_string(cluster_.client_port(3)));
    return alone.ok() &&
           alone->Keyspace("carts")
               .Put("k", "of one", {.level = Level::kOne, .deadline = absl::Seconds(2)})
               .ok();
  }));
  cluster_.Start(1);
  cluster_.Start(2);
  cluster_.WaitReady();
  for (int node = 1; node <= 3; ++node) {
    EXPECT_TRUE(Eventually([&] { return cluster_.HasAt(node, "carts", "k") == "of one"; }));
  }
  ConflictList lost;
  ASSERT_TRUE(Eventually([&] {
    lost = Listed();
    return !lost.writes.empty();
  }));
  uint64_t counted = 0;
  for (int node = 1; node <= 3; ++node) {
    const std::string page = HttpGet(cluster_.http_port(node), "/metrics");
    counted += page.find("\nquorate_conflicts_discarded_total 1\n") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(counted, 0u) << "by each that held both";
  RestartAll();
  const ConflictList kept = Listed();
  ASSERT_EQ(kept.writes.size(), 1u);
  EXPECT_EQ(kept.writes[0].value, "of two");
  EXPECT_EQ(kept.writes[0].number, lost.writes[0].number);
  EXPECT_LT(kept.writes[0].version, kept.writes[0].winner);
  // Through each node, wherever the journal is that it is in.
  for (int node = 1; node <= 3; ++node) {
    const auto restored =
        cluster_.Through(node).RestoreConflict("carts", kept.writes[0], Level::kAll);
    ASSERT_TRUE(restored.ok()) << restored.status();
    EXPECT_EQ(restored->durable, 3u);
  }
  EXPECT_EQ(cluster_.Connect().Keyspace("carts").Get("k")->value, "of two");
  EXPECT_EQ(Listed().writes.size(), 1u) << "what it replaced was known";
}

TEST_F(ConflictsTest, WhatIsWrittenOneAfterTheOtherIsNoConflict) {
  for (int i = 0; i < 50; ++i) {
    // Whichever replica takes the next one has this.
    ASSERT_TRUE(keyspace_.Put("k", std::to_string(i), {.level = Level::kAll}).ok());
  }
  ASSERT_TRUE(Eventually([&] {
    const auto lag = client_.Lag("carts");
    return lag.ok() && lag->nothing_behind();
  }));
  EXPECT_TRUE(Listed().writes.empty());
  std::string metrics;
  for (int node = 1; node <= 3; ++node) metrics += HttpGet(cluster_.http_port(node), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("quorate_conflicts_discarded_total 0\n"));
  EXPECT_EQ(metrics.find("quorate_conflicts_discarded_total 1"), std::string::npos);
}

}  // namespace
}  // namespace quorate::testing
