#include "base/sync_proof.h"

#include <gtest/gtest.h>

#include <memory>
#include <type_traits>

namespace quorate {
namespace {

TEST(SyncProofTest, OnlyWhoSyncsCanMakeOne) {
  EXPECT_FALSE((std::is_constructible_v<SyncProof, LogTicket>));
  EXPECT_FALSE(std::is_default_constructible_v<SyncProof>);
}

TEST(SyncProofTest, OpensWhatItCoversAndNothingLater) {
  const SyncProof proof = SyncAuthority::Attest({5});
  EXPECT_TRUE((AfterSync<int>({4}, 1)).CoveredBy(proof));
  EXPECT_EQ((AfterSync<int>({4}, 1)).Open(proof), 1);
  EXPECT_EQ((AfterSync<int>({5}, 2)).Open(proof), 2);
  EXPECT_FALSE((AfterSync<int>({6}, 3)).CoveredBy(proof));
  EXPECT_EQ((AfterSync<int>({6}, 3)).Open(proof), std::nullopt);
}

TEST(SyncProofTest, TicketZeroWaitsForNothing) {
  EXPECT_EQ((AfterSync<int>({}, 1)).Open(SyncAuthority::Attest({})), 1);
}

TEST(SyncProofTest, WhatCannotBeOpenedYetIsStillThere) {
  AfterSync<std::unique_ptr<int>> waiting({2}, std::make_unique<int>(7));
  EXPECT_FALSE(std::move(waiting).Open(SyncAuthority::Attest({1})).has_value());
  const auto opened = std::move(waiting).Open(SyncAuthority::Attest({2}));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(**opened, 7);
}

}  // namespace
}  // namespace quorate
