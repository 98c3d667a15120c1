// Messages and effects come back as they were; bytes that are none are refused.
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "quorum/effect.h"
#include "quorum/message.h"

namespace quorate::quorum {
namespace {

const Identity kSelf{NodeId(1), Boot(3)};

Record SomeRecord() {
  Record record;
  record.dot = {kSelf, 9};
  record.time = HlcFromMicros(1'700'000'000'000'000);
  record.body = "body";
  return record;
}

Knowledge SomeKnowledge() {
  Knowledge knowledge;
  knowledge.seen.Add(kSelf, {1, 9});
  knowledge.seen.Add({{NodeId(2), Boot(1)}, 4});
  knowledge.seen.End(NodeId(3), Boot(7));
  knowledge.heard = {{NodeId(1), Boot(3)}, {NodeId(3), Boot(7)}};
  return knowledge;
}

Knowledge WithEndedDots() {
  Knowledge knowledge = SomeKnowledge();
  knowledge.ended_dots[NodeId(3)] = 12;
  return knowledge;
}

Operation SomeOperation() { return {{~uint64_t{0}, 2}, 1, 0xfedcba98, {kSelf, 9}, HlcTime(11)}; }

Operation OfARegister() {
  Operation operation = SomeOperation();
  operation.attempt = {7, false, true, -5, RegisterAttempt::End::kNever, true};
  return operation;
}

Record APromise() {
  Record record;
  record.body = "promised";
  return record;
}

RegisterReply Inherited() {
  RegisterReply reply;
  reply.inherited = true;
  return reply;
}

RegisterRequest SomeRequest() {
  RegisterRequest request;
  request.kind = RegisterRequest::Kind::kAccept;
  request.carrier = RegisterRequest::Carrier::kWriteBack;
  request.number = 3;
  RegisterValue& value = request.value;
  value.accepted = {HlcTime(7), kSelf, 2};
  value.origin = {HlcTime(6), kSelf, 1};
  value.base = {HlcTime(5), {NodeId(2), Boot(1)}, 4};
  value.judged = value.present = true;
  value.bytes = "v";
  value.expires_at_us = 8;
  value.dot = {kSelf, 9};
  return request;
}

// A put, a delete and another put, from dot 9 on; or records of whatever dots.
Run SomeRun(bool whole = true) {
  RunBuilder run(whole ? Dot{kSelf, 9} : Dot());
  Record record = SomeRecord();
  record.dot = {kSelf, 9};
  run.Add("k", record);
  ++record.dot.counter;
  record.time = record.time.next();
  run.Add("l", {.dot = record.dot, .time = record.time, .tombstone = true, .body = ""});
  ++record.dot.counter;
  record.time = record.time.next();
  run.Add("k", record);
  return run.Build();
}

std::vector<decltype(Message::body)> AllBodies() {
  const Knowledge knowledge = SomeKnowledge();
  const Version version = VersionOf("k", SomeRecord());
  return {WriteAsk{5, "k", SomeRecord(), knowledge.seen},
          WriteAnswer{5, true},
          WriteAnswer{5, false, knowledge.heard},
          WriteAnswer{5, true, {}, 2},
          WriteAnswer{5, false, knowledge.heard, 300},
          WriteAsk{5, "k", SomeRecord(), knowledge.seen, SomeOperation()},
          ResolveAsk{6, {7, 8}, true, knowledge.heard},
          ResolveAnswer{6, Standing::kForgotten, knowledge.heard, {}, "", {}, {}},
          ResolveAnswer{6, Standing::kApplied, {}, SomeOperation(), "k", SomeRecord(), {}},
          ResolveAnswer{6, Standing::kApplied, {}, SomeOperation(), "k", {}, knowledge.seen},
          LegacyAsk{3, knowledge.seen, {{"k", SomeRecord(), {}}}, {{"k", SomeRecord(), {}, {}, 7}}},
          LegacyAnswer{3, knowledge.seen},
          RunAsk{5, SomeRun(), knowledge.seen},
          RunAsk{5, SomeRun(/*whole=*/false), {}},
          ReadAsk{~uint64_t{0}, "k", true, knowledge.seen},
          ReadAnswer{6, true, version, SomeRecord(), {}},
          ReadAnswer{6, false, {}, std::nullopt, knowledge.seen},
          ReadAnswer{6, true, version, SomeRecord(), {}, knowledge.heard},
          SyncAsk{7, knowledge},
          FillAsk{8, "k"},
          SyncAsk{7, WithEndedDots()},
          FillAnswer{8, WithEndedDots(), true, {}, HlcTime(9), Ballot()},
          VerifyAsk{9, knowledge.seen, "a", "k", 5, 6},
          RegisterAsk{1, "k", SomeRequest()},
          RegisterAsk{2, "k", {}},
          RegisterAsk{2, "k", {}, {7, 8}},
          RegisterAsk{2, "k", SomeRequest(), {7, 8}, OfARegister()},
          RegisterAnswer{1, false, {3, true, {HlcTime(7), kSelf, 2}, {}, {}, true}},
          ResolveAnswer{6, Standing::kApplied, {}, OfARegister(), "k", {}, {}},
          RegisterAnswer{1, false, {3, true, {HlcTime(7), kSelf, 2}, {}, SomeRequest().value}},
          RegisterAnswer{1, true, {}},
          RegisterAnswer{1, false, Inherited(), {}},
          RegisterAnswer{1, false, {}, knowledge.heard},
          FillAnswer{8, knowledge, false, {{"k", APromise(), {}}}, HlcTime(9), Ballot()},
          VerifyAnswer{9, false, {{"k", SomeRecord(), {}}}},
          KeysAsk{3, "a", "", 100},
          KeysAnswer{3, {{"a", "b"}, true}},
          FillAnswer{8, knowledge, false, {{"k", SomeRecord(), {}}}, HlcTime(9)},
          SyncAnswer{7,
                     knowledge,
                     true,
                     {{"k", SomeRecord(), {{kSelf, 9}, {kSelf, 8}}},
                      {"gone", std::nullopt, {{kSelf, 1}}}}}};
}

std::vector<Effect> AllEffects() {
  return {PutRecord{"k", SomeRecord(), {{kSelf, 9}}},
          PutRecord{"k", std::nullopt, {{kSelf, 8}}},
          Checkpoint{SomeKnowledge(), false, SomeKnowledge().seen, {"a", ""}},
          Checkpoint{WithEndedDots(), false, {}, {"a"}},
          ReserveTime{HlcTime(123'456)},
          RaiseFloor{{HlcTime(7), kSelf, 2}},
          Discard{"k", SomeRecord(), {kSelf, 9}, HlcTime(8), 7},
          TakeHint{{NodeId(2), uint64_t{3} << 40}},
          TakeHint{{NodeId(2), uint64_t{3} << 40, Boot(7)}},
          PutRecord{"k", SomeRecord(), {{kSelf, 9}}, SomeOperation()},
          PutRecord{"k", std::nullopt, {}, SomeOperation()},
          PutRecord{"k", std::nullopt, {}, OfARegister()},
          FenceOperation{{~uint64_t{0}, 7}},
          SettleOperations{5, 6},
          PutRun{SomeRun()},
          ForgetOperations{~uint64_t{0}}};
}

TEST(CodecTest, EveryMessageComesBackAsItWas) {
  for (auto& body : AllBodies()) {
    const Message message{kSelf, NodeId(2), Boot(4), body};
    const auto read = DecodeMessage(kSelf.node, NodeId(2), EncodeMessage(message));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, message);
  }
}

TEST(CodecTest, EveryEffectComesBackAsItWas) {
  for (const Effect& effect : AllEffects()) {
    const auto read = DecodeEffect(EncodeEffect(effect));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, effect);
  }
}

TEST(CodecTest, APutIsFoundWhereItLies) {
  for (const Effect& effect : AllEffects()) {
    const std::string bytes = EncodeEffect(effect);
    const auto* put = std::get_if<PutRecord>(&effect);
    const std::optional<EncodedPut> found = PutIn(bytes);
    ASSERT_EQ(found.has_value(), put != nullptr);
    if (!found) continue;
    EXPECT_EQ(found->key, put->key);
    EXPECT_EQ(found->record, put->record ? EncodeRecord(put->key, *put->record) : "");
    EXPECT_EQ(std::vector<Dot>(found->dots.begin(), found->dots.end()), put->dots);
    EXPECT_EQ(found->operation, put->operation);
  }
}

TEST(CodecTest, WhatIsCutOffIsRefused) {
  for (auto& body : AllBodies()) {
    const std::string bytes = EncodeMessage({kSelf, NodeId(2), Boot(4), body});
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      const auto read = DecodeMessage(kSelf.node, NodeId(2), bytes.substr(0, cut));
      ASSERT_EQ(ReasonOf(read.status()), "MESSAGE_DAMAGED");
    }
  }
  for (const Effect& effect : AllEffects()) {
    const std::string bytes = EncodeEffect(effect);
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      ASSERT_EQ(ReasonOf(DecodeEffect(bytes.substr(0, cut)).status()), "EFFECT_DAMAGED");
      ASSERT_FALSE(PutIn(bytes.substr(0, cut)).has_value());
    }
  }
}

TEST(CodecTest, AnyDamageIsSurvived) {
  Random random(1);
  uint64_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto bodies = AllBodies();
    std::string bytes =
        EncodeMessage({kSelf, NodeId(2), Boot(4), bodies[random.Below(bodies.size())]});
    for (uint64_t n = random.Between(1, 3); n > 0; --n) {
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Next());
    }
    if (!DecodeMessage(kSelf.node, NodeId(2), bytes).ok()) ++refused;
  }
  EXPECT_GT(refused, 5'000u);
}

