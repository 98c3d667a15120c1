// Receipts under the faults that would make them lie, field by field. What they
// say of disks the simulator holds against the disks (src/sim/receipt_check.h);
// timings are held by tests/cluster/timings_test.cc, what mode quorum tells by
// tests/cluster/quorum_test.cc and any_test.cc.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "absl/time/clock.h"
#include "base/error.h"
#include "base/session_token.h"
#include "client/client.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "testing/cluster.h"

namespace quorate::testing {
namespace {

// How far two looks at the clock may be apart that mean the same.
constexpr absl::Duration kClocks = absl::Milliseconds(1);

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Not;

class ReceiptsTest : public ::testing::Test {
 protected:
  Client ClientOf(const std::string& endpoints) {
    auto client = Client::Connect(endpoints, {.deadline = absl::Seconds(20)});
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }
  // Asked by bare gRPC: a client may go to any other replica by itself.
  absl::StatusOr<v1::GetResponse> GetAt(uint32_t node, v1::Level level,
                                        absl::Duration bound = absl::ZeroDuration()) {
    const auto stub = v1::Kv::NewStub(
        grpc::CreateChannel((*cluster_)->endpoint(node), grpc::InsecureChannelCredentials()));
    v1::GetRequest request;
    request.set_keyspace("default");
    request.set_key("k");
    request.set_level(level);
    request.mutable_read()->set_bound_us(static_cast<uint64_t>(absl::ToInt64Microseconds(bound)));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    v1::GetResponse response;
    const grpc::Status status = stub->Get(&context, request, &response);
    if (!status.ok()) return absl::UnavailableError(status.error_message());
    return response;
  }
  bool Learns(uint32_t node, const std::string& value) {
    return Eventually([&] {
      const auto here = GetAt(node, v1::LEVEL_ONE);
      return here.ok() && here->value() == value && here->receipt().served_by() == node;
    });
  }
  // Until elections and the like are over, which tell nobody outside.
  static bool Eventually(const std::function<bool()>& question) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (!question()) {
      if (absl::Now() > deadline) return false;
      absl::SleepFor(absl::Milliseconds(10));
    }
    return true;
  }
  NodeId LeaderOfKey() {
    const auto read = keyspace_.Put("probe", "v");
    EXPECT_TRUE(read.ok()) << read.status();
    return read->served_by;
  }

  absl::StatusOr<std::unique_ptr<Cluster>> cluster_ = Cluster::Start();
  Client client_ = ClientOf((*cluster_)->endpoints());
  Keyspace keyspace_ = client_.Keyspace("default");
};

TEST_F(ReceiptsTest, AckedByAndDurableLeaveOutANodeThatHearsNothing) {
  const NodeId leader = LeaderOfKey();
  const NodeId deaf(leader.value() % 3 + 1);
  ASSERT_TRUE((*cluster_)
                  ->Cut(static_cast<uint32_t>(leader.value()), static_cast<uint32_t>(deaf.value()))
                  .ok());
  // It may come to an election first.
  ASSERT_TRUE(Eventually([&] { return keyspace_.Put("probe", "without").ok(); }));
  const auto written = keyspace_.Put("probe", "without");
  ASSERT_TRUE(written.ok()) << written.status();
  if (written->served_by == leader) {
    EXPECT_THAT(written->acked_by, Not(Contains(deaf)));
  }
  EXPECT_EQ(written->durable, written->acked_by.size());
  EXPECT_THAT(written->acked_by, Contains(written->served_by));
}

TEST_F(ReceiptsTest, StalenessIsNoLessThanTheTimeSinceWhatANodeDoesNotKnow) {
  ASSERT_TRUE(keyspace_.Put("k", "old").ok());
  ASSERT_TRUE(Learns(3, "old"));
  // It has a proof of how fresh it is, so that it has a bound to tell.
  ASSERT_TRUE(GetAt(3, v1::LEVEL_LINEARIZABLE).ok());
  ASSERT_TRUE((*cluster_)->Partition({{1, 2}, {3}}).ok());
  ASSERT_TRUE(Eventually([&] { return keyspace_.Put("k", "new").ok(); }));
  const absl::Time written = absl::Now();
  const auto read = GetAt(3, v1::LEVEL_ONE);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->receipt().served_by(), 3u);
  EXPECT_EQ(read->value(), "old");
  EXPECT_EQ(read->receipt().achieved(), v1::LEVEL_ONE);
  ASSERT_TRUE(read->receipt().has_staleness_us());
  // Read before it could be known, hence no later than now less what is told.
  EXPECT_LT(absl::Now() - absl::Microseconds(read->receipt().staleness_us()), written + kClocks);
  // A bound that would have to be a lie is refused.
  EXPECT_FALSE(GetAt(3, v1::LEVEL_BOUNDED, absl::Milliseconds(1)).ok());
}

