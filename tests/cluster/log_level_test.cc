// kvctl node log-level over a real process.
#include <gmock/gmock.h>

#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LogLevelClusterTest, ANodeSaysMoreOnceItsLevelIsChangedAndNotBefore) {
  Cluster cluster(1, {"--log-level=warn"});
  cluster.WaitReady();
  EXPECT_THAT(cluster.log(1), Not(HasSubstr(" info ")));  // though it said that it starts
  const Refusal changed = RunToEnd({QUORATE_BIN_DIR "/kvctl", "node", "log-level", "n1", "debug",
                                    "--endpoints", cluster.endpoints()});
  ASSERT_EQ(changed.exit_code, 0) << changed.output;
  EXPECT_THAT(changed.output, HasSubstr("debug"));
  EXPECT_EQ(cluster.Terminate(1), 0);
  EXPECT_THAT(cluster.log(1), HasSubstr(" info going down"));
}

}  // namespace
}  // namespace quorate::testing
