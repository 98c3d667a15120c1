// Random writes, releases, crashes, failed syncs and full disks over tiny
// segments, compared with a model after each start.
#include <memory>

#include "base/probe.h"
#include "base/strings.h"
#include "gtest/gtest.h"
#include "storage/log_model.h"
#include "storage/log_store.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

class LogWorld {
 public:
  explicit LogWorld(uint64_t seed) : random_(seed), files_(seed + 1), workload_(seed + 2) {
    options_.segment_bytes = random_.Between(4, 12) * kFileBlockBytes;
    options_.spare_segments = static_cast<uint32_t>(random_.Below(3));
    options_.copy_forward_segments = static_cast<uint32_t>(random_.Between(1, 4));
    options_.copy_forward_bytes = random_.Between(1, 4) * 2000;
    release_chance_ = random_.Chance(0.5) ? 0.5 : 0.1;
    Start();
  }

  void Step() {
    if (random_.Chance(0.02)) return Restart();
    if (random_.Chance(0.01)) files_.FailNextSync();
    if (random_.Chance(0.02)) ChangeCapacity();
    while (random_.Chance(release_chance_)) {
      const auto [partition, index] = workload_.NextRelease(model_);
      if (index) model_.Release(partition, index);
      store_->Release(partition, index);
    }
    Append();
  }

  // All room there is and everything released: the log shrinks.
  void Finish() {
    files_.SetCapacityBytes(UINT64_MAX);
    Restart();
    for (const auto& [partition, group] : model_.groups()) {
      store_->Release(partition, group.last());
      model_.Release(partition, group.last());
    }
    for (int i = 0; i < 3; ++i) Append();
    EXPECT_LE(store_->stats().segments, 4u) << "what is released keeps segments in use";
    Restart();
  }

  uint64_t appended() const { return appended_; }
  uint64_t refused() const { return refused_; }
  uint64_t halved() const { return lost_; }

 private:
  void Start() {
    auto store = LogStore::Open(files_, options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    const std::vector<RecoveredGroup> recovered = store_->TakeRecovered();
    std::string difference = model_.Difference(recovered);
    if (under_way_ && difference.empty()) ++lost_;
    if (under_way_ && !difference.empty()) {
      // Never acknowledged: as a whole there or not there.
      model_.Apply(*under_way_);
      difference = model_.Difference(recovered);
    }
    ASSERT_EQ(difference, "");
    under_way_.reset();
    model_.Restart(recovered);
  }

  void Restart() {
    store_.reset();
    files_.Crash();
    Start();
  }

  void Append() {
    const LogBatch batch = workload_.NextBatch(model_);
    files_.BeginUnsynced();
    const absl::Status appended = store_->Append(batch);
    if (absl::IsResourceExhausted(appended)) {  // nothing happened, and the log goes on
      files_.Settle();
      ++refused_;
      return;
    }
    const bool crash = random_.Chance(0.05);
    if (appended.ok() && !crash) {
      files_.Settle();
      model_.Apply(batch);
      ++appended_;
      return;
    }
    under_way_ = batch;
    if (!appended.ok()) {
      EXPECT_EQ(store_->Append(workload_.NextBatch(model_)), appended) << "a dead log stays dead";
    }
    Restart();
  }

  void ChangeCapacity() {
    const bool tight = random_.Chance(0.5);
    const uint64_t more = random_.Below(3) * options_.segment_bytes;
    files_.SetCapacityBytes(tight ? files_.used_bytes() + more : UINT64_MAX);
  }

  Random random_;
  SimFiles files_;
  LogWorkload workload_;
  LogOptions options_;
  double release_chance_ = 0;
  LogModel model_;
  std::optional<LogBatch> under_way_;
  std::unique_ptr<LogStore> store_;
  uint64_t appended_ = 0, refused_ = 0, lost_ = 0;
};

uint64_t Count(std::string_view name) {
  for (const ProbeCount& probe : ProbeCounts()) {
    if (probe.name == name) return probe.count;
  }
  return 0;
}

TEST(LogPropertyTest, KeepsWhatWasAcknowledgedThroughCrashesFailedSyncsAndFullDisks) {
  uint64_t appended = 0, refused = 0, lost = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(StrCat("seed ", seed));
    LogWorld world(seed * 1000);
    for (int step = 0; step < 300 && !testing::Test::HasFailure(); ++step) world.Step();
    if (!testing::Test::HasFailure()) world.Finish();
    if (testing::Test::HasFailure()) return;
    appended += world.appended();
    refused += world.refused();
    lost += world.halved();
  }
  // The rare paths were taken.
  EXPECT_GT(appended, 10'000u);
  EXPECT_GT(refused, 100u);
  EXPECT_GT(lost, 100u);
  EXPECT_GT(Count("log: straggler copied forward"), 10u);
  EXPECT_GT(Count("log: room made from the reserve"), 10u);
  EXPECT_GT(Count("log: torn record cut off"), 100u);
}

}  // namespace
}  // namespace quorate
