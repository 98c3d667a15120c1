// What clients ask of a real cluster and what they are told.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// One cluster for all tests here; each makes a keyspace of its own.
class RequestsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = new Cluster(3); }
  static void TearDownTestSuite() {
    delete cluster_;
    cluster_ = nullptr;
  }
  RequestsTest()
      : client_(cluster_->Connect()),
        name_(::testing::UnitTest::GetInstance()->current_test_info()->line() % 1000),
        keyspace_(cluster_->Create(client_, "ks" + std::to_string(name_))) {}

  static Cluster* cluster_;
  Client client_;
  int name_;
  Keyspace keyspace_;
};
Cluster* RequestsTest::cluster_ = nullptr;

TEST_F(RequestsTest, AWritesReceiptSaysWhoHoldsItOnDisk) {
  const auto written = keyspace_.Put("k", "v");
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->achieved, Level::kQuorum);
  EXPECT_EQ(written->mode, Mode::kRaft);
  EXPECT_GE(written->durable, 2u);
  EXPECT_EQ(written->acked_by.size(), written->durable);
  EXPECT_GT(written->version, 0u);
  EXPECT_GT(written->epoch, Epoch(1));
  const auto got = keyspace_.Get("k");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->version, written->version);
  EXPECT_EQ(got->receipt.achieved, Level::kLinearizable);
}

TEST_F(RequestsTest, AnyNodeServesAnyKey) {
  for (int node = 1; node <= 3; ++node) {
    auto direct = Client::Connect("127.0.0.1:" + std::to_string(cluster_->client_port(node)));
    ASSERT_TRUE(direct.ok());
    for (int i = 0; i < 12; ++i) {
      const std::string key = "k" + std::to_string(i);
      ASSERT_TRUE(direct->Keyspace(keyspace_.name()).Put(key, std::to_string(node)).ok());
      EXPECT_EQ(keyspace_.Get(key)->value, std::to_string(node));
    }
  }
}

TEST_F(RequestsTest, ConditionsHoldOrChangeNothing) {
  ASSERT_TRUE(keyspace_.CompareAndSet("k", Condition::Absent(), "a").ok());
  const auto second = keyspace_.CompareAndSet("k", Condition::Absent(), "b");
  EXPECT_EQ(ReasonOf(second.status()), "CONDITION_FAILED");
  const auto got = keyspace_.Get("k");
  EXPECT_EQ(got->value, "a");
  EXPECT_TRUE(keyspace_.CompareAndSet("k", Condition::Version(got->version), "c").ok());
  EXPECT_TRUE(keyspace_.CompareAndSet("k", Condition::Value("c"), "d").ok());
  EXPECT_EQ(keyspace_.Get("k")->value, "d");
}

TEST_F(RequestsTest, CountersAddUp) {
  ASSERT_EQ(keyspace_.Add("n", 5)->sum, 5);
  ASSERT_EQ(keyspace_.Add("n", -7)->sum, -2);
  EXPECT_EQ(keyspace_.Get("n")->value, "-2");
  ASSERT_TRUE(keyspace_.Put("text", "x").ok());
  EXPECT_EQ(ReasonOf(keyspace_.Add("text", 1).status()), "NOT_A_COUNTER");
}

TEST_F(RequestsTest, ABatchIsAllOrNothingAndStaysInOnePartition) {
  const auto failed = keyspace_.Batch(
      {Mutation::Put("{t}a", "1"), Mutation::Put("{t}b", "2", Condition::Present())});
  EXPECT_EQ(ReasonOf(failed.status()), "CONDITION_FAILED");
  EXPECT_FALSE(keyspace_.Get("{t}a")->found());
  ASSERT_TRUE(keyspace_.Batch({Mutation::Put("{t}a", "1"), Mutation::Add("{t}c", 3)}).ok());
  EXPECT_EQ(keyspace_.Get("{t}c")->value, "3");
  std::vector<Mutation> apart;
  for (int i = 0; i < 20; ++i) apart.push_back(Mutation::Put("k" + std::to_string(i), "x"));
  const auto refused = keyspace_.Batch(apart);
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status()));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("{"));
  EXPECT_FALSE(keyspace_.Get("k0")->found());
}

TEST_F(RequestsTest, AScanGoesOverAllPartitionsInKeyOrderPageByPage) {
  for (int i = 100; i < 160; ++i) {
    ASSERT_TRUE(keyspace_.Put("k" + std::to_string(i), std::to_string(i)).ok());
  }
  ScanOptions options;
  options.prefix = "k1";
  options.page_records = 7;
  std::vector<std::string> keys;
  std::string cursor;
  do {
    const auto page = keyspace_.ReadPage(options, cursor);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->records.size(), 7u);
    for (const Record& record : page->records) keys.push_back(record.key);
    cursor = page->cursor;
  } while (!cursor.empty());
  ASSERT_THAT(keys, SizeIs(60));
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST_F(RequestsTest, WrongRequestsAreRefusedByNameAndChangeNothing) {
  EXPECT_TRUE(absl::IsInvalidArgument(keyspace_.Put("", "v").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(keyspace_.Put(std::string(4097, 'k'), "v").status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(keyspace_.Put("big", std::string((1 << 20) + 1, 'v')).status()));
  EXPECT_TRUE(keyspace_.Put("big", std::string(1 << 20, 'v')).ok());
  EXPECT_TRUE(absl::IsNotFound(client_.Keyspace("nowhere").Put("k", "v").status()));
  EXPECT_EQ(ReasonOf(keyspace_.ReadPage({}, "not a cursor").status()), "BAD_CURSOR");
  const auto level = keyspace_.Put("k", "v", {.level = Level::kAny});
  EXPECT_TRUE(absl::IsInvalidArgument(level.status()));
  EXPECT_THAT(std::string(level.status().message()), HasSubstr("QUORUM"));
  EXPECT_FALSE(keyspace_.Get("k")->found());
}

TEST_F(RequestsTest, GarbageOnThePeerPortHurtsNobody) {
  for (int round = 0; round < 5; ++round) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(cluster_->peer_port(1)));
    ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    const std::string garbage(100'000, static_cast<char>('\xa5' + round));
    (void)send(fd, garbage.data(), garbage.size(), MSG_NOSIGNAL);
    close(fd);
  }
  EXPECT_TRUE(cluster_->process(1).running());
  EXPECT_TRUE(keyspace_.Put("after", "fine").ok());
}

TEST_F(RequestsTest, ADroppedKeyspaceIsGoneAndItsNameFree) {
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  ASSERT_TRUE(client_.DropKeyspace(keyspace_.name()).ok());
  EXPECT_FALSE(keyspace_.Get("k").ok());
  Keyspace again = cluster_->Create(client_, keyspace_.name());
  EXPECT_FALSE(again.Get("k")->found());
}

TEST_F(RequestsTest, MetricsAndHealthAreServed) {
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  std::string metrics;
  for (int node = 1; node <= 3; ++node) metrics += HttpGet(cluster_->http_port(node), "/metrics");
  for (const char* name : {"quorate_requests_total", "quorate_request_seconds_bucket",
                           "quorate_raft_leaders", "quorate_log_sync"}) {
    EXPECT_THAT(metrics, HasSubstr(name));
  }
  cluster_->WaitReady();
  EXPECT_FALSE(HttpGet(cluster_->http_port(1), "/livez").empty());
  EXPECT_FALSE(HttpGet(cluster_->http_port(1), "/healthz").empty());
}

}  // namespace
}  // namespace quorate::testing