int FormatOf(const Effect& effect) {
  const auto* put = std::get_if<PutRecord>(&effect);
  if (put != nullptr) return !put->operation ? 1 : put->operation->attempt ? 4 : 3;
  if (std::holds_alternative<Discard>(effect) || std::holds_alternative<RaiseFloor>(effect)) {
    return 2;
  }
  if (std::holds_alternative<PutRun>(effect)) return 8;
  const auto* checkpoint = std::get_if<Checkpoint>(&effect);
  if (checkpoint != nullptr && !checkpoint->knowledge.ended_dots.empty()) return 6;
  if (const auto* take = std::get_if<TakeHint>(&effect)) return take->hint.life ? 5 : 3;
  return std::holds_alternative<Checkpoint>(effect) || std::holds_alternative<ReserveTime>(effect)
             ? 1
             : 3;
}

// So that a build that knows no journals, no floors, no hints, no operations or no lives
// says which build is needed.
TEST(CodecTest, WhatCameLaterHasAFormatThatEarlierBuildsRefuseByName) {
  for (const Effect& effect : AllEffects()) {
    EXPECT_EQ(EncodeEffect(effect)[0], FormatOf(effect));
  }
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), WriteAsk{}})[0], 1);
  WriteAsk write;
  write.operation = SomeOperation();
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), write})[0], 2);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), ResolveAsk{}})[0], 2);
  const std::map<NodeId, Boot> lives = {{NodeId(3), Boot(7)}};
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), WriteAnswer{1, false}})[0], 1);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), WriteAnswer{1, false, lives}})[0], 2);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), WriteAnswer{1, false, lives, 2}})[0], 7);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), RegisterAsk{}})[0], 1);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), RegisterAsk{1, "k", {}, {7, 8}}})[0], 3);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), RegisterAnswer{}})[0], 1);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), RegisterAnswer{1, false, {}, lives}})[0], 4);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), RegisterAnswer{1, false, Inherited()}})[0], 4);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), FillAnswer{}})[0], 1);
  FillAnswer fill;
  fill.floor.emplace();
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), fill})[0], 4);
  EXPECT_EQ(EncodeMessage({kSelf, NodeId(2), Boot(), RunAsk{1, SomeRun(), {}}})[0], 8);
}

