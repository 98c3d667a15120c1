// Records that have changed on a disk while nobody looked, over real processes: what
// the checksums cannot see is found by comparing replicas.
#include <gmock/gmock.h>

#include <cstdlib>
#include <string>

#include "base/strings.h"
#include "cluster/cluster.h"
#include "kv/layout.h"
#include "quorum/record.h"
#include "storage/rocks_engine.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kRotten = 2;
constexpr int kKeys = 40;

class RottenDiskTest : public ::testing::Test {
 protected:
  RottenDiskTest() {
    const auto made = client_.CreateKeyspace(
        "carts", {.mode = Mode::kQuorum, .partitions = 1, .conflict = Conflict::kLww});
    EXPECT_TRUE(made.ok()) << made.status();
    if (made.ok()) partition_ = made->partitions.front().id;
    const double before = EngineKeys();
    for (int i = 0; i < kKeys; ++i) {
      const auto written = keyspace_.Put(StrCat("k", i), StrCat("v", i), {.level = Level::kAll});
      EXPECT_TRUE(written.ok()) << written.status();
    }
    EXPECT_TRUE(Eventually([&] {
      const auto lag = client_.Lag("carts");
      return lag.ok() && lag->nothing_behind();
    }));
    // Not in the log alone: what waits for the engine is not on this disk's other half yet.
    EXPECT_TRUE(Eventually([&] { return EngineKeys() >= before + kKeys; })) << EngineKeys();
  }
  // As a write to the disk that went elsewhere would: no checksum is wrong.
  void Damage() {
    const auto engine = OpenRocksEngine(cluster_.data_dir(kRotten) + "/data");
    ASSERT_TRUE(engine.ok()) << engine.status();
    const std::string changed = kv::RecordKey(partition_, "k7");
    const auto stored = (*engine)->Get(changed);
    ASSERT_TRUE(stored.ok() && *stored) << stored.status();
    auto record = quorum::DecodeRecord("k7", **stored);
    ASSERT_TRUE(record.ok()) << record.status();
    ASSERT_EQ(record->body, "v7");
    record->body = "rotten";
    EngineBatch batch;
    batch.PutKey(changed, quorum::EncodeRecord("k7", *record));
    batch.DeleteKey(kv::RecordKey(partition_, "k8"));
    ASSERT_TRUE((*engine)->Write(batch).ok());
    ASSERT_TRUE((*engine)->Flush().ok());
  }
  std::string Metric(int node, std::string_view name) {
    const std::string page = HttpGet(cluster_.http_port(node), "/metrics");
    const std::string line = StrCat("\n", name, " ");
    const size_t at = page.find(line);
    if (at == std::string::npos) return "no such metric";
    const size_t begin = at + line.size();
    return page.substr(begin, page.find('\n', begin) - begin);
  }
  std::string RepairedAt(int node) { return Metric(node, "quorate_records_repaired_total"); }
  double EngineKeys() { return std::atof(Metric(kRotten, "quorate_engine_keys").c_str()); }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = client_.Keyspace("carts");
  PartitionId partition_;
};

TEST_F(RottenDiskTest, WhatChecksumsDoNotSeeIsFoundByComparingAndTakenFromTheOthers) {
  ASSERT_EQ(cluster_.Terminate(kRotten), 0);
  Damage();
  cluster_.Start(kRotten);
  cluster_.WaitReady(kRotten);
  EXPECT_TRUE(Eventually([&] { return RepairedAt(kRotten) == "2"; })) << RepairedAt(kRotten);
  for (int i = 0; i < kKeys; ++i) {
    EXPECT_EQ(cluster_.HasAt(kRotten, "carts", StrCat("k", i)), StrCat("v", i));
  }
  for (const int healthy : {1, 3}) EXPECT_EQ(RepairedAt(healthy), "0") << "n" << healthy;
}

}  // namespace
}  // namespace quorate::testing
