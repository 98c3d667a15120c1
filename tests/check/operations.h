// Short words for the operations of a history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "check/history.h"

namespace quorate::check {

struct Span {
  int64_t invoke_us;
  int64_t return_us;
};

inline Operation Done(Action action, std::string key, Span span) {
  Operation op;
  op.action = action;
  op.key = std::move(key);
  op.invoke_us = span.invoke_us;
  op.return_us = span.return_us;
  op.outcome = Outcome::kDone;
  return op;
}

inline Operation Put(std::string key, std::string value, Span span, uint64_t version = 0) {
  Operation op = Done(Action::kPut, std::move(key), span);
  op.value = std::move(value);
  op.result.version = version;
  return op;
}

// nullopt: found nothing.
inline Operation Get(std::string key, std::optional<std::string> value, Span span,
                     uint64_t version = 0) {
  Operation op = Done(Action::kGet, std::move(key), span);
  op.result.found = value.has_value();
  op.result.value = std::move(value);
  op.result.version = version;
  return op;
}

inline Operation Delete(std::string key, Span span) {
  return Done(Action::kDelete, std::move(key), span);
}

inline Operation Add(std::string key, int64_t delta, int64_t sum, Span span) {
  Operation op = Done(Action::kAdd, std::move(key), span);
  op.delta = delta;
  op.result.sum = sum;
  return op;
}

inline Operation If(Condition condition, bool success, Operation op) {
  op.condition = std::move(condition);
  op.result.success = success;
  return op;
}
inline Condition IfAbsent() {
  return {.kind = Condition::Kind::kAbsent, .version = 0, .value = {}};
}
inline Condition IfPresent() {
  return {.kind = Condition::Kind::kPresent, .version = 0, .value = {}};
}
inline Condition IfVersion(uint64_t version) {
  return {.kind = Condition::Kind::kVersion, .version = version, .value = {}};
}
inline Condition IfValue(std::string value) {
  return {.kind = Condition::Kind::kValue, .version = 0, .value = std::move(value)};
}

// The same, but nobody knows what became of it.
inline Operation Unknown(Operation op) {
  op.outcome = Outcome::kUnknown;
  op.result = {};
  op.return_us.reset();
  return op;
}
inline Operation Failed(Operation op) {
  op.outcome = Outcome::kFailed;
  op.result = {};
  return op;
}

inline History HistoryOf(std::vector<Operation> operations) {
  History history;
  uint64_t client = 0;
  for (Operation& op : operations) {
    op.client = ++client;
    history.Append(std::move(op));
  }
  return history;
}

}  // namespace quorate::check