TEST_F(ReceiptsTest, ServedByIsWhoeverTookOverAndVersionGoesOnFromThere) {
  ASSERT_TRUE(keyspace_.Put("k", "1").ok());
  const auto before = keyspace_.Put("k", "2");
  ASSERT_TRUE(before.ok()) << before.status();
  ASSERT_TRUE((*cluster_)->Kill(static_cast<uint32_t>(before->served_by.value())).ok());
  const auto read = keyspace_.Get("k");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_NE(read->receipt.served_by, before->served_by);
  EXPECT_EQ(read->version, before->version);
  EXPECT_EQ(read->receipt.version, before->version);
  const auto after = keyspace_.Put("k", "3");
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_GT(after->version, before->version);
  EXPECT_THAT(after->acked_by, Not(Contains(before->served_by)));
  EXPECT_EQ(after->durable, 2u);
}

TEST_F(ReceiptsTest, EpochIsTheServersOwnThoughAnotherHasComeAbout) {
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  ASSERT_TRUE(Learns(3, "v") && Learns(1, "v"));
  const uint64_t before = GetAt(3, v1::LEVEL_ONE)->receipt().epoch();
  ASSERT_TRUE((*cluster_)->Partition({{1, 2}, {3}}).ok());
  ASSERT_TRUE(Eventually(
      [&] { return client_.AlterKeyspace("default", {.default_ttl = absl::Hours(1)}).ok(); }));
  EXPECT_EQ(GetAt(3, v1::LEVEL_ONE)->receipt().epoch(), before);
  EXPECT_TRUE(Eventually([&] { return GetAt(1, v1::LEVEL_ONE)->receipt().epoch() > before; }));
  (*cluster_)->Heal();
  EXPECT_TRUE(Eventually([&] { return GetAt(3, v1::LEVEL_ONE)->receipt().epoch() > before; }));
}

TEST_F(ReceiptsTest, PartitionAndModeAreTheKeysAndTheKeyspaces) {
  for (int i = 0; i < 20; ++i) {
    const std::string key = "key" + std::to_string(i);
    const auto written = keyspace_.Put(key, "v");
    ASSERT_TRUE(written.ok()) << written.status();
    const auto topology = client_.Topology();
    ASSERT_TRUE(topology.ok()) << topology.status();
    const KeyspaceDescription* keyspace = topology->FindKeyspace("default");
    EXPECT_EQ(&keyspace->partitions[written->partition], keyspace->PartitionOf(key));
    EXPECT_EQ(written->mode, Mode::kRaft);
    EXPECT_EQ(written->epoch, topology->epoch);
  }
}