TEST(CodecTest, WhatTheEngineHoldsOfAnOperationComesBackAsItWas) {
  Operation no_sum = OfARegister();
  no_sum.attempt->sum.reset();
  for (const Operation& operation : {SomeOperation(), OfARegister(), no_sum}) {
    const Operations::Row row{"k", operation};
    const std::string bytes = EncodeRow(row);
    EXPECT_EQ(*DecodeRow(bytes), row);
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      EXPECT_EQ(ReasonOf(DecodeRow(bytes.substr(0, cut)).status()), "OPERATION_DAMAGED");
    }
  }
}

// No clock can hold it, and one that was to would never be read again.
TEST(CodecTest, ADotThatNoWriteCanHaveIsRefused) {
  for (const uint64_t counter : {uint64_t{0}, ~uint64_t{0}}) {
    Record record = SomeRecord();
    record.dot.counter = counter;
    const std::vector<decltype(Message::body)> bodies = {
        WriteAsk{5, "k", record, {}}, SyncAnswer{7, {}, true, {{"k", record, {}}}},
        SyncAnswer{7, {}, true, {{"k", std::nullopt, {{kSelf, counter}}}}}};
    for (const auto& body : bodies) {
      const std::string bytes = EncodeMessage({kSelf, NodeId(2), Boot(4), body});
      EXPECT_EQ(ReasonOf(DecodeMessage(kSelf.node, NodeId(2), bytes).status()), "MESSAGE_DAMAGED");
    }
  }
}

TEST(CodecTest, ALaterFormatIsToldAsSuch) {
  std::string bytes = EncodeMessage({kSelf, NodeId(2), Boot(), WriteAnswer{}});
  bytes[0] = 9;
  EXPECT_EQ(ReasonOf(DecodeMessage(kSelf.node, NodeId(2), bytes).status()), "NEWER_FORMAT");
  bytes = EncodeEffect(ReserveTime{});
  bytes[0] = 9;
  EXPECT_EQ(ReasonOf(DecodeEffect(bytes).status()), "NEWER_FORMAT");
  bytes = EncodeEffect(PutRecord{.key = "k", .record = {}, .dots = {}});
  EXPECT_TRUE(PutIn(bytes).has_value());
  bytes[0] = 9;
  EXPECT_FALSE(PutIn(bytes).has_value());
}

}  // namespace
}  // namespace quorate::quorum
