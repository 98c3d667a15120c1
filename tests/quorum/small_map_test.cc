#include "quorum/small_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/random.h"

namespace quorate::quorum {
namespace {

TEST(SmallMapTest, IsAMap) {
  Random random(1);
  SmallMap<uint64_t, std::string> map;
  std::map<uint64_t, std::string> model;
  for (int step = 0; step < 3000; ++step) {
    const uint64_t key = random.Below(8);
    if (random.Below(2) == 0) {
      map[key] = model[key] = std::to_string(step);
    } else if (random.Below(8) == 0) {
      map.erase(map.lower_bound(key), map.lower_bound(key + 3));
      model.erase(model.lower_bound(key), model.lower_bound(key + 3));
    } else if (const auto found = map.find(key); found != map.end()) {
      map.erase(found);
      model.erase(key);
    }
    ASSERT_EQ(map.contains(key), model.contains(key));
    if (map.contains(key)) {
      ASSERT_EQ(map.at(key), model.at(key));
    }
    ASSERT_TRUE(std::equal(
        map.begin(), map.end(), model.begin(), model.end(),
        [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; }));
  }
}

}  // namespace
}  // namespace quorate::quorum
