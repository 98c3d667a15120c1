// kvctl resolve, and --ttl.
#include <gmock/gmock.h>

#include "kvctl/command_line.h"

namespace quorate::kvctl {
namespace {

using ::testing::HasSubstr;

class ResolveCommandTest : public CommandLineTest {};

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
