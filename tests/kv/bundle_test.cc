#include "kv/bundle.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "kv/command_codec.h"
#include "quorate/v1/storage.pb.h"
#include "world.h"

namespace quorate::kv {
namespace {

std::vector<Command> EveryKindOfCommand() {
  const std::string binary("\0\xff{}", 4);
  return {
      {{Put("a", "1"), Put("", ""), Put(binary, binary)}},
      {{Delete("a")}},
      {{Add("n", INT64_MIN), Add("n", INT64_MAX), Add("n", 0)}},
      {{If(Condition::Kind::kAbsent, Put("a", "1")), If(Condition::Kind::kPresent, Delete("a")),
        IfVersion(UINT64_MAX, Add("a", -1)), IfVersion(0, Put("a", "")),
        IfValue(binary, Put("a", "2")), IfValue("", Put("a", "2"))}},
      {},
  };
}

void ExpectEqual(const Mutation& a, const Mutation& b) {
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.action, b.action);
  EXPECT_EQ(a.value, b.value);
  EXPECT_EQ(a.delta, b.delta);
  EXPECT_EQ(a.condition.kind, b.condition.kind);
  EXPECT_EQ(a.condition.version, b.condition.version);
  EXPECT_EQ(a.condition.value, b.condition.value);
}

void ExpectMalformed(const v1::Mutation& mutation) {
  v1::Bundle bundle;
  *bundle.add_commands()->add_mutations() = mutation;
  const auto decoded = DecodeBundle(bundle.SerializeAsString());
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(decoded.status()), "MALFORMED_COMMAND");
}

TEST(BundleTest, EveryKindOfCommandComesBackAsItWas) {
  const std::vector<Command> sent = EveryKindOfCommand();
  const auto got = DecodeBundle(EncodeBundle(sent));
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->commands.size(), sent.size());
  for (size_t c = 0; c < sent.size(); ++c) {
    ASSERT_EQ(got->commands[c].mutations.size(), sent[c].mutations.size());
    for (size_t m = 0; m < sent[c].mutations.size(); ++m) {
      ExpectEqual(got->commands[c].mutations[m], sent[c].mutations[m]);
    }
  }
}

TEST(BundleTest, TheSameCommandsGiveTheSameBytes) {
  const std::string bytes = EncodeBundle(EveryKindOfCommand());
  EXPECT_EQ(EncodeBundle(EveryKindOfCommand()), bytes);
  EXPECT_EQ(EncodeBundle(DecodeBundle(bytes)->commands), bytes);
}

// Builds that wrote and read the message itself are in the same group.
TEST(BundleTest, BytesAreThoseOfItsMessage) {
  for (const uint64_t time_us : {uint64_t{0}, uint64_t{300}}) {
    std::vector<Command> commands = EveryKindOfCommand();
    for (const size_t bytes : {1, 127, 128, 300, 20'000}) {
      commands.push_back({{Put(std::string(bytes, 'k'), std::string(bytes, 'v'))}});
      commands.push_back({{Put("k", std::string(bytes, 'v'))}, Command::Action::kMutate, {1, 2}});
    }
    v1::Bundle bundle;
    const std::string bytes = EncodeBundle(commands, time_us);
    ASSERT_TRUE(bundle.ParseFromString(bytes));
    EXPECT_EQ(bundle.SerializeAsString(), bytes);
    EXPECT_EQ(bundle.time_us(), time_us);
    EXPECT_EQ(bundle.commands_size(), static_cast<int>(commands.size()));
  }
}

TEST(BundleTest, OnlyAPutOfOneKeyWithNothingElseIsPlain) {
  Mutation with_ttl = Put("a", "1");
  with_ttl.ttl_us = 1;
  Mutation with_context = Put("a", "1");
  with_context.context = "c";
  const std::vector<Command> commands = {
      {{Put("a", "1")}},
      {{Put("a", "")}},
      {{Put("", "1")}},
      {{with_ttl}},
      {{with_context}},
      {{Delete("a")}},
      {{Put("a", "1"), Put("b", "1")}},
      {{If(Condition::Kind::kAbsent, Put("a", "1"))}},
      {{Put("a", "1")}, Command::Action::kMutate, {1, 1}},
      {{Put("a", "1")}, Command::Action::kFence, {}},
      {},
  };
  std::string plain;
  const std::string bytes = EncodeBundle(commands);
  const BundleParts parts = SplitBundle(bytes).value();
  for (std::string_view command : parts.commands) {
    plain += PlainPutIn(command) ? 'y' : '-';
  }
  EXPECT_EQ(plain, "yy---------");
  const auto put = PlainPutIn(parts.commands.front());
  EXPECT_EQ(put->key, "a");
  EXPECT_EQ(put->value, "1");
}

TEST(BundleTest, IsRefusedWhereverItIsCutAsItsMessageIs) {
  const std::string bytes = EncodeBundle(EveryKindOfCommand(), 300);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    const std::string left = bytes.substr(0, cut);
    EXPECT_EQ(DecodeBundle(left).ok(), v1::Bundle().ParseFromString(left)) << cut;
  }
}

TEST(BundleTest, PassesOverFieldsThatItDoesNotKnow) {
  const std::string unknown(
      "\x18\x05\x21"
      "12345678"
      "\x2a\x02"
      "ab"
      "\x35"
      "1234",
      20);
  const auto got =
      DecodeBundle(unknown + EncodeBundle(std::vector<Command>{{{Put("a", "1")}}}, 300) + unknown);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->time_us, 300U);
  EXPECT_EQ(got->commands.size(), 1U);
}

TEST(BundleTest, RefusesBytesThatAreNoBundle) {
  const auto decoded = DecodeBundle("\x0a\x7f not so long");
  EXPECT_EQ(ReasonOf(decoded.status()), "MALFORMED_COMMAND");
}

// Applying a part of what a newer node meant would let replicas drift apart.
TEST(BundleTest, RefusesActionsAndConditionsItDoesNotKnow) {
  v1::Mutation mutation;
  mutation.set_key("a");
  ExpectMalformed(mutation);
  mutation.set_delete_(false);
  ExpectMalformed(mutation);
  mutation.set_put("1");
  mutation.mutable_condition();
  ExpectMalformed(mutation);
  mutation.mutable_condition()->set_absent(false);
  ExpectMalformed(mutation);
  mutation.mutable_condition()->set_present(false);
  ExpectMalformed(mutation);
}

}  // namespace
}  // namespace quorate::kv
