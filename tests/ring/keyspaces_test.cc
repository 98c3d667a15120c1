// What a keyspace's settings may be, and how they are altered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/limits.h"
#include "ring/topology.h"

namespace quorate::ring {
namespace {

using ::testing::HasSubstr;

// One keyspace, "a", at epoch 2.
Topology WithA(KeyspaceSpec spec = {}) {
  spec.name = "a";
  auto topology = WithKeyspace(*Bootstrap("cluster", {{NodeId(1), "h:1", "h:2", "", 100}}), spec);
  EXPECT_TRUE(topology.ok()) << topology.status();
  return *std::move(topology);
}

std::string ReasonToCreate(const KeyspaceSpec& spec) {
  KeyspaceSpec named = spec;
  named.name = "b";
  return ReasonOf(WithKeyspace(WithA(), named).status());
}

std::string ReasonToAlter(const Topology& topology, KeyspaceChange change) {
  change.name = "a";
  const auto status = WithAlteredKeyspace(topology, change).status();
  EXPECT_TRUE(status.ok() || AppliedOf(status) == Applied::kNo);
  return ReasonOf(status);
}

TEST(AlterKeyspaceTest, ChangesWhatIsNamedAndNothingElseOneEpochOn) {
  const Topology before = WithA({.default_read = Level::kOne, .default_ttl_us = 5});
  const auto after = WithAlteredKeyspace(
      before, {.name = "a", .default_write = Level::kAll, .lease_drift_ppm = 200});
  ASSERT_TRUE(after.ok()) << after.status();
  Topology expected = before;
  expected.epoch = Epoch(3);
  expected.keyspaces["a"].default_write = Level::kAll;
  expected.keyspaces["a"].lease_drift_ppm = 200;
  EXPECT_EQ(*after, expected);
}

TEST(AlterKeyspaceTest, GivesTheModesDefaultBack) {
  const Topology before = WithA({.default_read = Level::kOne, .default_write = Level::kAll});
  const auto after = WithAlteredKeyspace(
      before, {.name = "a", .default_read = Level::kDefault, .default_write = Level::kDefault});
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->FindKeyspace("a")->default_read, Level::kLinearizable);
  EXPECT_EQ(after->FindKeyspace("a")->default_write, Level::kQuorum);
}

TEST(AlterKeyspaceTest, TakesNoEpochWhereAllIsSoAlready) {
  const Topology before = WithA({.default_read = Level::kOne});
  const auto after =
      WithAlteredKeyspace(before, {.name = "a", .default_read = Level::kOne, .default_ttl_us = 0});
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(*after, before);
}

TEST(AlterKeyspaceTest, RefusesWhatIsNotThereAndWhatNamesNothing) {
  const auto unknown = WithAlteredKeyspace(WithA(), {.name = "b", .default_ttl_us = 1}).status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(unknown), "KEYSPACE_NOT_FOUND");
  EXPECT_EQ(ReasonToAlter(WithA(), {}), "NOTHING_TO_ALTER");
}

TEST(KeyspaceSettingsTest, ADefaultOfReadsIsOneThatNeedsNoBound) {
  EXPECT_EQ(ReasonToCreate({.default_read = Level::kBounded}), "DEFAULT_NEEDS_A_BOUND");
  EXPECT_EQ(ReasonToAlter(WithA(), {.default_read = Level::kBounded}), "DEFAULT_NEEDS_A_BOUND");
  EXPECT_EQ(ReasonToAlter(WithA(), {.default_read = Level::kSession}), "");
  EXPECT_EQ(ReasonToAlter(WithA(), {.default_read = Level::kAll}), "LEVEL_UNSUPPORTED");
  EXPECT_EQ(ReasonToAlter(WithA(), {.default_write = Level::kSession}), "LEVEL_UNSUPPORTED");
}

