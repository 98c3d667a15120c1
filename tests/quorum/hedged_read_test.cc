// A read whose nearest replica is slower than usual asks one more, within a budget.
#include <gtest/gtest.h>

#include <algorithm>

#include "cluster.h"

namespace quorate::quorum {
namespace {

constexpr uint64_t kReads = 200;

ClusterOptions WithBudget(uint32_t permille) {
  ClusterOptions options;
  options.zones = {"near", "near", "far"};  // n1 asks n2 first, however slow it is
  options.config.hedge_permille = permille;
  options.config.resend_interval = absl::Seconds(10);  // what is lost is another matter
  return options;
}

class HedgedReads {
 public:
  explicit HedgedReads(uint32_t permille) : cluster_(WithBudget(permille)) {
    cluster_.Put(1, "k", "v", Level::kAll);
    cluster_.Settle();
  }

  // A read at QUORUM by n1, which n2 answers after `delay`: how long it took.
  absl::Duration Read(absl::Duration delay) {
    const absl::Duration begin = cluster_.now();
    const uint64_t id = cluster_.Get(1, "k", Level::kQuorum);
    const auto of_n2 = [](const Message& message) {
      return message.from.node == NodeId(2) && std::holds_alternative<ReadAnswer>(message.body);
    };
    std::vector<Message> held;
    while (cluster_.now() - begin < delay) {
      for (size_t i = cluster_.in_flight().size(); i > 0; --i) {
        cluster_.DeliverAt(0);
        std::ranges::move(cluster_.Take(of_n2), std::back_inserter(held));
      }
      if (cluster_.Find(1, id) != nullptr) break;
      cluster_.Pass(absl::Milliseconds(1));
      if (cluster_.now() - begin < delay) cluster_.Tick(1);
    }
    const absl::Duration took = cluster_.now() - begin;
    for (const Message& answer : held) cluster_.Deliver(answer);
    cluster_.DeliverAll();
    EXPECT_NE(cluster_.Find(1, id), nullptr);
    if (cluster_.Find(1, id) != nullptr) {
      EXPECT_TRUE(cluster_.Find(1, id)->record) << cluster_.Find(1, id)->status;
    }
    return took;
  }
  uint64_t hedged() { return cluster_.core(1).reads_hedged(); }

 private:
  Cluster cluster_;
};

TEST(HedgedReadTest, TheFewReadsThatWouldBeSlowAreAnsweredByAnother) {
  HedgedReads reads(100);
  for (uint64_t i = 1; i <= kReads; ++i) {
    const bool slow = i % 20 == 0;
    const absl::Duration took = reads.Read(absl::Milliseconds(slow ? 100 : 2));
    EXPECT_LT(took, absl::Milliseconds(10)) << "read " << i;
  }
  EXPECT_GE(reads.hedged(), kReads / 20);
  EXPECT_LE(reads.hedged(), kReads / 10) << "the budget";
}

// Each time slower than ever, so that every read would ask one more.
uint64_t HedgedWithAPeerThatGetsSlowerAndSlower(uint32_t permille) {
  HedgedReads reads(permille);
  for (uint64_t i = 1; i <= kReads; ++i) {
    reads.Read(absl::Milliseconds(60) + absl::Milliseconds(1) * static_cast<int64_t>(i));
  }
  return reads.hedged();
}

TEST(HedgedReadTest, NoMoreReadsAskAnotherThanTheBudgetAllows) {
  EXPECT_EQ(HedgedWithAPeerThatGetsSlowerAndSlower(100), kReads / 10);
  EXPECT_EQ(HedgedWithAPeerThatGetsSlowerAndSlower(20), kReads / 50);
}

TEST(HedgedReadTest, WithoutABudgetNoneDoes) {
  EXPECT_EQ(HedgedWithAPeerThatGetsSlowerAndSlower(0), 0u);
}

}  // namespace
}  // namespace quorate::quorum
