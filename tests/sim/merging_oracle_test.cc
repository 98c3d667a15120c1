#include "sim/merging_oracle.h"

#include <gmock/gmock.h>

namespace quorate::sim {
namespace {

using Kind = MergingOp::Kind;
using ::testing::HasSubstr;

class MergingOracleTest : public ::testing::Test {
 protected:
  MergingOp Begin(Kind kind, Level level, std::string value = "", int64_t delta = 0,
                  absl::Duration ttl = absl::ZeroDuration()) {
    MergingOp op;
    op.invoked = now_;
    op.ttl = ttl;
    op.id = ++last_;
    op.key = op.cell = kind == Kind::kCount ? "c" : "s";
    op.kind = kind;
    op.level = level;
    if (kind == Kind::kRemove) {
      op.removes = {{"s", value}};
    } else {
      op.value = std::move(value);
    }
    op.delta = delta;
    oracle_.Invoked(op);
    return op;
  }
  void Do(Kind kind, Level level, std::string value = "", int64_t delta = 0) {
    oracle_.Done(Begin(kind, level, std::move(value), delta), level);
  }
  // What the oracle says to a read that shows this.
  std::string Read(Level level, const MergingShown& shown) {
    violation_.clear();
    oracle_.Read(Begin(Kind::kRead, level), shown);
    return violation_;
  }
  static MergingShown Sum(int64_t value) {
    MergingShown shown;
    shown.counters["c"] = value;
    return shown;
  }
  static MergingShown Elements(std::vector<std::string> elements) {
    MergingShown shown;
    shown.elements["s"] = std::move(elements);
    return shown;
  }
  static MergingShown Field(std::string value) {
    MergingShown shown;
    shown.fields["m.v"] = std::move(value);
    return shown;
  }

