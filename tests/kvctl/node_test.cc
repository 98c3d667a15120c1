// kvctl node.
#include <gmock/gmock.h>

#include "kvctl/command_line.h"

namespace quorate::kvctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NodeCommandTest : public CommandLineTest {};

TEST_F(NodeCommandTest, ChangesTheLogLevelAndShowsItUntilItIsChangedAgain) {
  const Ended before = Kvctl("node log-level n2 --output json");
  ASSERT_EQ(before.code, 0) << before.err;
  const std::string old = before.json()["level"];
  EXPECT_EQ(Kvctl("node log-level 2 error --output json").json()["level"], "error");
  EXPECT_EQ(Kvctl("node log-level n2 --output json").json()["level"], "error");
  EXPECT_EQ(Kvctl("node log-level n2 " + old + " --output json").json()["level"], old);
}

TEST_F(NodeCommandTest, AsksEveryNodeWhenAllAreNamed) {
  const Ended all = Kvctl("node log-level all");
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, AllOf(HasSubstr("n1"), HasSubstr("n2"), HasSubstr("n3")));
}

TEST_F(NodeCommandTest, RefusesLevelsAndNodesThatThereAreNot) {
  const Ended level = Kvctl("node log-level n2 loud");
  EXPECT_EQ(level.code, 2);
  EXPECT_THAT(level.err, AllOf(HasSubstr("BAD_LOG_LEVEL"), HasSubstr("trace, debug, info")));
  const Ended node = Kvctl("node log-level n9");
  EXPECT_EQ(node.code, 3);
  EXPECT_THAT(node.err, HasSubstr("NODE_NOT_FOUND"));
  EXPECT_EQ(Kvctl("node log-level second").code, 2);
}

}  // namespace
}  // namespace quorate::kvctl
