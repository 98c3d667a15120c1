#include "ring/hash_ring.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace quorate::ring {
namespace {

using Members = std::vector<HashRing::Member>;

std::vector<NodeId> PreferredIds(const Members& members, uint64_t point) {
  std::vector<NodeId> ids;
  for (uint32_t at : HashRing(members).Preference(point)) ids.push_back(members[at].id);
  return ids;
}

TEST(HashRingTest, NamesEveryMemberOnce) {
  Members members;
  for (uint64_t id = 1; id <= 9; ++id) members.push_back({NodeId(id), id == 5 ? 0u : 100u});
  for (uint64_t point : {uint64_t{0}, uint64_t{1} << 63, ~uint64_t{0}}) {
    std::vector<NodeId> ids = PreferredIds(members, point);
    std::sort(ids.begin(), ids.end());
    ASSERT_EQ(ids.size(), 9u);
    for (uint64_t id = 1; id <= 9; ++id) EXPECT_EQ(ids[id - 1], NodeId(id));
  }
}

TEST(HashRingTest, DoesNotDependOnTheOrderOfItsMembers) {
  Members members = {{NodeId(1)}, {NodeId(2)}, {NodeId(3)}};
  Members turned = {members[2], members[0], members[1]};
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    const uint64_t point = random.Next();
    EXPECT_EQ(PreferredIds(members, point), PreferredIds(turned, point));
  }
}

// What makes it consistent: who comes changes nothing between the others.
TEST(HashRingTest, AMemberThatComesLeavesTheOrderOfTheOthers) {
  Members members = {{NodeId(1)}, {NodeId(2), 300}, {NodeId(3)}, {NodeId(4), 10}};
  Members grown = members;
  grown.push_back({NodeId(9)});
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    const uint64_t point = random.Next();
    std::vector<NodeId> after = PreferredIds(grown, point);
    after.erase(std::find(after.begin(), after.end(), NodeId(9)));
    ASSERT_EQ(after, PreferredIds(members, point));
  }
}

TEST(HashRingTest, AHeavierMemberIsPreferredMoreOften) {
  const Members members = {{NodeId(1), 100}, {NodeId(2), 300}};
  Random random(1);
  int heavy = 0;
  for (int i = 0; i < 1000; ++i) heavy += PreferredIds(members, random.Next())[0] == NodeId(2);
  EXPECT_GT(heavy, 650);
  EXPECT_LT(heavy, 850);
}

}  // namespace
}  // namespace quorate::ring
