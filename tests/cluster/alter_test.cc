// A keyspace's settings altered while it serves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

class AlterTest : public ::testing::Test {
 protected:
  Refusal Kvctl(std::vector<std::string> arguments) {
    std::vector<std::string> command = {std::string(QUORATE_BIN_DIR) + "/kvctl", "--endpoints",
                                        cluster_.endpoints()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunToEnd(command);
  }
  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = cluster_.Create(client_, "orders", 2);
};

TEST_F(AlterTest, EveryNodeTakesTheNewDefaultAsSoonAsTheAlterHasAnswered) {
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  for (const Level level : {Level::kOne, Level::kSession, Level::kDefault}) {
    const auto altered = client_.AlterKeyspace("orders", {.default_read = level});
    ASSERT_TRUE(altered.ok()) << altered.status();
    for (int node = 1; node <= 3; ++node) {
      const auto read = cluster_.Through(node).Keyspace("orders").Get("k");
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(read->receipt.asked, altered->default_read) << "through n" << node;
    }
  }
  const auto all = client_.AlterKeyspace("orders", {.default_write = Level::kAll});
  ASSERT_TRUE(all.ok()) << all.status();
  const auto written = keyspace_.Put("k", "everywhere");
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->asked, Level::kAll);
  EXPECT_EQ(written->durable, 3u);
}

TEST_F(AlterTest, ReadsThatNameNoLevelGoDownTheKeyspacesLadder) {
  const Refusal altered = Kvctl({"keyspace", "alter", "orders", "--default-read",
                                 "LINEARIZABLE:200ms,BOUNDED(1h):100ms", "--output", "json"});
  ASSERT_EQ(altered.exit_code, 0) << altered.output;
  EXPECT_THAT(altered.output, HasSubstr("\"default_ladder\":\"LINEARIZABLE:200ms,BOUNDED(1h)"));
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  const auto strong = keyspace_.Get("k");
  ASSERT_TRUE(strong.ok()) << strong.status();
  EXPECT_EQ(strong->receipt.rung, 1u);
  EXPECT_EQ(strong->receipt.achieved, Level::kLinearizable);
  Client through = cluster_.Through(1);
  const ReadOptions at_one{.level = Level::kBounded, .bound = absl::Hours(1)};
  ASSERT_TRUE(Eventually([&] { return cluster_.HasAt(1, "orders", "k", at_one) == "v"; }));
  cluster_.Kill(2);
  cluster_.Kill(3);
  const auto weak = through.Keyspace("orders").Get("k");
  ASSERT_TRUE(weak.ok()) << weak.status();
  EXPECT_EQ(weak->value, "v");
  EXPECT_EQ(weak->receipt.rung, 2u);
  EXPECT_EQ(weak->receipt.achieved, Level::kBounded);
  // A level that is named is not helped down.
  EXPECT_FALSE(through.Keyspace("orders")
                   .Get("k", {.level = Level::kLinearizable, .deadline = absl::Seconds(1)})
                   .ok());
}

TEST_F(AlterTest, NoRequestFailsWhileItIsAltered) {
  std::atomic<bool> stop = false;
  std::atomic<int> done = 0;
  const auto run = [&](const auto& request) {
    return std::thread([&stop, &done, request] {
      for (int i = 0; !stop; ++i, ++done) {
        const absl::Status status = request("k" + std::to_string(i % 10));
        ASSERT_TRUE(status.ok()) << status;
      }
    });
  };
  std::thread writer =
      run([this](const std::string& key) { return keyspace_.Put(key, "v").status(); });
  std::thread reader = run([this](const std::string& key) { return keyspace_.Get(key).status(); });
  for (int round = 0; round < 20; ++round) {
    const int before = done;
    const Level read = round % 2 == 0 ? Level::kOne : Level::kLinearizable;
    const auto altered = client_.AlterKeyspace(
        "orders", {.default_read = read, .lease_drift_ppm = 100u + static_cast<uint32_t>(round)});
    EXPECT_TRUE(altered.ok()) << altered.status();
    EXPECT_TRUE(Eventually([&] { return done >= before + 10; })) << "nothing goes on";
  }
  stop = true;
  writer.join();
  reader.join();
}

TEST_F(AlterTest, KvctlAltersAndShowsIt) {
  const Refusal altered = Kvctl({"keyspace", "alter", "orders", "--default-read", "SESSION",
                                 "--lease-drift", "1%", "--default-ttl", "1h"});
  EXPECT_EQ(altered.exit_code, 0) << altered.output;
  const Refusal listed = Kvctl({"keyspace", "list", "--output", "table"});
  EXPECT_THAT(listed.output, HasSubstr("lease drift"));
  EXPECT_THAT(listed.output, HasSubstr("SESSION"));
  const Refusal described = Kvctl({"keyspace", "describe", "orders", "--output", "table"});
  EXPECT_THAT(described.output, HasSubstr("lease drift 1%, default ttl 1h"));
  const Refusal json = Kvctl({"keyspace", "describe", "orders", "--output", "json"});
  EXPECT_THAT(json.output, HasSubstr("\"lease_drift_ppm\": 10000"));
  EXPECT_THAT(json.output, HasSubstr("\"default_ttl_us\": 3600000000"));
  const Refusal made = Kvctl({"keyspace", "create", "loose", "--default-read", "ONE",
                              "--lease-drift", "200ppm", "--output", "json"});
  EXPECT_EQ(made.exit_code, 0) << made.output;
  EXPECT_THAT(made.output, HasSubstr("\"lease_drift_ppm\":200"));
}

TEST_F(AlterTest, WhatMakesNoSenseIsRefusedAndChangesNothing) {
  const auto reason = [this](const KeyspaceChange& change) {
    const absl::Status status = client_.AlterKeyspace("orders", change).status();
    EXPECT_EQ(OutcomeOf(status), Outcome::kNotDone) << status;
    return ReasonOf(status);
  };
  const Epoch before = client_.Topology()->epoch;
  EXPECT_EQ(reason({}), "NOTHING_TO_ALTER");
  EXPECT_EQ(reason({.default_read = Level::kBounded}), "DEFAULT_NEEDS_A_BOUND");
  EXPECT_EQ(reason({.default_read = Level::kLease}), "LEASE_NOT_ALLOWED");
  EXPECT_EQ(reason({.default_ttl = -absl::Seconds(1)}), "TTL_NEGATIVE");
  EXPECT_EQ(reason({.default_ttl = absl::InfiniteDuration()}), "TTL_TOO_LONG");
  EXPECT_EQ(ReasonOf(client_.AlterKeyspace("odrers", {.default_read = Level::kOne}).status()),
            "KEYSPACE_NOT_FOUND");
  // What is so already is no error, and no epoch.
  EXPECT_TRUE(client_.AlterKeyspace("orders", {.default_read = Level::kLinearizable}).ok());
  EXPECT_EQ(client_.Topology()->epoch, before);
}

}  // namespace
}  // namespace quorate::testing