  std::string violation_;
  absl::Duration now_ = absl::Seconds(1);
  MergingOracle oracle_{[this](std::string what) { violation_ = std::move(what); },
                        [this] { return now_; }};
  uint64_t last_ = 0;
};

TEST_F(MergingOracleTest, ACounterIsNeitherLessThanIsCertainNorMoreThanIsPossible) {
  Do(Kind::kCount, Level::kQuorum, "", 5);
  const MergingOp open = Begin(Kind::kCount, Level::kQuorum, "", 2);
  EXPECT_EQ(Read(Level::kQuorum, Sum(7)), "");
  EXPECT_EQ(Read(Level::kOne, Sum(0)), "");
  EXPECT_THAT(Read(Level::kQuorum, Sum(5)), HasSubstr("7 was certain"))
      << "such a read saw it before";
  EXPECT_THAT(Read(Level::kOne, Sum(8)), HasSubstr("at most 7"));
  oracle_.Failed(open);
  EXPECT_EQ(oracle_.WhatIsWrongWith(Sum(5)), "");
  EXPECT_NE(oracle_.WhatIsWrongWith(Sum(4)), "");
  EXPECT_NE(oracle_.WhatIsWrongWith(Sum(6)), "");
}

TEST_F(MergingOracleTest, AnElementIsThereFromItsAdditionToItsRemoval) {
  EXPECT_THAT(Read(Level::kQuorum, Elements({"e1"})), HasSubstr("never added"));
  Do(Kind::kAdd, Level::kQuorum, "e1");
  EXPECT_EQ(Read(Level::kQuorum, Elements({"e1"})), "");
  EXPECT_THAT(Read(Level::kQuorum, Elements({})), HasSubstr("misses e1"));
  const MergingOp removal = Begin(Kind::kRemove, Level::kQuorum, "e1");
  EXPECT_EQ(Read(Level::kQuorum, Elements({})), "") << "may be done already";
  EXPECT_EQ(Read(Level::kQuorum, Elements({"e1"})), "") << "or not yet";
  oracle_.Done(removal, Level::kQuorum);
  EXPECT_THAT(Read(Level::kQuorum, Elements({"e1"})), HasSubstr("removed before it began"));
}

TEST_F(MergingOracleTest, AWriteReplacesWhatItsContextHasShownAndNothingElse) {
  Do(Kind::kAdd, Level::kQuorum, "seen");
  Do(Kind::kAdd, Level::kQuorum, "unseen");
  MergingOp put;
  put.id = ++last_;
  put.key = put.cell = "s";
  put.kind = Kind::kAdd;
  put.value = "new";
  put.removes = {{"s", "seen"}};
  oracle_.Invoked(put);
  oracle_.Done(put, Level::kQuorum);
  EXPECT_EQ(Read(Level::kQuorum, Elements({"new", "unseen"})), "");
  EXPECT_THAT(Read(Level::kQuorum, Elements({"new"})), HasSubstr("misses unseen"));
  EXPECT_THAT(Read(Level::kQuorum, Elements({"new", "seen", "unseen"})), HasSubstr("read seen"));
}

TEST_F(MergingOracleTest, ASiblingThatExpiresIsThereUntilThenByAllCalendarsAndNoLonger) {
  oracle_.ExpectCalendars({absl::Milliseconds(200), 0});
  oracle_.Done(Begin(Kind::kAdd, Level::kQuorum, "e", 0, absl::Seconds(2)), Level::kQuorum);
  Do(Kind::kAdd, Level::kQuorum, "kept");
  now_ += absl::Milliseconds(1700);
  EXPECT_THAT(Read(Level::kQuorum, Elements({"kept"})), HasSubstr("misses e"));
  EXPECT_NE(oracle_.WhatIsWrongWith(Elements({"kept"})), "");
  now_ += absl::Milliseconds(300);
  EXPECT_EQ(Read(Level::kQuorum, Elements({"kept"})), "") << "by a calendar that is ahead";
  EXPECT_EQ(Read(Level::kQuorum, Elements({"e", "kept"})), "") << "by one that is not";
  now_ += absl::Milliseconds(250);
  EXPECT_THAT(Read(Level::kOne, Elements({"e", "kept"})), HasSubstr("which had expired"));
  EXPECT_THAT(Read(Level::kQuorum, Elements({})), HasSubstr("misses kept"));
  EXPECT_EQ(oracle_.WhatIsWrongWith(Elements({"kept"})), "");
}

TEST_F(MergingOracleTest, ASiblingThatExpiresMayBeShownByANodeThatIsMisledAndNoOther) {
  oracle_.ExpectCalendars({absl::Milliseconds(200), 0, [this](NodeId node, absl::Duration then) {
                             return node == NodeId(1) && then == now_;
                           }});
  oracle_.Done(Begin(Kind::kAdd, Level::kQuorum, "e", 0, absl::Seconds(1)), Level::kQuorum);
  now_ += absl::Seconds(2);
  MergingShown shown = Elements({"e"});
  shown.served_by = NodeId(1);
  EXPECT_EQ(Read(Level::kOne, shown), "");
  shown.served_by = NodeId(2);
  EXPECT_THAT(Read(Level::kOne, shown), HasSubstr("which had expired"));
}

TEST_F(MergingOracleTest, AReadInASessionShowsWhatItsSessionAddedAndWasShown) {
  const auto in_session = [this](Kind kind, Level level, std::string value, int64_t delta) {
    MergingOp op = Begin(kind, level, std::move(value), delta);
    op.session = 1;
    return op;
  };
  const auto read = [this](const MergingShown& shown) {
    violation_.clear();
    MergingOp op;
    op.id = ++last_;
    op.key = "s";
    op.level = Level::kSession;
    op.session = 1;
    oracle_.Invoked(op);
    oracle_.Read(op, shown);
    return violation_;
  };
  const MergingOp add = in_session(Kind::kAdd, Level::kOne, "own", 0);
  oracle_.Done(add, Level::kOne);
  EXPECT_EQ(read(Elements({})), "") << "it has not been told yet";
  oracle_.SessionTold(add);
  EXPECT_THAT(read(Elements({})), HasSubstr("misses own"));
  const MergingOp count = in_session(Kind::kCount, Level::kOne, "", 5);
  oracle_.Done(count, Level::kOne);
  oracle_.SessionTold(count);
  EXPECT_THAT(read(Sum(4)), HasSubstr("its session knew of 5"));
  Do(Kind::kCount, Level::kOne, "", 2);
  MergingOp other = Begin(Kind::kRead, Level::kOne);
  other.session = 1;
  oracle_.SessionShown(other, Sum(7));
  EXPECT_THAT(read(Sum(5)), HasSubstr("its session knew of 7"));
  EXPECT_EQ(read(Sum(7)), "");
  Do(Kind::kRemove, Level::kOne, "own");
  EXPECT_EQ(read(Elements({})), "");
}

TEST_F(MergingOracleTest, AReadThatTellsItsAgeMissesNothingThatWasAcknowledgedBeforeThat) {
  const auto read = [this](const MergingShown& shown, absl::Duration staleness) {
    violation_.clear();
    MergingOp op;
    op.id = ++last_;
    op.key = "s";
    op.level = Level::kBounded;
    op.bound = absl::Milliseconds(500);
    op.invoked = now_;
    oracle_.Invoked(op);
    oracle_.Read(op, shown, staleness);
    return violation_;
  };
  Do(Kind::kCount, Level::kOne, "", 5);
  Do(Kind::kAdd, Level::kOne, "kept");
  Do(Kind::kAdd, Level::kOne, "gone");
  Do(Kind::kRemove, Level::kOne, "gone");
  MergingOp put;
  put.id = ++last_;
  put.key = "m";
  put.cell = "m.v";
  put.kind = Kind::kAssign;
  put.value = "x";
  oracle_.Invoked(put);
  oracle_.Done(put, Level::kOne, 5);
  now_ += absl::Milliseconds(300);
  const absl::Duration young = absl::Milliseconds(200);
  const absl::Duration old = absl::Milliseconds(400);
  EXPECT_THAT(read(Sum(4), young), HasSubstr("older than it says: 4 in c, where 5"));
  EXPECT_THAT(read(Elements({}), young), HasSubstr("misses kept"));
  EXPECT_THAT(read(Elements({"kept", "gone"}), young), HasSubstr("gone in s was removed"));
  EXPECT_THAT(read(Field(""), young), HasSubstr("lost x"));
  EXPECT_EQ(read(Sum(5), young), "");
  EXPECT_EQ(read(Elements({"kept"}), young), "");
  EXPECT_EQ(read(Field("x"), young), "");
  EXPECT_EQ(read(Sum(0), old), "") << "so old a state may lack it";
  EXPECT_EQ(read(Elements({"gone"}), old), "");
  EXPECT_EQ(read(Field(""), old), "");
  EXPECT_THAT(read(Sum(5), absl::Milliseconds(501)), HasSubstr("beyond its bound"));
}

TEST_F(MergingOracleTest, WhatIsToldNeverToBeIsNotReadBeforeNorAfter) {
  oracle_.Failed(Begin(Kind::kAdd, Level::kQuorum, "e1"));
  EXPECT_THAT(Read(Level::kOne, Elements({"e1"})), HasSubstr("never added"));
  const MergingOp open = Begin(Kind::kAdd, Level::kQuorum, "e2");
  EXPECT_EQ(Read(Level::kOne, Elements({"e2"})), "");
  oracle_.Failed(open);
  EXPECT_THAT(violation_, HasSubstr("told undone, but e2 was read"));
}

TEST_F(MergingOracleTest, AFieldIsJudgedByWhatALevelMayMiss) {
  MergingOp put;
  put.id = ++last_;
  put.key = "m";
  put.cell = "m.v";
  put.kind = Kind::kAssign;
  put.value = "x";
  oracle_.Invoked(put);
  oracle_.Done(put, Level::kAll, 5);
  EXPECT_EQ(Read(Level::kOne, Field("")), "");
  EXPECT_THAT(Read(Level::kQuorum, Field("")), HasSubstr("lost x"));
  EXPECT_NE(oracle_.WhatIsWrongWith(Field("")), "");
  EXPECT_EQ(oracle_.WhatIsWrongWith(Field("x")), "");
}

TEST_F(MergingOracleTest, AtTheEndWhatWasAcknowledgedAtAnyLevelIsSo) {
  Do(Kind::kAdd, Level::kOne, "kept");
  Do(Kind::kAdd, Level::kOne, "gone");
  Do(Kind::kRemove, Level::kOne, "gone");
  oracle_.Failed(Begin(Kind::kAdd, Level::kQuorum, "never"));
  EXPECT_EQ(oracle_.WhatIsWrongWith(Elements({"kept"})), "");
  EXPECT_THAT(oracle_.WhatIsWrongWith(Elements({})), HasSubstr("has lost kept"));
  EXPECT_THAT(oracle_.WhatIsWrongWith(Elements({"gone", "kept"})), HasSubstr("has gone"));
  EXPECT_THAT(oracle_.WhatIsWrongWith(Elements({"kept", "never"})), HasSubstr("never added"));
}

}  // namespace
}  // namespace quorate::sim
