// A node whose disk was lost, started again under its id while nobody remembers it but on
// disk: it is refused, however often it starts, and nothing acknowledged is missed.
#include <gtest/gtest.h>

#include <string_view>

#include "base/strings.h"
#include "cluster_fixture.h"

namespace quorate::sim {
namespace {

constexpr NodeId kLost{3};
constexpr int kKeys = 10;

void Wipe(Machine& machine) {
  for (SimFiles* files : {&machine.data_files, &machine.log_files}) {
    const auto names = files->List();
    ASSERT_TRUE(names.ok());
    for (const std::string& name : *names) ASSERT_TRUE(files->Remove(name).ok());
  }
  EngineBatch all;
  all.DeleteKeys("", std::string(16, '\xff'));
  ASSERT_TRUE(machine.engine.Write(all).ok());
  ASSERT_TRUE(machine.engine.Flush().ok());
}

class World : public ClusterFixture {
 public:
  explicit World(uint64_t seed) : ClusterFixture(ThreeNodes(), seed) {
    MakeKeyspace({.mode = Mode::kQuorum, .replicas = 3, .conflict = Conflict::kLww});
  }

  bool Put(uint64_t id, const std::string& key) {
    const auto reply = Ask(NodeId(id), ClusterFixture::Put(key, "v", Level::kQuorum));
    return reply && reply->status.ok();
  }
  // False: it answers that there is nothing.
  bool MayHave(uint64_t id, const std::string& key) {
    if (!node(NodeId(id)).up() || Partition() == nullptr) return true;
    const auto reply = Ask(NodeId(id), Get(key, Level::kQuorum));
    return !reply || !reply->status.ok() || (!reply->found.empty() && reply->found[0].has_value());
  }
  bool Told(std::string_view what) const {
    return std::any_of(told_.begin(), told_.end(),
                       [&](const std::string& one) { return one.find(what) != std::string::npos; });
  }

 private:
  void Violated(const std::string& what) override { told_.push_back(what); }

  std::vector<std::string> told_;
};

TEST(LostDiskTest, ANodeOnAnEmptyDiskIsRefusedHoweverOftenItStarts) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    World world(seed);
    for (int i = 0; i < kKeys; ++i) ASSERT_TRUE(world.Put(1 + i % 3, StrCat("k", i)));
    world.Pass(absl::Seconds(1));
    // So that nobody remembers it in memory.
    for (const uint64_t id : {1, 2, 3}) world.node(NodeId(id)).Crash("the test says so");
    Wipe(world.node(kLost).machine());
    for (const uint64_t id : {1, 2}) world.node(NodeId(id)).Boot();
    for (int start = 0; start < 4; ++start) {
      if (!world.node(kLost).up()) world.node(kLost).Boot();
      if (world.node(kLost).up()) world.node(kLost).ExpectFailure();
      for (int i = 0; i < kKeys; ++i) {
        world.Pass(absl::Milliseconds(200));
        for (const uint64_t id : {1, 2, 3}) {
          EXPECT_TRUE(world.MayHave(id, StrCat("k", i))) << "seed " << seed << ", n" << id;
        }
      }
    }
    EXPECT_FALSE(world.node(kLost).up()) << seed;
    EXPECT_TRUE(world.Told("has ended on this data folder before")) << seed;
    for (int i = 0; i < kKeys; ++i) {
      EXPECT_TRUE(world.Put(1, StrCat("again", i))) << "two of three are enough";
    }
  }
}

}  // namespace
}  // namespace quorate::sim
