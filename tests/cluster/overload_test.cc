// More than a node takes on: refused, not lost, and told when to come back.
#include <gtest/gtest.h>

#include <atomic>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

TEST(OverloadTest, WhatIsTooMuchIsRefusedWithWhenToComeBackAndWasNotBegun) {
  Cluster cluster(1, {"--queued-requests-max=1"});
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  auto impatient =
      Client::Connect(cluster.endpoints(), {.retry_budget = {.capacity = 0, .per_call = 0}});
  ASSERT_TRUE(impatient.ok()) << impatient.status();
  std::atomic<int64_t> added = 0;
  std::atomic<int64_t> refused = 0;
  std::atomic<int64_t> other = 0;
  {
    auto pipe = impatient->Keyspace("orders").Pipeline({.max_in_flight = 512});
    for (int i = 0; i < 5000; ++i) {
      pipe.Add("n", 1, [&](const absl::StatusOr<AddResult>& sum) {
        if (sum.ok()) {
          ++added;
        } else if (ReasonOf(sum.status()) == "NODE_OVERLOADED" &&
                   OutcomeOf(sum.status()) == Outcome::kNotDone &&
                   RetryAfterOf(sum.status()).has_value()) {
          ++refused;
        } else {
          ++other;
        }
      });
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_GT(added, 0);
  EXPECT_EQ(other, 0);
  EXPECT_EQ(keyspace.Get("n")->value, std::to_string(added));
}

}  // namespace
}  // namespace quorate::testing
