// kvctl keyspace lag, conflicts, key inspect and node show, and what explain says
// of keyspaces of mode quorum, where the network is cut and healed again.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <functional>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "kvctl/command_line.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "quorate/v1/kv.grpc.pb.h"

namespace quorate::kvctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class InsightCommandTest : public CommandLineTest {
 protected:
  // A keyspace of its own for each test.
  InsightCommandTest() {
    static int made = 0;
    keyspace_ = "carts" + std::to_string(++made);
    EXPECT_EQ(Kvctl("keyspace create " + keyspace_ + " --mode quorum --conflict lww").code, 0);
  }
  ~InsightCommandTest() override { cluster_->Heal(); }

  // At this very node: a client would go to the other side of a cut by itself.
  grpc::Status Put(uint32_t node, const std::string& value, v1::Level level = v1::LEVEL_ONE) {
    const auto stub = v1::Kv::NewStub(
        grpc::CreateChannel(cluster_->endpoint(node), grpc::InsecureChannelCredentials()));
    v1::PutRequest request;
    request.set_keyspace(keyspace_);
    request.set_key("k");
    request.set_value(value);
    request.set_level(level);
    v1::WriteResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return stub->Put(&context, request, &response);
  }
  grpc::Status Delete(uint32_t node, v1::Level level) {
    const auto stub = v1::Kv::NewStub(
        grpc::CreateChannel(cluster_->endpoint(node), grpc::InsecureChannelCredentials()));
    v1::DeleteRequest request;
    request.set_keyspace(keyspace_);
    request.set_key("k");
    request.set_level(level);
    v1::WriteResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return stub->Delete(&context, request, &response);
  }
  // n3 is cut off, and writes as the others do.
  void WriteOnBothSides() {
    ASSERT_TRUE(cluster_->Partition({{1, 2}, {3}}).ok());
    ASSERT_TRUE(Put(3, "from three").ok());
    absl::SleepFor(absl::Milliseconds(2));  // the time-stamps are the calendar's
    ASSERT_TRUE(Put(1, "from one", v1::LEVEL_TWO).ok());
  }
  void Heal() {
    cluster_->Heal();
    const Ended level = Kvctl("keyspace lag " + keyspace_ + " --wait --timeout 30s");
    ASSERT_EQ(level.code, 0) << level.out << level.err;
  }
  // What the node itself holds, whomever it can hear.
  v1::ReplicaRecord HeldAt(uint32_t node) {
    const auto stub = v1::Admin::NewStub(
        grpc::CreateChannel(cluster_->endpoint(node), grpc::InsecureChannelCredentials()));
    v1::InspectKeyRequest request;
    request.set_keyspace(keyspace_);
    request.set_key("k");
    request.set_local(true);
    v1::InspectKeyResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::Status status = stub->InspectKey(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.records_size() == 1 ? response.records(0) : v1::ReplicaRecord();
  }
  nlohmann::json Inspect() { return Kvctl("key inspect " + keyspace_ + " k --output json").json(); }
  static bool Eventually(const std::function<bool()>& question) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (absl::Now() < deadline) {
      if (question()) return true;
      absl::SleepFor(absl::Milliseconds(20));
    }
    return false;
  }

  std::string keyspace_;
};

TEST_F(InsightCommandTest, ListsAWriteThatLostOnceAndWritesItAgain) {
  WriteOnBothSides();
  Heal();
  const Ended listed = Kvctl("conflicts list " + keyspace_ + " --output json");
  ASSERT_EQ(listed.code, 0) << listed.err;
  const auto lost = listed.json();  // one line: what each replica says is one write
  EXPECT_EQ(lost["key"], "k");
  EXPECT_EQ(lost["value"], "from three");
  EXPECT_GT(lost["winner"], lost["version"]);
  EXPECT_THAT(Kvctl("conflicts list " + keyspace_ + " --key k").out, HasSubstr("from three"));
  EXPECT_THAT(Kvctl("conflicts list " + keyspace_ + " --key other").err,
              HasSubstr("no write that was given up"));
  EXPECT_EQ(Kvctl("get " + keyspace_ + " k").out, "from one");
  const Ended restored = Kvctl("conflicts restore " + keyspace_ + " " +
                               lost["id"].get<std::string>() + " --level ALL");
  EXPECT_EQ(restored.code, 0) << restored.err;
  EXPECT_THAT(restored.out, HasSubstr("written again"));
  EXPECT_EQ(Kvctl("get " + keyspace_ + " k").out, "from three");
  // What it replaced was known to whoever wrote it: no conflict.
  Heal();
  EXPECT_EQ(Kvctl("conflicts list " + keyspace_ + " --output json").json()["id"], lost["id"]);
}

TEST_F(InsightCommandTest, RefusesToRestoreWhatIsNotKept) {
  const Ended gone = Kvctl("conflicts restore " + keyspace_ + " p999.n1.1");
  EXPECT_EQ(gone.code, 3);
  EXPECT_THAT(gone.err, HasSubstr("CONFLICT_NOT_KEPT"));
  EXPECT_THAT(Kvctl("conflicts restore " + keyspace_ + " p1.n9.1").err,
              HasSubstr("NODE_NOT_FOUND"));
  EXPECT_EQ(Kvctl("conflicts restore " + keyspace_ + " seven").code, 2);
  EXPECT_THAT(Kvctl("conflicts list default").err, HasSubstr("KEYSPACE_HAS_LEADERS"));
}

