#include "sim/register_oracle.h"

#include <gmock/gmock.h>

namespace quorate::sim {
namespace {

using ::testing::HasSubstr;

class RegisterOracleTest : public ::testing::Test {
 protected:
  void Write(uint64_t version, kv::Mutation::Action action = kv::Mutation::Action::kPut) {
    Op op;
    op.id = ++last_;
    op.mutations.emplace_back().key = "k";
    op.mutations.front().action = action;
    oracle_.Invoked(op);
    Reply reply;
    reply.write.version = version;
    oracle_.Told(op, reply, now_);
  }
  Op BeginRead(Level level) {
    Op op;
    op.id = ++last_;
    op.kind = OpKind::kLookup;
    op.level = level;
    op.bound = absl::Milliseconds(500);
    op.keys = {"k"};
    op.invoked = now_;
    oracle_.Invoked(op);
    return op;
  }
  // Version 0: nothing is there.
  std::string Answer(const Op& op, uint64_t version,
                     std::optional<absl::Duration> staleness = std::nullopt) {
    violation_.clear();
    Reply reply;
    reply.found.emplace_back();
    if (version != 0) reply.found.front() = kv::Record{"k", "v", version};
    reply.receipt.staleness = staleness;
    oracle_.Told(op, reply, now_);
    return violation_;
  }
  std::string Read(Level level, uint64_t version,
                   std::optional<absl::Duration> staleness = std::nullopt) {
    return Answer(BeginRead(level), version, staleness);
  }

  std::string violation_;
  RegisterOracle oracle_{[this](std::string what) { violation_ = std::move(what); }};
  absl::Duration now_ = absl::Seconds(1);
  uint64_t last_ = 0;
};

TEST_F(RegisterOracleTest, APlainReadOfAQuorumMissesNothingThatWasToldOfBeforeItBegan) {
  Write(5);
  const Op overlaps = BeginRead(Level::kQuorum);
  now_ += absl::Milliseconds(1);
  Write(6);
  EXPECT_EQ(Answer(overlaps, 5), "");
  now_ += absl::Milliseconds(1);
  EXPECT_THAT(Read(Level::kQuorum, 5), HasSubstr("read version 5 of k, but 6 was told of"));
  EXPECT_THAT(Read(Level::kAll, 0), HasSubstr("read version 0"));
  EXPECT_EQ(Read(Level::kOne, 0), "") << "ONE promises nothing";
  EXPECT_EQ(Read(Level::kQuorum, 9), "") << "of a write under way";
  EXPECT_EQ(Read(Level::kQuorum, 6), "") << "which may come to nothing";
}

TEST_F(RegisterOracleTest, ARegisterThatMayBeDeletedMayBeGone) {
  Write(5);
  Write(0, kv::Mutation::Action::kDelete);
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(Read(Level::kQuorum, 0), "");
  EXPECT_THAT(Read(Level::kQuorum, 4), HasSubstr("read version 4"));
}

TEST_F(RegisterOracleTest, AReadThatTellsItsAgeMissesNothingThatWasToldOfBeforeThat) {
  Write(5);
  now_ += absl::Milliseconds(300);
  EXPECT_THAT(Read(Level::kBounded, 0, absl::Milliseconds(200)), HasSubstr("said to be of"));
  EXPECT_EQ(Read(Level::kBounded, 0, absl::Milliseconds(400)), "");
  EXPECT_EQ(Read(Level::kBounded, 5, absl::Milliseconds(200)), "");
  EXPECT_THAT(Read(Level::kOne, 0, absl::Milliseconds(200)), HasSubstr("said to be of"));
  EXPECT_THAT(Read(Level::kBounded, 5, absl::Milliseconds(501)), HasSubstr("beyond its bound"));
  EXPECT_THAT(Read(Level::kBounded, 5), HasSubstr("beyond its bound"));
}

}  // namespace
}  // namespace quorate::sim
