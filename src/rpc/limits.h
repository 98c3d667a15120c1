// What a client may hand us, checked before anything is done with it. All
// refusals are INVALID_ARGUMENT and name the size and the limit.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/limits.h"
#include "kv/command.h"

namespace quorate::rpc {

struct RequestLimits {
  uint64_t value_bytes_max = limits::kValueBytesMaxDefault;
};

// KEY_EMPTY, KEY_TOO_LARGE.
absl::Status CheckKey(std::string_view key);
// VALUE_TOO_LARGE.
absl::Status CheckValue(std::string_view value, const RequestLimits& limits);
// Key, value and the condition's value; CONTEXT_TOO_LARGE, FIELD_TOO_LARGE,
// ELEMENT_TOO_LARGE.
absl::Status CheckMutation(const kv::Mutation& mutation, const RequestLimits& limits);
// BATCH_EMPTY, BATCH_TOO_LONG, BATCH_TOO_LARGE.
absl::Status CheckBatch(const std::vector<kv::Mutation>& mutations, const RequestLimits& limits);
// TOO_MANY_KEYS.
absl::Status CheckKeyCount(size_t keys);

// How an error message shows a key: quoted, escaped, cut when long.
std::string ShownKey(std::string_view key);

}  // namespace quorate::rpc
