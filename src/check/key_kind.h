// Which truth a key has: by its job's policy, and by what is done with it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "check/key_truth.h"
#include "check/promise.h"

namespace quorate::check {

enum class KeyKind : uint8_t {
  kRegister,
  kLww,
  kCounter,
  kMembers,
  kList,
  kMixed,  // put and added to: only an order of all tells what it may be
};

KeyKind KindOf(const JobInfo& job, const KeyHistory& key);

struct TruthOptions {
  bool shows_pending = false;  // RegisterOptions
  int64_t expiry_slack_us = 1'000'000;
};

// nullptr: of a kMixed key.
std::unique_ptr<KeyTruth> MakeTruth(KeyKind kind, const KeyHistory& key, Counts counts,
                                    const TruthOptions& options);

// By each write's level.
Counts CountsOf(const KeyHistory& key, const std::function<bool(std::string_view)>& level_counts);

// Some put has a time to live.
bool Expires(const KeyHistory& key);

}  // namespace quorate::check
