// What a client asked of a register and was told, for the linearizability checker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "check/history.h"
#include "quorum/register_op.h"

namespace quorate::quorum {

struct RegisterEvent {
  uint64_t client = 0;
  std::string key;
  RegisterOp op;
  int64_t invoke_us = 0;
  std::optional<int64_t> return_us;  // none: never answered
  RegisterOutcome outcome;
};

check::Operation HistoryEntry(const RegisterEvent& event);

// What is wrong with it; empty: nothing.
std::string JudgeHistory(const check::History& history);

}  // namespace quorate::quorum
