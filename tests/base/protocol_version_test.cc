#include "base/protocol_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate {
namespace {

using ::testing::HasSubstr;

TEST(ProtocolVersionTest, BuildsThatShareAVersionMayBeInOneCluster) {
  EXPECT_TRUE(CheckProtocol("n4", {}).ok());
  EXPECT_TRUE(CheckProtocol("n4", {1, 3}, {3, 5}).ok());
  EXPECT_TRUE(CheckProtocol("n4", {5, 9}, {3, 5}).ok());
}

TEST(ProtocolVersionTest, AnOlderAndANewerBuildAreToldApart) {
  const absl::Status older = CheckProtocol("n4", {1, 2}, {3, 5});
  EXPECT_EQ(ReasonOf(older), "PROTOCOL_TOO_OLD");
  EXPECT_THAT(std::string(older.message()), HasSubstr("n4 speaks protocol 2 at most"));
  EXPECT_EQ(ReasonOf(CheckProtocol("n4", {6, 9}, {3, 5})), "PROTOCOL_TOO_NEW");
}

// A request that says nothing of it, as a build would send that knew of no versions.
TEST(ProtocolVersionTest, VersionZeroIsTooOld) {
  EXPECT_EQ(ReasonOf(CheckProtocol("n4", {0, 0})), "PROTOCOL_TOO_OLD");
}

}  // namespace
}  // namespace quorate
