// Calls that answer by a callback.
#include "absl/synchronization/notification.h"
#include "client/client.h"
#include "client/executor.h"
#include "fake_node.h"
#include "gtest/gtest.h"

namespace quorate::client {
namespace {

// The only handle of its client.
Keyspace Orders(FakeCluster& cluster) {
  auto client = Client::Connect(cluster.endpoints(), {});
  EXPECT_TRUE(client.ok()) << client.status();
  return client->Keyspace("orders");
}

absl::Status NotApplied() {
  return MakeError(absl::StatusCode::kUnavailable, "NO_LEADER", "no leader yet", Applied::kNo);
}

TEST(CallbackTest, CallsBackOnceOnAThreadOfItsOwn) {
  FakeCluster cluster(1);
  auto orders = Orders(cluster);
  absl::Notification done;
  bool own_thread = false;
  orders.Put("42", "paid", {}, [&](absl::StatusOr<WriteReceipt> written) {
    EXPECT_TRUE(written.ok());
    own_thread = Executor::OnExecutorThread();
    done.Notify();
  });
  done.WaitForNotification();
  EXPECT_TRUE(own_thread);
}

TEST(CallbackTest, MayBeCalledAndBlockedOnInACallback) {
  FakeCluster cluster(1);
  auto orders = Orders(cluster);
  absl::Notification done;
  orders.Put("42", "paid", {}, [&](const absl::StatusOr<WriteReceipt>&) {
    cluster.node(1).Play({Script::Error(NotApplied())});
    EXPECT_TRUE(orders.Put("43", "open").ok());  // a retry needs a timer meanwhile
    done.Notify();
  });
  done.WaitForNotification();
}

TEST(CallbackTest, WaitsForCallsUnderWayWhenTheLastHandleGoes) {
  FakeCluster cluster(1);
  int answered = 0;
  {
    auto orders = Orders(cluster);
    for (int i = 0; i < 20; ++i) {
      orders.Put(std::to_string(i), "v", {}, [&](const auto&) { ++answered; });
    }
  }
  EXPECT_EQ(answered, 20);
}

TEST(CallbackTest, LetsACallbackHoldTheLastHandle) {
  FakeCluster cluster(1);
  absl::Notification done;
  {
    auto orders = Orders(cluster);
    auto* fire = &orders;
    fire->Put("42", "v", {}, [orders, &done](const auto&) { done.Notify(); });
  }
  done.WaitForNotification();
}

}  // namespace
}  // namespace quorate::client