TEST(KeyspaceSettingsTest, ADefaultOfReadsMayBeALadderAsAReadsMay) {
  const Ladder ladder = *ParseLadder("LINEARIZABLE:20ms,BOUNDED(2s):50ms,ONE");
  EXPECT_EQ(ReasonToCreate({.default_ladder = ladder}), "");
  const Topology with = WithA({.default_ladder = ladder});
  EXPECT_EQ(with.FindKeyspace("a")->default_read, Level::kLinearizable);
  EXPECT_EQ(*DecodeTopology(EncodeTopology(with)), with);
  // One or the other, whichever was set last.
  const auto level = WithAlteredKeyspace(with, {.name = "a", .default_read = Level::kOne});
  EXPECT_TRUE(level->FindKeyspace("a")->default_ladder.empty());
  const auto back = WithAlteredKeyspace(*level, {.name = "a", .default_ladder = ladder});
  EXPECT_EQ(back->FindKeyspace("a")->default_ladder, ladder);
  EXPECT_EQ(ReasonToAlter(with, {.default_read = Level::kOne, .default_ladder = ladder}),
            "BAD_LADDER");
  EXPECT_EQ(ReasonToCreate({.default_ladder = *ParseLadder("ONE:20ms,LINEARIZABLE")}),
            "BAD_LADDER");
  EXPECT_EQ(ReasonToCreate({.default_ladder = *ParseLadder("LEASE:20ms,ONE")}),
            "LEASE_NOT_ALLOWED");
  EXPECT_EQ(ReasonToCreate({.default_ladder = *ParseLadder("ALL:20ms,ONE")}), "LEVEL_UNSUPPORTED");
}

TEST(KeyspaceSettingsTest, LeaseIsADefaultOnlyWithABoundOnDrift) {
  EXPECT_EQ(ReasonToCreate({.default_read = Level::kLease}), "LEASE_NOT_ALLOWED");
  const auto status =
      WithAlteredKeyspace(WithA(), {.name = "a", .default_read = Level::kLease}).status();
  EXPECT_EQ(ReasonOf(status), "LEASE_NOT_ALLOWED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("--lease-drift 1%"));
}

TEST(KeyspaceSettingsTest, QuantitiesAreWithinTheirLimits) {
  const uint32_t drift = limits::kLeaseDriftPpmMax;
  const uint64_t ttl = limits::kTtlMaxUs;
  EXPECT_EQ(ReasonToCreate({.lease_drift_ppm = drift, .default_ttl_us = ttl}), "");
  EXPECT_EQ(ReasonToCreate({.lease_drift_ppm = drift + 1}), "LEASE_DRIFT_TOO_LARGE");
  EXPECT_EQ(ReasonToCreate({.default_ttl_us = ttl + 1}), "TTL_TOO_LONG");
  EXPECT_EQ(ReasonToAlter(WithA(), {.lease_drift_ppm = drift + 1}), "LEASE_DRIFT_TOO_LARGE");
  EXPECT_EQ(ReasonToAlter(WithA(), {.default_ttl_us = ttl + 1}), "TTL_TOO_LONG");
}

TEST(DroppedKeyspacesTest, AreKnownByTheirPartitionsAfterAnotherTookTheName) {
  const Topology before = WithA({.partitions = 3});
  const Topology dropped = *WithoutKeyspace(before, "a");
  const Topology remade = *WithKeyspace(dropped, {.name = "a", .partitions = 3});
  ASSERT_EQ(remade.dropped.size(), 1u);
  EXPECT_EQ(remade.dropped[0], (DroppedKeyspace{"a", before.keyspaces.at("a").partitions.front().id,
                                                before.keyspaces.at("a").partitions.back().id}));
  EXPECT_GT(remade.keyspaces.at("a").partitions.front().id, remade.dropped[0].last);
  EXPECT_EQ(*DecodeTopology(EncodeTopology(remade)), remade);
}

TEST(DroppedKeyspacesTest, TheOldestAreForgotten) {
  Topology topology = WithA({.partitions = 1});
  for (size_t i = 0; i < limits::kDroppedKeyspacesMax + 1; ++i) {
    topology = *WithKeyspace(*WithoutKeyspace(topology, "a"), {.name = "a", .partitions = 1});
  }
  ASSERT_EQ(topology.dropped.size(), limits::kDroppedKeyspacesMax);
  EXPECT_EQ(topology.dropped.front().first, PartitionId(3));
}

}  // namespace
}  // namespace quorate::ring
