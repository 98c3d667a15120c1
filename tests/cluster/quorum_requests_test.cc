// Requests to keyspaces of mode quorum over real processes: ladders, many keys at
// once, keys that expire, and what is refused before anything is done.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <chrono>

#include "absl/time/clock.h"
#include "base/error.h"
#include "base/status_codec.h"
#include "cluster/cluster.h"
#include "quorate/v1/kv.grpc.pb.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

class QuorumRequestsTest : public ::testing::Test {
 protected:
  QuorumRequestsTest() {
    const auto made = client_.CreateKeyspace(
        "carts", {.mode = Mode::kQuorum, .partitions = 4, .conflict = Conflict::kLww});
    EXPECT_TRUE(made.ok()) << made.status();
  }
  // The reason that bare gRPC is told.
  std::string ReasonOfPut(const v1::PutRequest& request) {
    const auto stub =
        v1::Kv::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(cluster_.client_port(1)),
                                            grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    v1::WriteResponse response;
    const grpc::Status status = stub->Put(&context, request, &response);
    const auto ours = DecodeStatusDetails(status.error_details());
    return ours ? ReasonOf(*ours) : "no details: " + status.error_message();
  }
  bool IsGone(const std::string& key) {
    const auto read = keyspace_.Get(key);
    return read.ok() && !read->found();
  }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = client_.Keyspace("carts");
};

TEST_F(QuorumRequestsTest, ALadderStepsDownOnceAQuorumIsNotThereAndTellsTheRung) {
  ASSERT_TRUE(keyspace_.Put("k", "v", {.level = Level::kAll}).ok());
  const auto ladder = [](absl::Duration budget) {
    return Ladder{{.level = Level::kQuorum, .budget = budget}, {.level = Level::kOne}};
  };
  Keyspace alone = cluster_.Only(1).Keyspace("carts");
  const auto strong = alone.Get("k", {.ladder = ladder(absl::Seconds(9))});
  ASSERT_TRUE(strong.ok()) << strong.status();
  EXPECT_EQ(strong->receipt.rung, 1u);
  EXPECT_EQ(strong->receipt.achieved, Level::kQuorum);
  cluster_.Kill(2);
  cluster_.Kill(3);
  // Whether n1 has noticed yet or waits in vain for those 20 ms.
  const auto weak = alone.Get("k", {.ladder = ladder(absl::Milliseconds(20))});
  ASSERT_TRUE(weak.ok()) << weak.status();
  EXPECT_EQ(weak->value, "v");
  EXPECT_EQ(weak->receipt.rung, 2u);
  EXPECT_EQ(weak->receipt.asked, Level::kQuorum);
  EXPECT_EQ(weak->receipt.achieved, Level::kOne);
}

TEST_F(QuorumRequestsTest, ABoundIsProvenAtWhicheverNodeOrToldThatItCannotBe) {
  ASSERT_TRUE(keyspace_.Put("k", "v", {.level = Level::kTwo}).ok());
  absl::SleepFor(absl::Milliseconds(300));
  const absl::Duration bound = absl::Milliseconds(250);
  for (int node = 1; node <= 3; ++node) {
    const auto read = cluster_.Only(node).Keyspace("carts").Get(
        "k", {.level = Level::kBounded, .bound = bound, .deadline = absl::Seconds(10)});
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->value, "v") << "it was acknowledged longer ago than that";
    ASSERT_TRUE(read->receipt.staleness.has_value());
    EXPECT_LE(*read->receipt.staleness, bound);
  }
  cluster_.Kill(3);
  absl::Status refused;
  EXPECT_TRUE(Eventually([&] {
    refused =
        cluster_.Only(1)
            .Keyspace("carts")
            .Get("k",
                 {.level = Level::kBounded, .bound = bound, .deadline = absl::Milliseconds(500)})
            .status();
    return ReasonOf(refused) == "BOUND_NOT_MET";
  })) << refused;
}

