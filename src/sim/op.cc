#include "sim/op.h"

#include <string_view>

#include "absl/strings/str_join.h"
#include "base/strings.h"

namespace quorate::sim {
namespace {

// Values begin with a name and are padded: the name is enough.
std::string Short(std::string_view value) {
  constexpr size_t kShown = 12;
  return std::string(value.substr(0, kShown)) + (value.size() > kShown ? "~" : "");
}

std::string Describe(const kv::Condition& condition) {
  switch (condition.kind) {
    case kv::Condition::Kind::kNone:
      return "";
    case kv::Condition::Kind::kAbsent:
      return " if absent";
    case kv::Condition::Kind::kPresent:
      return " if present";
    case kv::Condition::Kind::kVersion:
      return StrCat(" if version ", condition.version);
    case kv::Condition::Kind::kValue:
      return StrCat(" if ", Short(condition.value));
  }
  return "";
}

std::string Describe(const kv::Mutation& mutation) {
  std::string text;
  switch (mutation.action) {
    case kv::Mutation::Action::kPut:
      text = StrCat("put ", mutation.key, "=", Short(mutation.value));
      if (mutation.ttl_us != 0) StrAppend(&text, " for ", mutation.ttl_us / 1000, "ms");
      break;
    case kv::Mutation::Action::kDelete:
      text = StrCat("delete ", mutation.key);
      break;
    case kv::Mutation::Action::kAdd:
      text = StrCat("add ", mutation.key, " ", mutation.delta);
      break;
    case kv::Mutation::Action::kAddElement:
    case kv::Mutation::Action::kRemoveElement:
    case kv::Mutation::Action::kChangeField:
      text = StrCat("change ", mutation.key);
      break;
  }
  return text + Describe(mutation.condition);
}

std::string Describe(const kv::Record& record) {
  return StrCat(record.key, "=", Short(record.value), "@", record.version);
}

std::string DescribeReply(const Op& op) {
  switch (op.kind) {
    case OpKind::kWrite:
      if (!op.reply.write.status.ok()) return "condition failed";
      return StrCat("version ", op.reply.write.version);
    case OpKind::kLookup:
      return absl::StrJoin(op.reply.found, " ", [](std::string* out, const auto& found) {
        *out += found ? Describe(*found) : "(none)";
      });
    case OpKind::kScan:
      return absl::StrJoin(op.reply.page.records, " ",
                           [](std::string* out, const auto& record) { *out += Describe(record); });
  }
  return "";
}

}  // namespace

std::string DescribeCall(const Op& op) {
  std::string text =
      StrCat("c", op.client, " #", op.id, " ", op.keyspace, " ", op.partition.ToString(), " ");
  switch (op.kind) {
    case OpKind::kWrite:
      text += absl::StrJoin(op.mutations, ", ", [](std::string* out, const kv::Mutation& mutation) {
        *out += Describe(mutation);
      });
      break;
    case OpKind::kLookup:
      StrAppend(&text, "get ", absl::StrJoin(op.keys, " "));
      break;
    case OpKind::kScan:
      StrAppend(&text, "scan from '", op.range.start, "' ", op.range.limit);
      break;
  }
  if (!op.ladder.empty()) return StrCat(text, " ", FormatLadder(op.ladder));
  return StrCat(text, " ", FormatLadder({{op.level, op.bound}}));
}

std::string DescribeOutcome(const Op& op) {
  const std::string who = StrCat("c", op.client, " #", op.id, " ");
  switch (op.outcome) {
    case Outcome::kPending:
      return who + "pending";
    case Outcome::kDone:
      return who + "done: " + DescribeReply(op);
    case Outcome::kFailed:
      return StrCat(who, "failed: ", std::string(op.reply.status.message()));
    case Outcome::kUnknown:
      return StrCat(who, "unknown: ", std::string(op.reply.status.message()));
  }
  return who;
}

}  // namespace quorate::sim
