// kvctl cluster upgrade; builds that differ are tests/cluster/upgrade_test.cc's.
#include <gmock/gmock.h>

#include "base/protocol_version.h"
#include "base/strings.h"
#include "kvctl/command_line.h"

namespace quorate::kvctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class UpgradeCommandTest : public CommandLineTest {};

TEST_F(UpgradeCommandTest, TellsTheBuildsAndWhatIsInUse) {
  const Ended table = Kvctl("cluster upgrade");
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(
      table.out,
      AllOf(HasSubstr("n1"), HasSubstr(StrCat(kProtocolVersionMin, " to ", kProtocolVersion)),
            HasSubstr("sealed-frames"), HasSubstr("in use"),
            HasSubstr(StrCat("all nodes are of builds of protocol ", kProtocolVersion))));
  const nlohmann::json told = Kvctl("cluster upgrade --output json").json();
  EXPECT_EQ(told["protocol"], kProtocolVersion);
  EXPECT_EQ(told["protocol_next"], 0);
  EXPECT_EQ(told["nodes"].size(), 3u);
  EXPECT_EQ(told["nodes"][0]["protocol"], kProtocolVersion);
  EXPECT_EQ(told["nodes"][0]["protocol_min"], kProtocolVersionMin);
  EXPECT_EQ(told["features"][0]["active"], true);
}

TEST_F(UpgradeCommandTest, WhatIsRaisedAlreadyStaysSo) {
  const Ended again = Kvctl("cluster upgrade --finalize");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr(StrCat("protocol ", kProtocolVersion)));
}

}  // namespace
}  // namespace quorate::kvctl
