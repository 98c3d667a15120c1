#include "base/session_token.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "base/error.h"

namespace quorate {
namespace {

Seen At(uint64_t term, uint64_t index) { return {Term(term), LogIndex(index)}; }

std::string WhyNot(std::string_view bytes, std::string_view cluster = "here") {
  const auto token = SessionToken::Decode(bytes, cluster);
  return token.ok() ? "" : ReasonOf(token.status());
}

SessionToken Sample() {
  SessionToken token;
  token.Note(PartitionId(3), At(2, 900));
  token.Note(PartitionId(70'000), At(1, 5));
  return token;
}

TEST(SessionTokenTest, ComesBackAsItWas) {
  const auto token = SessionToken::Decode(Sample().Encode("here"), "here");
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->size(), 2u);
  EXPECT_EQ(token->Find(PartitionId(3)), At(2, 900));
  EXPECT_EQ(token->Find(PartitionId(70'000)), At(1, 5));
  EXPECT_EQ(token->Find(PartitionId(4)), Seen());
}

TEST(SessionTokenTest, ThatHasSeenNothingIsEmpty) {
  EXPECT_EQ(SessionToken().Encode("here"), "");
  EXPECT_EQ(WhyNot(""), "");
}

TEST(SessionTokenTest, KeepsTheNewestByTermThenIndex) {
  SessionToken token;
  token.Note(PartitionId(1), At(2, 10));
  token.Note(PartitionId(1), At(2, 9));
  EXPECT_EQ(token.Find(PartitionId(1)), At(2, 10));
  token.Note(PartitionId(1), At(3, 8));
  token.Note(PartitionId(1), At(2, 99));
  EXPECT_EQ(token.Find(PartitionId(1)), At(3, 8));
  token.Merge(Sample());
  EXPECT_EQ(token.size(), 3u);
}

TEST(SessionTokenTest, IsSmall) {
  SessionToken token;
  for (uint64_t p = 1; p <= 64; ++p) token.Note(PartitionId(1000 + p), At(100, uint64_t{1} << 40));
  EXPECT_LE(token.Encode("here").size(), 1024u);
}

// As docs/session-token.md has it: what a program in another language reads and
// writes, and what older builds have given out.
TEST(SessionTokenTest, HasTheseBytesForEver) {
  const std::string golden =
      absl::HexStringToBytes("011743209090df0bf55d45d8e68602ce4603028407eda2040105");
  EXPECT_EQ(absl::BytesToHexString(Sample().Encode("here")), absl::BytesToHexString(golden));
  const auto token = SessionToken::Decode(golden, "here");
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->Find(PartitionId(70'000)), At(1, 5));
}

TEST(SessionTokenTest, OfAnotherClusterIsRecognised) {
  EXPECT_EQ(WhyNot(Sample().Encode("here"), "there"), "SESSION_OTHER_CLUSTER");
}

TEST(SessionTokenTest, TruncatedOrChangedAnywhereItIsRefused) {
  const std::string good = Sample().Encode("here");
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_EQ(WhyNot(good.substr(0, size)), "SESSION_DAMAGED") << size;
  }
  for (size_t i = 1; i < good.size(); ++i) {
    std::string forged = good;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    EXPECT_EQ(WhyNot(forged), "SESSION_DAMAGED") << i;
  }
  EXPECT_EQ(WhyNot("\x03" + good.substr(1)), "SESSION_NEWER");
  EXPECT_EQ(WhyNot("hello"), "SESSION_NEWER");
}

TEST(SessionTokenTest, ThatHasSeenNoLeaderlessKeyspaceIsReadByOlderBuilds) {
  EXPECT_EQ(Sample().Encode("here").front(), 1);
}

TEST(SessionTokenTest, CarriesWhatWasSeenOfLeaderlessKeyspacesByTheirNames) {
  SessionToken token = Sample();
  token.SetLeaderless(SessionToken::HashOf("carts"), "seen there");
  token.SetLeaderless(SessionToken::HashOf("gone"), "x");
  token.SetLeaderless(SessionToken::HashOf("gone"), "");
  const std::string bytes = token.Encode("here");
  EXPECT_EQ(bytes.front(), 2);
  const auto back = SessionToken::Decode(bytes, "here");
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->FindLeaderless("carts"), "seen there");
  EXPECT_EQ(back->FindLeaderless("orders"), "");
  EXPECT_EQ(back->Find(PartitionId(3)), At(2, 900));
  EXPECT_EQ(back->Encode("here"), bytes);
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(WhyNot(bytes.substr(0, size)), "SESSION_DAMAGED") << size;
  }
  for (size_t i = 1; i < bytes.size(); ++i) {
    std::string forged = bytes;
    forged[i] = static_cast<char>(forged[i] ^ 1);
    EXPECT_EQ(WhyNot(forged), "SESSION_DAMAGED") << i;
  }
  EXPECT_EQ(WhyNot(bytes, "there"), "SESSION_OTHER_CLUSTER");
}

}  // namespace
}  // namespace quorate
