#include "quorum/causal_context.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/hash.h"

namespace quorate::quorum {
namespace {

const Identity kHere{NodeId(1), Boot(4)};
const Identity kThere{NodeId(2), Boot(1)};

VersionVector Seen() {
  VersionVector seen;
  seen.Add({kHere, 7});
  seen.Add({kThere, 900});
  return seen;
}

std::string ReasonFor(const std::string& scope, const std::string& key, const std::string& bytes,
                      uint64_t given_out = 7) {
  const absl::StatusOr<VersionVector> seen = OpenContext(scope, key, bytes, {kHere, given_out});
  return seen.ok() ? "fine" : ReasonOf(seen.status());
}

TEST(CausalContextTest, ComesBackAsItWasGiven) {
  const std::string context = SealContext("c1/k3", "cart", Seen());
  const absl::StatusOr<VersionVector> seen = OpenContext("c1/k3", "cart", context, {kHere, 7});
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(*seen, Seen());
}

TEST(CausalContextTest, IsOfItsKeyAndKeyspaceOnly) {
  const std::string context = SealContext("c1/k3", "cart", Seen());
  EXPECT_EQ(ReasonFor("c1/k3", "cart2", context), "FOREIGN_CONTEXT");
  EXPECT_EQ(ReasonFor("c1/k4", "cart", context), "FOREIGN_CONTEXT");
}

TEST(CausalContextTest, IsRefusedWhereAnyBitIsChanged) {
  const std::string context = SealContext("c1/k3", "cart", Seen());
  for (size_t bit = 0; bit < context.size() * 8; ++bit) {
    std::string changed = context;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(ReasonFor("c1/k3", "cart", changed), "BAD_CONTEXT") << bit;
  }
  for (size_t size = 0; size < context.size(); ++size) {
    EXPECT_EQ(ReasonFor("c1/k3", "cart", context.substr(0, size)), "BAD_CONTEXT") << size;
  }
}

TEST(CausalContextTest, CannotClaimWritesThatThisReplicaHasNotGivenOut) {
  const std::string context = SealContext("c1/k3", "cart", Seen());
  EXPECT_EQ(ReasonFor("c1/k3", "cart", context, 7), "fine");
  EXPECT_EQ(ReasonFor("c1/k3", "cart", context, 6), "BAD_CONTEXT");
}

}  // namespace
}  // namespace quorate::quorum
