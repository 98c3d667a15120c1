#include "quorum/crdt_policies.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "quorum/causal_context.h"
#include "quorum/counter.h"
#include "quorum/field_map.h"
#include "quorum/observed_set.h"
#include "quorum/policy_op.h"
#include "quorum/seen_clock.h"
#include "quorum/siblings.h"

namespace quorate::quorum {
namespace {

constexpr char kKey[] = "key";
const PolicyOptions kOptions{"c1/k1", 3};

class Quiet : public ConflictSink {
 public:
  void Discarded(std::string_view, const Record&, const Record&) override { ++count; }
  int count = 0;
};

// One replica's copy of a key.
template <class Body>
class Copy {
 public:
  Copy(const ConflictPolicy& policy, uint64_t node)
      : policy_(policy), self_{NodeId(node), Boot(1)} {}

  absl::Status Write(Change change) {
    absl::StatusOr<Record> record = policy_.Write(kKey, record_ ? &*record_ : nullptr, change,
                                                  {self_, dots_ + 1}, HlcTime(100 + dots_), seen_);
    if (!record.ok()) return record.status();
    ++dots_;
    record_ = *std::move(record);
    return absl::OkStatus();
  }
  void Merge(const Copy& other) {
    record_ = record_ ? policy_.Merge(kKey, *record_, *other.record_, {}, sink_) : *other.record_;
  }
  Body body() const { return *Body::Decode(record_->body); }
  std::string context() const { return SealContext(kOptions.scope, kKey, body().Context()); }
  const Record& record() const { return *record_; }

