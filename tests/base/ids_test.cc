#include "base/ids.h"

#include <gtest/gtest.h>

#include <sstream>
#include <type_traits>

#include "absl/hash/hash_testing.h"

namespace quorate {
namespace {

TEST(IdsTest, KindsDoNotMix) {
  EXPECT_FALSE((std::is_convertible_v<NodeId, PartitionId>));
  EXPECT_FALSE((std::is_convertible_v<Term, LogIndex>));
  EXPECT_FALSE((std::is_convertible_v<uint64_t, NodeId>));
  EXPECT_FALSE((std::is_convertible_v<NodeId, uint64_t>));
}

TEST(IdsTest, ZeroIsNone) {
  EXPECT_FALSE(NodeId());
  EXPECT_TRUE(NodeId(1));
  EXPECT_EQ(NodeId(), NodeId(0));
}

TEST(IdsTest, PrintWithTheirKind) {
  std::ostringstream out;
  out << NodeId(3) << " " << PartitionId(4) << " " << Term(5) << " " << LogIndex(6) << " "
      << Epoch(7) << " " << Boot(8) << " " << KeyspaceId(9);
  EXPECT_EQ(out.str(), "n3 p4 t5 i6 e7 b8 k9");
}

TEST(IdsTest, PositionsCount) {
  EXPECT_EQ(LogIndex(4).next(), LogIndex(5));
  EXPECT_EQ(LogIndex(4).prev(), LogIndex(3));
  EXPECT_EQ(LogIndex(0).prev(), LogIndex(0));
  EXPECT_EQ(LogIndex(4) + 3, LogIndex(7));
  EXPECT_EQ(LogIndex(7) - LogIndex(4), 3u);
  EXPECT_LT(LogIndex(4), LogIndex(5));
}

TEST(IdsTest, EqualIdsHashEqually) {
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly({NodeId(0), NodeId(1), NodeId(2)}));
}

}  // namespace
}  // namespace quorate
