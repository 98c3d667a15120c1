// Whom the client avoids.
#include "client/client.h"
#include "fake_node.h"
#include "gtest/gtest.h"

namespace quorate::client {
namespace {

absl::Status Refused(std::string_view reason) {
  return MakeError(absl::StatusCode::kUnavailable, reason, "not now", Applied::kNo);
}

class GoingDownTest : public testing::TestWithParam<bool> {};

TEST_P(GoingDownTest, OnlyTheNodeThatIsGoingDownItselfIsAvoided) {
  const bool another = GetParam();
  FakeCluster cluster(2);
  cluster.SetServing(1);
  const auto client =
      Client::Connect(cluster.endpoints(),
                      {.breaker = {.open_for = absl::Hours(1), .open_for_max = absl::Hours(1)}});
  ASSERT_TRUE(client.ok()) << client.status();
  auto orders = client->Keyspace("orders");
  ASSERT_TRUE(orders.Put("42", "placed").ok());
  absl::Status going = Refused("SHUTTING_DOWN");
  if (another) SetErrorDetail(going, "going_down", "n2");
  cluster.node(1).Play({Script::Error(going)});
  ASSERT_TRUE(orders.Put("42", "paid").ok());
  const int before = cluster.node(1).calls();
  ASSERT_TRUE(orders.Put("42", "sent").ok());
  EXPECT_EQ(cluster.node(1).calls() - before, another ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(, GoingDownTest, testing::Bool(), [](const auto& info) {
  return info.param ? "WhereAnotherIs" : "WhereItIsItself";
});

}  // namespace
}  // namespace quorate::client
