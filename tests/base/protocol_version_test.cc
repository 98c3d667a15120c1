#include "base/protocol_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate {
namespace {

using ::testing::HasSubstr;

TEST(ProtocolVersionTest, ABuildMayBeInAClusterThatUsesWhatItSpeaks) {
  EXPECT_TRUE(CheckProtocol("n4", {}, {.active = kProtocolVersion}).ok());
  EXPECT_TRUE(CheckProtocol("n4", {1, 3}, {.active = 3}).ok());
  EXPECT_TRUE(CheckProtocol("n4", {3, 9}, {.active = 3}).ok());
}

TEST(ProtocolVersionTest, AnOlderAndANewerBuildAreToldApart) {
  const absl::Status older = CheckProtocol("n4", {1, 2}, {.active = 3});
  EXPECT_EQ(ReasonOf(older), "PROTOCOL_TOO_OLD");
  EXPECT_THAT(std::string(older.message()), HasSubstr("n4 speaks protocol 2 at most"));
  EXPECT_EQ(ReasonOf(CheckProtocol("n4", {4, 9}, {.active = 3})), "PROTOCOL_TOO_NEW");
}

// One that is let in while they raise it could be there when they are done.
TEST(ProtocolVersionTest, WhatIsAboutToBeUsedIsNeededAlready) {
  const ClusterProtocol raising = {.active = 2, .next = 3};
  EXPECT_TRUE(CheckProtocol("n4", {2, 3}, raising).ok());
  EXPECT_EQ(ReasonOf(CheckProtocol("n4", {1, 2}, raising)), "PROTOCOL_TOO_OLD");
  EXPECT_EQ(ReasonOf(CheckProtocol("n4", {3, 4}, raising)), "PROTOCOL_TOO_NEW");
}

// A request that says nothing of it, as a build would send that knew of no versions.
TEST(ProtocolVersionTest, VersionZeroIsTooOld) {
  EXPECT_EQ(ReasonOf(CheckProtocol("n4", {0, 0}, {})), "PROTOCOL_TOO_OLD");
}

}  // namespace
}  // namespace quorate
