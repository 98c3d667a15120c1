#include "rpc/limits.h"

#include <limits>

#include "absl/strings/escaping.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/units.h"

namespace quorate::rpc {
namespace {

absl::Status Refuse(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, message);
}

size_t SizeOf(const kv::Mutation& mutation) {
  return mutation.key.size() + mutation.value.size() + mutation.condition.value.size() +
         mutation.field.size() + mutation.context.size();
}

// Of what `value` is in a change of a set or map.
bool IsElement(const kv::Mutation& mutation) {
  using Action = kv::Mutation::Action;
  if (mutation.action == Action::kChangeField) {
    return mutation.field_action == kv::FieldAction::kAddElement ||
           mutation.field_action == kv::FieldAction::kRemoveElement;
  }
  return mutation.action == Action::kAddElement || mutation.action == Action::kRemoveElement;
}

absl::Status CheckSize(std::string_view what, std::string_view bytes, size_t bytes_max,
                       std::string_view reason) {
  if (bytes.size() <= bytes_max) return absl::OkStatus();
  return Refuse(reason,
                StrCat(what, " has ", bytes.size(), " bytes; at most ", bytes_max, " are allowed"));
}

absl::Status CheckMerging(const kv::Mutation& mutation) {
  if (absl::Status context =
          CheckSize("the context", mutation.context, limits::kContextBytesMax, "CONTEXT_TOO_LARGE");
      !context.ok()) {
    return context;
  }
  if (absl::Status field = CheckSize("the field's name", mutation.field, limits::kFieldNameBytesMax,
                                     "FIELD_TOO_LARGE");
      !field.ok()) {
    return field;
  }
  if (!IsElement(mutation)) return absl::OkStatus();
  return CheckSize("the element", mutation.value, limits::kElementBytesMax, "ELEMENT_TOO_LARGE");
}

}  // namespace

std::string ShownKey(std::string_view key) {
  constexpr size_t kShownMax = 48;
  std::string shown = StrCat("\"", absl::CHexEscape(ToAbsl(key.substr(0, kShownMax))));
  return shown + (key.size() > kShownMax ? "…\"" : "\"");
}

absl::Status CheckKey(std::string_view key) {
  if (key.empty()) {
    return Refuse("KEY_EMPTY",
                  StrCat("the key is empty; keys have 1 to ", limits::kKeyBytesMax, " bytes"));
  }
  if (key.size() > limits::kKeyBytesMax) {
    return Refuse("KEY_TOO_LARGE",
                  StrCat("the key ", ShownKey(key), " has ", key.size(), " bytes; at most ",
                         limits::kKeyBytesMax, " are allowed"));
  }
  return absl::OkStatus();
}

absl::Status CheckValue(std::string_view value, const RequestLimits& limits) {
  if (value.size() <= limits.value_bytes_max) return absl::OkStatus();
  return Refuse("VALUE_TOO_LARGE",
                StrCat("the value has ", value.size(), " bytes; at most ", limits.value_bytes_max,
                       " (", FormatBytes(limits.value_bytes_max),
                       ") are allowed: split it, or raise kvd's value-bytes-max"));
}

absl::Status CheckMutation(const kv::Mutation& mutation, const RequestLimits& limits) {
  if (absl::Status key = CheckKey(mutation.key); !key.ok()) return key;
  if (absl::Status value = CheckValue(mutation.value, limits); !value.ok()) return value;
  if (absl::Status merging = CheckMerging(mutation); !merging.ok()) return merging;
  if (mutation.ttl_us > limits::kTtlMaxUs) {
    // A negative number, as it comes over the wire.
    if (mutation.ttl_us > uint64_t{std::numeric_limits<int64_t>::max()}) {
      return Refuse("TTL_NEGATIVE", "a time to live is at least 1 µs; 0 is for ever");
    }
    return Refuse("TTL_TOO_LONG",
                  StrCat("a time to live of ", mutation.ttl_us, " µs; at most ", limits::kTtlMaxUs,
                         " (100 years) are allowed, and 0 is for ever"));
  }
  return CheckValue(mutation.condition.value, limits);
}

absl::Status CheckBatch(const std::vector<kv::Mutation>& mutations, const RequestLimits& limits) {
  if (mutations.empty()) return Refuse("BATCH_EMPTY", "the batch holds no mutation");
  if (mutations.size() > limits::kBatchMutationsMax) {
    return Refuse("BATCH_TOO_LONG",
                  StrCat("the batch holds ", mutations.size(), " mutations; at most ",
                         limits::kBatchMutationsMax, " are allowed: split it"));
  }
  size_t total = 0;
  for (const kv::Mutation& mutation : mutations) {
    if (absl::Status one = CheckMutation(mutation, limits); !one.ok()) return one;
    total += SizeOf(mutation);
  }
  if (total > limits::kBatchBytesMax) {
    return Refuse("BATCH_TOO_LARGE", StrCat("the batch has ", total, " bytes; at most ",
                                            limits::kBatchBytesMax, " are allowed: split it"));
  }
  return absl::OkStatus();
}

absl::Status CheckKeyCount(size_t keys) {
  if (keys == 0) return Refuse("NO_KEYS", "no key is asked for");
  if (keys <= limits::kMultiGetKeysMax) return absl::OkStatus();
  return Refuse("TOO_MANY_KEYS", StrCat(keys, " keys are asked for; at most ",
                                        limits::kMultiGetKeysMax, " are allowed: split the call"));
}

}  // namespace quorate::rpc