TEST_F(InsightCommandTest, ShowsReplicasThatDifferSideBySide) {
  WriteOnBothSides();
  const v1::ReplicaRecord one = HeldAt(1);
  const v1::ReplicaRecord three = HeldAt(3);
  EXPECT_NE(one.digest(), three.digest());
  EXPECT_EQ(one.digest(), HeldAt(2).digest());
  EXPECT_GT(one.version(), three.version());
  EXPECT_THAT(three.dot(), HasSubstr("n3"));
  EXPECT_EQ(three.bytes(), std::string("from three").size());
  const Ended cut = Kvctl("key inspect " + keyspace_ + " k");
  EXPECT_THAT(cut.out, AllOf(HasSubstr("did not answer"), HasSubstr("not known to be the same")));
  Heal();
  const auto healed = Inspect();
  EXPECT_TRUE(healed["same_everywhere"]);
  EXPECT_EQ(healed["replicas"].size(), 3u);
  EXPECT_THAT(Kvctl("key inspect " + keyspace_ + " k").out,
              AllOf(HasSubstr("a value"), HasSubstr("the same everywhere")));
}

TEST_F(InsightCommandTest, ShowsATombstoneAsLongAsANodeIsAway) {
  ASSERT_TRUE(Put(1, "v", v1::LEVEL_ALL).ok());
  ASSERT_TRUE(cluster_->Partition({{1, 2}, {3}}).ok());
  ASSERT_TRUE(Delete(1, v1::LEVEL_TWO).ok());
  EXPECT_TRUE(HeldAt(1).tombstone() && HeldAt(2).tombstone());
  EXPECT_TRUE(HeldAt(3).held());
  EXPECT_FALSE(HeldAt(3).tombstone());
  Heal();
  EXPECT_TRUE(Eventually([&] {
    const auto all = Inspect();
    return all["replicas"].size() == 3 && all["same_everywhere"] && !all["replicas"][0]["held"];
  }));
}

TEST_F(InsightCommandTest, InspectsKeysOfModeRaftToo) {
  ASSERT_EQ(Kvctl("put default inspected value --ttl 1h").code, 0);
  nlohmann::json all;
  EXPECT_TRUE(Eventually([&] {  // followers apply a little later
    all = Kvctl("key inspect default inspected --output json").json();
    return all["same_everywhere"] == true && all["replicas"].size() == 3;
  })) << all;
  EXPECT_EQ(all["replicas"][0]["bytes"], 5);
  EXPECT_FALSE(all["replicas"][0]["expires_at"].is_null());
  EXPECT_FALSE(all["replicas"][0].contains("dot"));
}

TEST_F(InsightCommandTest, ShowsHowFarTheOthersClocksAreFromANodesOwn) {
  nlohmann::json node;
  ASSERT_TRUE(Eventually([&] {
    node = Kvctl("node show n2 --output json").json();
    return node["clock_skews"].size() == 2;
  })) << node;
  for (const auto& skew : node["clock_skews"]) {
    EXPECT_LT(std::abs(skew["ahead_us"].get<int64_t>()), 5'000'000) << "one machine has one clock";
  }
  const Ended table = Kvctl("node show n2");
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, AllOf(HasSubstr("n2 at "), HasSubstr("zone a"), HasSubstr("its clock")));
  EXPECT_EQ(Kvctl("node show n9").code, 3);
}

TEST_F(InsightCommandTest, ExplainsHowStaleAWeakReadMayBe) {
  EXPECT_THAT(Kvctl("explain " + keyspace_ + " --read QUORUM --write QUORUM").out,
              HasSubstr("never stale"));
  nlohmann::json explained;
  // Of a few writes the others may have had each before its own node's disk did.
  ASSERT_TRUE(Eventually([&] {
    for (int node = 1; node <= 3; ++node) EXPECT_TRUE(Put(node, "v").ok());
    explained = Kvctl("explain " + keyspace_ + " --read ONE --write ONE --output json").json();
    const auto& points = explained["staleness"];
    return !points.empty() && points[0]["probability"] > 0.0;
  })) << explained;
  EXPECT_EQ(explained["staleness"][0]["since_write_us"], 0);
  // Another node may be asked, which has to have measured the others itself.
  std::string shown;
  EXPECT_TRUE(Eventually([&] {
    EXPECT_TRUE(Put(1, "v").ok() && Put(2, "v").ok() && Put(3, "v").ok());
    shown = Kvctl("explain " + keyspace_ + " --read ONE --write ONE").out;
    return absl::StrContains(shown, "after the acknowledgement");
  })) << shown;
  EXPECT_THAT(shown, HasSubstr("%"));
  const auto zones =
      Kvctl("explain " + keyspace_ + " --read LOCAL_QUORUM --write EACH_QUORUM --output json")
          .json();
  EXPECT_EQ(zones["write"]["zones"].size(), 2u);
  EXPECT_EQ(zones["write"]["zones"][0]["needs"], 2);
  EXPECT_EQ(zones["write"]["one_node"]["stopped_partitions"], 8);
}

}  // namespace
}  // namespace quorate::kvctl
