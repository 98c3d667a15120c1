#include "quorum/acceptor.h"

#include <gtest/gtest.h>

namespace quorate::quorum {
namespace {

using Kind = RegisterRequest::Kind;
using Carrier = RegisterRequest::Carrier;

Ballot At(uint64_t time, uint64_t node = 1) {
  return {HlcTime(time), {NodeId(node), Boot(1)}, time};
}

RegisterValue Value(uint64_t time, const std::string& bytes) {
  RegisterValue value;
  value.accepted = value.origin = At(time);
  value.present = !bytes.empty();
  value.bytes = bytes;
  return value;
}

RegisterRequest Prepare(uint64_t time) {
  RegisterRequest request;
  request.kind = Kind::kPrepare;
  request.ballot = At(time);
  return request;
}

RegisterRequest Accept(const RegisterValue& value, Carrier carrier = Carrier::kRound) {
  RegisterRequest request;
  request.kind = Kind::kAccept;
  request.carrier = carrier;
  request.value = value;
  return request;
}

// An acceptor whose disk never lags.
class Held {
 public:
  RegisterReply Ask(const RegisterRequest& request) {
    AcceptorStep step = StepAcceptor(body_, floor_, request);
    EXPECT_TRUE(step.reply_after_sync);
    if (step.persist) body_ = step.persist;
    return step.reply;
  }
  AcceptorMerge Merge(const RegisterValue& incoming) {
    const AcceptorMerge merge = MergeAccepted(body_, floor_, incoming);
    if (merge.persist) body_ = merge.persist;
    return merge;
  }
  void Drop() {
    floor_ = FloorAfterDrop(floor_, *body_);
    body_.reset();
  }
  const std::optional<RegisterBody>& body() const { return body_; }
  const Ballot& floor() const { return floor_; }

