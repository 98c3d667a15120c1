// Batches whose writes are each for itself, over real processes.
#include <gmock/gmock.h>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

class ScatteredBatchTest : public ::testing::Test {
 protected:
  ScatteredBatchTest() {
    const auto made = client_.CreateKeyspace(
        "carts",
        {.mode = Mode::kQuorum, .replicas = 1, .partitions = 8, .conflict = Conflict::kLww});
    EXPECT_TRUE(made.ok()) << made.status();
  }
  static std::vector<Mutation> Puts(int count) {
    std::vector<Mutation> mutations;
    for (int i = 0; i < count; ++i) {
      mutations.push_back(Mutation::Put("k" + std::to_string(i), std::to_string(i)));
    }
    return mutations;
  }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = client_.Keyspace("carts");
};

TEST_F(ScatteredBatchTest, WritesOverManyPartitionsAndTellsTheVersionOfEach) {
  std::vector<Mutation> mutations = Puts(50);
  mutations.push_back(Mutation::Delete("gone"));
  const auto written = keyspace_.Batch(mutations, {.atomic = false});
  ASSERT_TRUE(written.ok()) << written.status();
  ASSERT_EQ(written->items.size(), 51u);
  for (int i = 0; i < 50; ++i) {
    const auto read = keyspace_.Get("k" + std::to_string(i));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->value, std::to_string(i));
    EXPECT_EQ(read->version, written->items[static_cast<size_t>(i)].version);
  }
}

TEST_F(ScatteredBatchTest, SaysWhichWereNotDoneWhereReplicasAreMissing) {
  cluster_.Kill(3);
  absl::Status refused;
  ASSERT_TRUE(Eventually([&] {
    refused = keyspace_.Batch(Puts(50), {.deadline = absl::Seconds(2), .atomic = false}).status();
    return ReasonOf(refused) == "BATCH_PARTLY_DONE" && !ErrorDetailsOf(refused)["not_done"].empty();
  })) << refused;
  auto details = ErrorDetailsOf(refused);
  EXPECT_FALSE(details["done"].empty());
  EXPECT_THAT(std::string(refused.message()), HasSubstr("each for itself"));
}

TEST_F(ScatteredBatchTest, ASessionNotesItWhereAllLieInOnePartition) {
  Session session = client_.NewSession();
  const auto one = keyspace_.Batch({Mutation::Put("{t}a", "1"), Mutation::Put("{t}b", "2")},
                                   {.session = session, .atomic = false});
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(keyspace_.Get("{t}b", {.session = session})->value, "2");
  EXPECT_EQ(ReasonOf(keyspace_.Batch(Puts(50), {.session = session, .atomic = false}).status()),
            "SESSION_SPANS_PARTITIONS");
}

TEST_F(ScatteredBatchTest, IsOfferedByKvctlAndByModeRaftToo) {
  cluster_.Create(client_, "orders", 4);
  const std::string lines =
      "{\"op\": \"put\", \"key\": \"a\", \"value\": \"1\"}\n"
      "{\"op\": \"put\", \"key\": \"b\", \"value\": \"2\"}\n"
      "{\"op\": \"put\", \"key\": \"c\", \"value\": \"3\"}";
  for (const std::string keyspace : {"carts", "orders"}) {
    const auto kvctl = [&](std::vector<std::string> more) {
      std::vector<std::string> command = {
          QUORATE_BIN_DIR "/kvctl", "--endpoints", cluster_.endpoints(), "batch", keyspace, lines};
      command.insert(command.end(), more.begin(), more.end());
      return RunToEnd(command);
    };
    EXPECT_NE(kvctl({}).exit_code, 0);
    const Refusal done = kvctl({"--no-atomic"});
    EXPECT_EQ(done.exit_code, 0) << done.output;
    EXPECT_EQ(client_.Keyspace(keyspace).Get("c")->value, "3");
  }
}

}  // namespace
}  // namespace quorate::testing
