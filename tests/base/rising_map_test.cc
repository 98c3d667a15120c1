#include "base/rising_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/random.h"

namespace quorate {
namespace {

TEST(RisingMapTest, IsAMapWhateverEndsFirst) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    RisingMap<uint64_t> map;
    std::map<uint64_t, uint64_t> model;
    uint64_t id = 0;
    for (int step = 0; step < 2000; ++step) {
      if (random.Below(100) < 50) {
        id += 1 + (random.Below(4) == 0 ? random.Below(5) : 0);
        map.Add(id, 10 * id);
        model[id] = 10 * id;
      } else {
        const uint64_t gone = 1 + random.Below(id + 2);
        const bool known = model.erase(gone) != 0;
        ASSERT_EQ(map.Take(gone) != nullptr, known);
      }
      const uint64_t asked = random.Below(id + 3);
      const uint64_t* const found = map.Find(asked);
      ASSERT_EQ(found != nullptr, model.contains(asked));
      if (found != nullptr) {
        ASSERT_EQ(*found, model.at(asked));
      }
      ASSERT_EQ(map.size(), model.size());
    }
    std::vector<std::pair<uint64_t, uint64_t>> all;
    map.ForEach([&](uint64_t at, uint64_t value) { all.emplace_back(at, value); });
    const std::vector<std::pair<uint64_t, uint64_t>> wanted(model.begin(), model.end());
    EXPECT_EQ(all, wanted);
  }
}

TEST(RisingMapTest, AValueStaysWhereItIsUntilItIsErased) {
  RisingMap<std::string> map;
  std::string* const first = &map.Add(1, "first");
  for (uint64_t id = 2; id < 2000; ++id) {
    map.Add(id);
    (void)map.Take(id);
  }
  EXPECT_EQ(map.Find(1), first);
  EXPECT_EQ(*first, "first");
  EXPECT_EQ(map.size(), 1u);
}

TEST(RisingMapTest, WhoeverIsCalledForEachMayEraseAndAdd) {
  RisingMap<int> map;
  for (uint64_t id = 1; id <= 4; ++id) map.Add(id);
  std::vector<uint64_t> called;
  map.ForEach([&](uint64_t id, int) {
    called.push_back(id);
    (void)map.Take(id);
    (void)map.Take(id + 1);
    map.Add(id + 10);
  });
  EXPECT_EQ(called, (std::vector<uint64_t>{1, 3}));
  EXPECT_EQ(map.size(), 2u);
}

}  // namespace
}  // namespace quorate