TEST_F(QuorumRequestsTest, ManyKeysOfSeveralPartitionsAreReadAtOnce) {
  std::vector<std::string> keys;
  for (int i = 0; i < 20; ++i) {
    keys.push_back("k" + std::to_string(i));
    ASSERT_TRUE(keyspace_.Put(keys.back(), "v" + std::to_string(i)).ok());
  }
  ASSERT_TRUE(keyspace_.Delete("k7").ok());
  keys.push_back("never");
  for (const Level level : {Level::kQuorum, Level::kAll}) {
    const auto read = keyspace_.MultiGet(keys, {.level = level});
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_EQ(read->records.size(), 19u) << "neither what was deleted nor what never was";
    for (const Record& record : read->records) {
      EXPECT_EQ("v" + record.key.substr(1), record.value);
      EXPECT_NE(record.key, "k7");
    }
    EXPECT_GT(read->receipts.size(), 1u) << "of each partition asked";
    for (const ReadReceipt& receipt : read->receipts) {
      EXPECT_EQ(receipt.mode, Mode::kQuorum);
      EXPECT_EQ(receipt.achieved, level);
    }
  }
}

TEST_F(QuorumRequestsTest, AKeyIsGoneAfterItsTimeAtEveryReplicaAndNeverBefore) {
  const absl::Duration ttl = absl::Milliseconds(900);
  const absl::Time begun = absl::Now();
  ASSERT_TRUE(keyspace_.Put("k", "v", {.level = Level::kAll, .ttl = ttl}).ok());
  const auto read = keyspace_.Get("k");
  ASSERT_TRUE(read.ok()) << read.status();
  if (absl::Now() - begun < ttl) {
    EXPECT_TRUE(read->found());
    EXPECT_TRUE(read->expires_at.has_value());
  }
  EXPECT_TRUE(Eventually([&] { return IsGone("k"); }));
  EXPECT_GE(absl::Now() - begun, ttl);
  for (int node = 1; node <= 3; ++node) EXPECT_EQ(cluster_.HasAt(node, "carts", "k"), "") << node;
}

TEST_F(QuorumRequestsTest, AKeyspacesDefaultGivesKeysTheirTimeToLive) {
  ASSERT_TRUE(client_.AlterKeyspace("carts", {.default_ttl = absl::Milliseconds(500)}).ok());
  ASSERT_TRUE(keyspace_.Put("short", "v").ok());
  ASSERT_TRUE(keyspace_.Put("kept", "v", {.ttl = absl::ZeroDuration()}).ok());
  EXPECT_TRUE(Eventually([&] { return IsGone("short"); }));
  EXPECT_TRUE(keyspace_.Get("kept")->found());
  EXPECT_EQ(ReasonOf(keyspace_.Put("k", "v", {.ttl = -absl::Seconds(1)}).status()), "TTL_NEGATIVE");
}

TEST_F(QuorumRequestsTest, AValueTooLargeAndALevelThatThereIsNotAreRefusedBeforeAnythingIsDone) {
  v1::PutRequest request;
  request.set_keyspace("carts");
  request.set_key("k");
  request.set_value("v");
  request.set_level(static_cast<v1::Level>(99));
  EXPECT_EQ(ReasonOfPut(request), "UNKNOWN_LEVEL");
  request.set_level(v1::LEVEL_BOUNDED);
  EXPECT_EQ(ReasonOfPut(request), "LEVEL_UNSUPPORTED") << "it is one of reads";
  const auto large = keyspace_.Put("k", std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(ReasonOf(large.status()), "VALUE_TOO_LARGE") << large.status();
  EXPECT_EQ(OutcomeOf(large.status()), Outcome::kNotDone);
  EXPECT_THAT(std::string(large.status().message()), HasSubstr("1048577 bytes"));
  EXPECT_TRUE(IsGone("k")) << "nothing was written";
  EXPECT_TRUE(keyspace_.Put("k", std::string(1 << 20, 'x')).ok()) << "as large as may be";
}

}  // namespace
}  // namespace quorate::testing
