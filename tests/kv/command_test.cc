#include "kv/command.h"

#include <gtest/gtest.h>

#include "base/error.h"
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