 private:
  const ConflictPolicy& policy_;
  Identity self_;
  uint64_t dots_ = 0;
  std::optional<Record> record_;
  SeenClock seen_;
  Quiet sink_;
};

Change Asking(std::string argument, std::string context = "", bool remove = false) {
  Change change;
  change.argument = std::move(argument);
  change.context = std::move(context);
  change.remove = remove;
  return change;
}

TEST(SiblingsPolicyTest, ReplacesRemovesAndRefuses) {
  const SiblingsPolicy policy(kOptions);
  Copy<Siblings> here(policy, 1);
  Copy<Siblings> there(policy, 2);
  ASSERT_TRUE(here.Write(Asking("a")).ok());
  ASSERT_TRUE(there.Write(Asking("b")).ok());
  here.Merge(there);
  there.Merge(here);
  EXPECT_EQ(here.record(), there.record());
  EXPECT_EQ(here.body().siblings().size(), 2u);
  EXPECT_EQ(ReasonOf(here.Write(Asking("", "", true))), "CONTEXT_NEEDED");
  EXPECT_EQ(ReasonOf(here.Write(Asking("c", SealContext(kOptions.scope, "other", {})))),
            "FOREIGN_CONTEXT");
  ASSERT_TRUE(there.Write(Asking("c")).ok());
  EXPECT_EQ(ReasonOf(there.Write(Asking("d"))), "SIBLINGS_FULL");
  ASSERT_TRUE(here.Write(Asking("", here.context(), true)).ok());
  EXPECT_TRUE(here.record().tombstone);
  here.Merge(there);
  EXPECT_FALSE(here.record().tombstone);  // "c" was not seen
}

TEST(SiblingsPolicyTest, ExpiresWithItsLastSibling) {
  const SiblingsPolicy policy(kOptions);
  Copy<Siblings> here(policy, 1);
  Change change = Asking("a");
  change.expires_at_us = 50;
  ASSERT_TRUE(here.Write(change).ok());
  change.expires_at_us = 70;
  ASSERT_TRUE(here.Write(change).ok());
  EXPECT_EQ(here.record().expires_at_us, 70u);
  ASSERT_TRUE(here.Write(Asking("b")).ok());
  EXPECT_EQ(here.record().expires_at_us, 0u);
}

TEST(CounterPolicyTest, AddsAndRefusesAllElse) {
  const CounterPolicy policy;
  Copy<Counter> here(policy, 1);
  ASSERT_TRUE(here.Write(Asking(EncodeOp(CounterOp{5}))).ok());
  ASSERT_TRUE(here.Write(Asking(EncodeOp(CounterOp{-7}))).ok());
  EXPECT_EQ(*here.body().Value(), -2);
  EXPECT_EQ(ReasonOf(here.Write(Asking("", "", true))), "COUNTER_NOT_REMOVABLE");
  EXPECT_EQ(ReasonOf(here.Write(Asking("5"))), "BAD_POLICY_OP");
  EXPECT_EQ(ReasonOf(here.Write(Asking(EncodeOp(SetOp{})))), "WRONG_POLICY");
  Change expiring = Asking(EncodeOp(CounterOp{5}));
  expiring.expires_at_us = 1;
  EXPECT_EQ(ReasonOf(here.Write(expiring)), "EXPIRY_NOT_SUPPORTED");
}

TEST(SetPolicyTest, RemovesWhatWasReadAndRefusesAllElse) {
  const SetPolicy policy(kOptions);
  Copy<ObservedSet> here(policy, 1);
  Copy<ObservedSet> there(policy, 2);
  const std::string add_x = EncodeOp(SetOp{SetOp::Kind::kAdd, "x"});
  const std::string remove_x = EncodeOp(SetOp{SetOp::Kind::kRemove, "x"});
  ASSERT_TRUE(here.Write(Asking(add_x)).ok());
  there.Merge(here);
  ASSERT_TRUE(there.Write(Asking(add_x)).ok());
  EXPECT_EQ(ReasonOf(here.Write(Asking(remove_x))), "CONTEXT_NEEDED");
  EXPECT_EQ(ReasonOf(here.Write(Asking(remove_x, there.context()))), "CONTEXT_AHEAD");
  EXPECT_EQ(ReasonOf(here.Write(Asking(remove_x, "nonsense"))), "BAD_CONTEXT");
  EXPECT_EQ(ReasonOf(here.Write(Asking(EncodeOp(CounterOp{1})))), "WRONG_POLICY");
  ASSERT_TRUE(here.Write(Asking(remove_x, here.context())).ok());
  EXPECT_TRUE(here.record().tombstone);
  here.Merge(there);
  EXPECT_TRUE(here.body().elements().Contains("x"));
  ASSERT_TRUE(here.Write(Asking("", here.context(), true)).ok());
  EXPECT_TRUE(here.record().tombstone);
}

TEST(MapPolicyTest, ChangesFieldsOfEachTypeAndRefusesToRemoveACounter) {
  const MapPolicy policy(kOptions);
  Copy<FieldMap> here(policy, 1);
  using Kind = MapOp::Kind;
  const auto ask = [&](Kind kind, const std::string& value, int64_t delta = 0, bool with = false) {
    return here.Write(Asking(EncodeOp(MapOp{kind, "f", value, delta}), with ? here.context() : ""));
  };
  ASSERT_TRUE(ask(Kind::kPut, "v").ok());
  ASSERT_TRUE(ask(Kind::kAddToCounter, "", 4).ok());
  ASSERT_TRUE(ask(Kind::kAddToSet, "e").ok());
  EXPECT_EQ(here.body().Find("f")->value, "v");
  EXPECT_EQ(*here.body().counters().at("f").Value(), 4);
  EXPECT_EQ(ReasonOf(ask(Kind::kRemoveFromSet, "e")), "CONTEXT_NEEDED");
  ASSERT_TRUE(ask(Kind::kRemoveFromSet, "e", 0, true).ok());
  EXPECT_TRUE(here.body().sets().empty());
  ASSERT_TRUE(ask(Kind::kRemoveRegister, "", 0, true).ok());
  EXPECT_EQ(ReasonOf(ask(Kind::kRemoveCounter, "", 0, true)), "COUNTER_NOT_REMOVABLE");
  EXPECT_EQ(ReasonOf(here.Write(Asking("", here.context(), true))), "COUNTER_NOT_REMOVABLE");
  EXPECT_EQ(ReasonOf(here.Write(Asking(EncodeOp(SetOp{})))), "WRONG_POLICY");
  EXPECT_FALSE(here.record().tombstone);
}

TEST(CrdtPoliciesTest, HaveOutlivedARecordOnlyWhereAllItsWritesWereSeen) {
  const SiblingsPolicy policy(kOptions);
  Copy<Siblings> here(policy, 1);
  Copy<Siblings> there(policy, 2);
  ASSERT_TRUE(here.Write(Asking("a")).ok());
  ASSERT_TRUE(there.Write(Asking("b")).ok());
  here.Merge(there);
  SeenClock seen;
  seen.Add(here.record().dot);  // the newer one of the two
  EXPECT_FALSE(policy.Outlived(here.record(), seen));
  seen.Add(Dot{{NodeId(1), Boot(1)}, 1});
  seen.Add(Dot{{NodeId(2), Boot(1)}, 1});
  EXPECT_TRUE(policy.Outlived(here.record(), seen));
}

TEST(PolicyOpTest, RefusesWhatItNeverWrote) {
  EXPECT_EQ(ReasonOf(DecodeSetOp(EncodeOp(MapOp{})).status()), "WRONG_POLICY");
  EXPECT_EQ(ReasonOf(DecodeSetOp("").status()), "BAD_POLICY_OP");
  EXPECT_EQ(ReasonOf(DecodeSetOp(std::string("\1\4\7", 3)).status()), "BAD_POLICY_OP");
  const std::string add = EncodeOp(MapOp{MapOp::Kind::kAddToCounter, "field", "", 9});
  EXPECT_EQ(DecodeMapOp(add)->delta, 9);
  for (size_t size = 0; size < add.size(); ++size) {
    EXPECT_EQ(ReasonOf(DecodeMapOp(add.substr(0, size)).status()), "BAD_POLICY_OP") << size;
  }
}

}  // namespace
}  // namespace quorate::quorum