// Its lease outlives neither its leadership nor, on the other side of a cut, what
// is written there.
TEST_F(ReceiptsTest, AchievedIsNoLeaseThatHasRunOut) {
  ASSERT_TRUE(client_.AlterKeyspace("default", {.lease_drift_ppm = 10'000}).ok());
  ASSERT_TRUE(keyspace_.Put("k", "old").ok());
  const auto leader = static_cast<uint32_t>(keyspace_.Get("k")->receipt.served_by.value());
  const auto under_lease = [&] {
    const auto read = GetAt(leader, v1::LEVEL_LEASE);
    return read.ok() && read->receipt().asked() == v1::LEVEL_LEASE &&
           read->receipt().achieved() == v1::LEVEL_LEASE;
  };
  ASSERT_TRUE(Eventually(under_lease));
  const uint32_t second = leader % 3 + 1;
  ASSERT_TRUE((*cluster_)->Partition({{leader}, {second, second % 3 + 1}}).ok());
  ASSERT_TRUE(Eventually([&] {
    const auto here = GetAt(leader, v1::LEVEL_LEASE);
    // Whatever it says meanwhile, it is still so.
    if (here.ok()) {
      EXPECT_EQ(here->value(), "old");
    }
    return keyspace_.Put("k", "new", {.deadline = absl::Seconds(2)}).ok();
  }));
  const auto after = GetAt(leader, v1::LEVEL_LEASE);
  EXPECT_FALSE(after.ok()) << after->value() << " at " << after->receipt().achieved();
  (*cluster_)->Heal();
  ASSERT_TRUE(Eventually([&] {
    const auto again = GetAt(leader, v1::LEVEL_LEASE);
    if (again.ok()) {
      EXPECT_EQ(again->value(), "new");
      EXPECT_EQ(again->receipt().asked(), v1::LEVEL_LEASE);
    }
    return again.ok();
  }));
}

TEST_F(ReceiptsTest, TermAndIndexAreThePlaceInTheLogAlsoUnderTheNextLeader) {
  const auto place = [&](const std::string& value) {
    v1::PutRequest request;
    request.set_keyspace("default");
    request.set_key("k");
    request.set_value(value);
    for (uint32_t node = 1; node <= 3; ++node) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
      v1::WriteResponse response;
      const auto stub = v1::Kv::NewStub(
          grpc::CreateChannel((*cluster_)->endpoint(node), grpc::InsecureChannelCredentials()));
      if (stub->Put(&context, request, &response).ok()) return response.receipt();
    }
    return v1::Receipt();
  };
  const v1::Receipt before = place("1");
  ASSERT_GT(before.index(), 0u);
  const auto topology = client_.Topology();
  ASSERT_TRUE(topology.ok()) << topology.status();
  EXPECT_EQ(before.partition_id(), topology->FindKeyspace("default")->PartitionOf("k")->id.value());
  const auto leader = static_cast<uint32_t>(before.served_by());
  ASSERT_TRUE((*cluster_)->Kill(leader).ok());
  v1::Receipt after;
  ASSERT_TRUE(Eventually([&] { return (after = place("2")).index() > 0; }));
  EXPECT_GT(after.term(), before.term());
  EXPECT_GT(after.index(), before.index());
  // The very place: a session that claims it reads on, one that claims it of the
  // older term is told that it is lost.
  const auto reads = [&](uint64_t term, uint64_t index) {
    SessionToken token;
    token.Note(PartitionId(after.partition_id()), {Term(term), LogIndex(index)});
    auto session = client_.ResumeSession(token.Encode(topology->cluster_id));
    EXPECT_TRUE(session.ok()) << session.status();
    const auto read = keyspace_.Get("k", {.session = *session});
    return read.ok() ? *read->value : ReasonOf(read.status());
  };
  EXPECT_EQ(reads(after.term(), after.index()), "2");
  EXPECT_THAT(reads(before.term(), before.index()), AnyOf("1", "2")) << "no newer place is claimed";
  EXPECT_EQ(reads(before.term(), after.index()), "SESSION_LOST");
}

TEST_F(ReceiptsTest, RungIsTheOneReachedOnEitherSideOfACut) {
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  ASSERT_TRUE(Learns(1, "v") && Learns(2, "v"));
  ASSERT_TRUE((*cluster_)->Partition({{1}, {2, 3}}).ok());
  const auto rung = [&](uint32_t node) {
    const auto stub = v1::Kv::NewStub(
        grpc::CreateChannel((*cluster_)->endpoint(node), grpc::InsecureChannelCredentials()));
    v1::GetRequest request;
    request.set_keyspace("default");
    request.set_key("k");
    for (const auto& [level, budget] :
         {std::pair(v1::LEVEL_LINEARIZABLE, 5'000'000), std::pair(v1::LEVEL_ONE, 0)}) {
      v1::Rung* one = request.mutable_read()->add_ladder();
      one->set_level(level);
      one->set_budget_us(static_cast<uint64_t>(budget));
    }
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    v1::GetResponse response;
    const grpc::Status status = stub->Get(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.receipt().asked(), v1::LEVEL_LINEARIZABLE);
    EXPECT_EQ(response.receipt().achieved(),
              response.receipt().rung() == 1 ? v1::LEVEL_LINEARIZABLE : v1::LEVEL_ONE);
    return response.receipt().rung();
  };
  EXPECT_EQ(rung(1), 2u);
  EXPECT_TRUE(Eventually([&] { return rung(2) == 1; })) << "once there is a leader again";
}

}  // namespace
}  // namespace quorate::testing
