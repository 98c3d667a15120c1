// kvctl resolve, and --ttl.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <chrono>

#include "base/error.h"
#include "base/status_codec.h"
#include "kvctl/command_line.h"
#include "quorate/v1/kv.grpc.pb.h"

namespace quorate::kvctl {
namespace {

using ::testing::HasSubstr;

// Writes by bare gRPC, whose identities the test knows.
class ResolveCommandTest : public CommandLineTest {
 protected:
  void OpenWriter() {
    stub_ = v1::Kv::NewStub(
        grpc::CreateChannel(cluster_->endpoint(1), grpc::InsecureChannelCredentials()));
    v1::OpenWriterRequest request;
    request.set_keyspace("default");
    request.set_key("k");
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::Status status = stub_->OpenWriter(&context, request, &writer_);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  absl::Status Put(uint64_t sequence, const std::string& value) {
    v1::PutRequest request;
    request.set_keyspace("default");
    request.set_key("k");
    request.set_value(value);
    request.mutable_identity()->set_writer(writer_.writer());
    request.mutable_identity()->set_partition_id(writer_.receipt().partition_id());
    request.mutable_identity()->set_sequence(sequence);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::Status status = stub_->Put(&context, request, &written_);
    if (status.ok()) return absl::OkStatus();
    return DecodeStatusDetails(status.error_details())
        .value_or(absl::UnknownError(status.error_message()));
  }
  Ended Resolve(uint64_t sequence, const std::string& flags = "") {
    return Kvctl("resolve " +
                 OperationText({"default", PartitionId(writer_.receipt().partition_id()),
                                writer_.writer(), sequence}) +
                 " " + flags);
  }

  std::unique_ptr<v1::Kv::Stub> stub_;
  v1::OpenWriterResponse writer_;
  v1::WriteResponse written_;
};

TEST_F(ResolveCommandTest, TellsWhatWasAppliedAtWhichVersionHoweverOftenItIsSent) {
  OpenWriter();
  // Out of their order, and one of them twice.
  ASSERT_TRUE(Put(3, "third").ok());
  const uint64_t version = written_.receipt().version();
  ASSERT_TRUE(Put(1, "first").ok());
  ASSERT_TRUE(Put(3, "third").ok());
  EXPECT_EQ(written_.receipt().version(), version);
  EXPECT_EQ(Kvctl("get default k").out, "first");
  const Ended applied = Resolve(3, "-o json");
  EXPECT_EQ(applied.code, 0) << applied.err;
  EXPECT_EQ(applied.json()["fate"], "applied");
  EXPECT_EQ(applied.json()["version"], version);
  EXPECT_EQ(ReasonOf(Put(3, "another body")), "IDENTITY_REUSED");
}

TEST_F(ResolveCommandTest, LeavesItPossibleIfOnlyLookedAtAndElseMakesSureThatItNeverIs) {
  OpenWriter();
  ASSERT_TRUE(Put(1, "first").ok());
  const Ended possible = Resolve(2, "--look");
  EXPECT_EQ(possible.code, 6) << possible.err;
  EXPECT_THAT(possible.out, HasSubstr("possible"));
  ASSERT_TRUE(Put(2, "second").ok()) << "looking changes nothing";
  const Ended never = Resolve(4);
  EXPECT_EQ(never.code, 5) << never.err;
  EXPECT_THAT(never.out, HasSubstr("never will be"));
  const absl::Status late = Put(4, "late");
  EXPECT_EQ(ReasonOf(late), "WRITE_FENCED") << late;
  EXPECT_EQ(AppliedOf(late), Applied::kNo);
  EXPECT_EQ(Kvctl("get default k").out, "second");
  EXPECT_EQ(Resolve(4, "--look").code, 5) << "it is told alike for ever";
}

TEST_F(ResolveCommandTest, KnowsNothingOfAWriterThatNeverWas) {
  auto client = Client::Connect(cluster_->endpoints());
  ASSERT_TRUE(client.ok()) << client.status();
  const auto topology = client->Topology();
  ASSERT_TRUE(topology.ok()) << topology.status();
  const PartitionId partition = topology->FindKeyspace("default")->partitions.front().id;
  const Ended expired =
      Kvctl("resolve " + OperationText({"default", partition, /*writer=*/999, /*sequence=*/1}));
  EXPECT_EQ(expired.code, 6);
  EXPECT_THAT(expired.out, HasSubstr("expired"));
  EXPECT_EQ(Kvctl("resolve default/999999/1/1").code, 3);
  const Ended nonsense = Kvctl("resolve default/x");
  EXPECT_EQ(nonsense.code, 2);
  EXPECT_THAT(nonsense.err, HasSubstr("OPERATION_INVALID"));
}

TEST_F(ResolveCommandTest, PutsWithATimeToLive) {
  ASSERT_EQ(Kvctl("put default short v --ttl 1h").code, 0);
  EXPECT_THAT(Kvctl("get default short -o json").json()["expires_at"].get<std::string>(),
              HasSubstr("T"));
  ASSERT_EQ(Kvctl("put default short v --ttl 0").code, 0);
  EXPECT_FALSE(Kvctl("get default short -o json").json().contains("expires_at"));
  ASSERT_EQ(Kvctl("incr default visits --ttl 1h").code, 0);
  EXPECT_TRUE(Kvctl("get default visits -o json").json().contains("expires_at"));
  for (const char* bad : {"-5s", "soon", "200y"}) {
    const Ended refused = Kvctl(std::string("put default short v --ttl=") + bad);
    EXPECT_EQ(refused.code, 2) << bad << ": " << refused.err;
  }
}

}  // namespace
}  // namespace quorate::kvctl
