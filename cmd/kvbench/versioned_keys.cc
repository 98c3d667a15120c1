#include "versioned_keys.h"

#include <algorithm>
#include <cstring>

#include "base/random.h"
#include "base/strings.h"

namespace quorate::bench {

std::string VersionedKeys::Name(uint64_t key) {
  return StrCat("key-", absl::Dec(key, absl::kZeroPad10));
}

std::string VersionedKeys::Value(uint64_t key, uint64_t version) {
  std::string value(kValueBytes, '\0');
  std::memcpy(value.data(), &version, sizeof(version));
  Random random(key * 0x9e3779b97f4a7c15u + version);
  for (size_t at = sizeof(version); at < kValueBytes; at += sizeof(uint64_t)) {
    const uint64_t bits = random.Next();
    std::memcpy(value.data() + at, &bits, sizeof(bits));
  }
  return value;
}

std::optional<uint64_t> VersionedKeys::BeginPut(uint64_t key) {
  absl::MutexLock lock(&mutex_);
  State& state = states_[key];
  if (state.under_way) return std::nullopt;
  state.under_way = true;
  return ++state.newest;
}

void VersionedKeys::EndPut(uint64_t key, bool acknowledged) {
  if (!acknowledged) return;  // it may still take effect: nobody writes the key again
  absl::MutexLock lock(&mutex_);
  State& state = states_[key];
  state.certain = state.newest;
  state.under_way = false;
}

uint64_t VersionedKeys::BeginGet(uint64_t key) const {
  absl::MutexLock lock(&mutex_);
  return states_[key].certain;
}

std::string VersionedKeys::EndGet(uint64_t key, uint64_t begun,
                                  const std::optional<std::string>& value) {
  if (!value) return StrCat(Name(key), " is gone");
  uint64_t version = 0;
  if (value->size() == kValueBytes) std::memcpy(&version, value->data(), sizeof(version));
  if (*value != Value(key, version)) return StrCat(Name(key), " has a value that nobody wrote");
  absl::MutexLock lock(&mutex_);
  State& state = states_[key];
  if (version > state.newest) return StrCat(Name(key), " has a version that nobody wrote");
  if (version < begun) {
    return StrCat(Name(key), " has version ", version, ", and ", begun, " was there before");
  }
  state.certain = std::max(state.certain, static_cast<uint32_t>(version));
  return "";
}

}  // namespace quorate::bench