 private:
  std::optional<RegisterBody> body_;
  Ballot floor_;
};

TEST(AcceptorTest, PromisesRisingBallotsOnlyAndTellsWhatItHolds) {
  Held held;
  EXPECT_TRUE(held.Ask(Prepare(5)).granted);
  EXPECT_TRUE(held.Ask(Prepare(5)).granted);  // its answer was lost
  const RegisterReply lower = held.Ask(Prepare(4));
  EXPECT_FALSE(lower.granted);
  EXPECT_EQ(lower.promised, At(5));
  EXPECT_TRUE(held.Ask(Accept(Value(5, "a"))).granted);
  EXPECT_FALSE(held.Ask(Prepare(5)).granted);  // used up
  EXPECT_EQ(held.Ask(Prepare(6)).value.bytes, "a");
}

TEST(AcceptorTest, AcceptsNothingBelowItsPromiseWhateverCarriesIt) {
  for (const Carrier carrier : {Carrier::kRound, Carrier::kBlindWrite, Carrier::kWriteBack}) {
    Held held;
    held.Ask(Prepare(5));
    EXPECT_FALSE(held.Ask(Accept(Value(4, "old"), carrier)).granted);
    EXPECT_FALSE(held.body()->value.accepted);
    EXPECT_TRUE(held.Ask(Accept(Value(6, "new"), carrier)).granted);
    EXPECT_EQ(held.body()->promised, At(6));
  }
  Held held;
  held.Ask(Prepare(5));
  EXPECT_TRUE(held.Merge(Value(4, "old")).refused);
  EXPECT_FALSE(held.Merge(Value(6, "new")).refused);
  EXPECT_EQ(held.body()->value.bytes, "new");
}

TEST(AcceptorTest, TakesTheSameAcceptanceAgainAndNoOlderOne) {
  Held held;
  EXPECT_TRUE(held.Ask(Accept(Value(3, "a"))).granted);
  held.Ask(Prepare(9));
  EXPECT_TRUE(held.Ask(Accept(Value(3, "a"))).granted);  // it holds it, whatever it promised
  EXPECT_FALSE(held.Ask(Accept(Value(2, "b"))).granted);
  EXPECT_FALSE(held.Merge(Value(3, "a")).persist.has_value());
  EXPECT_FALSE(held.Merge(Value(2, "b")).refused);  // beaten, nothing to repair
}

TEST(AcceptorTest, PersistsNothingForAQuestion) {
  EXPECT_FALSE(StepAcceptor(std::nullopt, {}, RegisterRequest()).persist.has_value());
  EXPECT_TRUE(StepAcceptor(std::nullopt, {}, RegisterRequest()).reply.granted);
}

TEST(AcceptorTest, KeepsToTheFloorOfWhatItDropped) {
  Held held;
  held.Ask(Accept(Value(5, "")));
  held.Ask(Prepare(7));
  held.Drop();
  EXPECT_EQ(held.floor(), At(7));
  EXPECT_FALSE(held.Ask(Accept(Value(4, "late"))).granted);
  EXPECT_FALSE(held.Ask(Prepare(6)).granted);
  EXPECT_EQ(held.Ask(RegisterRequest()).dropped, At(7));
  EXPECT_TRUE(held.Merge(Value(6, "")).refused);  // or it would count as seen
  EXPECT_TRUE(held.Merge(Value(6, "late")).refused);
  EXPECT_FALSE(held.body().has_value());
  EXPECT_TRUE(held.Ask(Accept(Value(7, "promised"))).granted);  // the round it had promised
}

TEST(AcceptorTest, TellsOfTheFloorAlsoWhereItHasPromisedAgainSince) {
  Held held;
  held.Ask(Accept(Value(5, "")));
  held.Drop();
  held.Ask(Prepare(8));
  EXPECT_EQ(held.Ask(Prepare(9)).dropped, At(5));
  held.Ask(Accept(Value(9, "new")));
  EXPECT_FALSE(held.Ask(Prepare(10)).dropped);
}

TEST(AcceptorTest, TakesOverTheLeaversPromiseWhenItIsFilled) {
  RegisterBody leaver{At(9), Value(5, "a")};
  const AcceptorMerge filled = AdoptRegister(std::nullopt, At(2), leaver);
  EXPECT_EQ(*filled.persist, leaver);
  EXPECT_FALSE(AdoptRegister(leaver, {}, {At(7), Value(4, "b")}).persist.has_value());
  const AcceptorMerge guarded = AdoptRegister(std::nullopt, At(6), leaver);
  EXPECT_TRUE(guarded.refused);
  EXPECT_EQ(guarded.persist->promised, At(9));
}

// Whatever comes first, the value or the promise above it.
TEST(AcceptorTest, WhatALostDiskInheritsBelowAPromiseIsHeldAndNotAccepted) {
  const RegisterBody value{At(3), Value(3, "v")};
  const RegisterBody promise{At(5), {}};
  const auto one = InheritRegister(InheritRegister(std::nullopt, {}, value), {}, promise);
  const auto other = InheritRegister(InheritRegister(std::nullopt, {}, promise), {}, value);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(*one, *other);
  EXPECT_TRUE(one->inherited);
  EXPECT_EQ(InheritRegister(std::nullopt, At(5), value), one) << "a floor is a promise";
  EXPECT_FALSE(InheritRegister(one, {}, value).has_value()) << "nothing new";
  EXPECT_FALSE(InheritRegister(std::nullopt, {}, value)->inherited);
  EXPECT_FALSE(InheritRegister(std::nullopt, At(5), promise).has_value()) << "the floor says it";

  RegisterRequest query;
  const RegisterReply told = StepAcceptor(one, {}, query).reply;
  EXPECT_EQ(told.value, value.value);
  EXPECT_TRUE(told.inherited);
  EXPECT_FALSE(StepAcceptor(one, {}, Accept(value.value)).reply.granted);
  const AcceptorStep taken = StepAcceptor(one, {}, Accept(Value(5, "w")));
  EXPECT_TRUE(taken.reply.granted);
  EXPECT_FALSE(taken.reply.inherited);
  EXPECT_FALSE(taken.persist->inherited);
}

}  // namespace
}  // namespace quorate::quorum
