#include "cluster/process.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

namespace quorate::testing {
namespace {

TEST(PortsTest, NoTwoAtOnceShareAPort) {
  std::vector<std::unique_ptr<Ports>> held;
  std::set<int> taken;
  for (int i = 0; i < 5; ++i) {
    held.push_back(std::make_unique<Ports>());
    ASSERT_NE(held.back()->first(), 0);
    for (int port = 0; port < Ports::kCount; ++port) {
      EXPECT_TRUE(taken.insert(held.back()->first() + port).second);
    }
  }
}

}  // namespace
}  // namespace quorate::testing
