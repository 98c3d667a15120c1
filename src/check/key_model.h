// The sequential truth about one key: from a state and an operation with what
// it was told, either the next state or "that cannot be".
//
// Versions: a write's version is greater than those before it. A write that
// was not told its own leaves a state whose version is only bounded from
// below, and the first reply that tells it settles it. One thing is let pass:
// that a condition on a version did not hold while the version is unsettled.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "check/history.h"

namespace quorate::check {

// Integers in decimal stand for themselves, so that a counter can be put,
// added to and read; other text is numbered by the model.
struct KeyValue {
  enum class Kind : uint8_t { kAbsent, kNumber, kText };
  Kind kind = Kind::kAbsent;
  int64_t payload = 0;

  friend bool operator==(const KeyValue&, const KeyValue&) = default;
  template <class H>
  friend H AbslHashValue(H h, const KeyValue& value) {
    return H::combine(std::move(h), value.kind, value.payload);
  }
};

struct KeyState {
  KeyValue value;
  // exact: the value's version. Otherwise the least the value's version can
  // be, and (of an absent value) what the next write's must exceed.
  uint64_t version_low = 0;
  bool exact = false;

  bool exists() const { return value.kind != KeyValue::Kind::kAbsent; }
  friend bool operator==(const KeyState&, const KeyState&) = default;
};

class KeyModel {
 public:
  // All of one key and valid; they must outlive the model, which names them
  // by position. See LinearizabilityOptions.
  explicit KeyModel(std::vector<const Operation*> operations, bool each_write_has_version = true);

  uint32_t size() const { return static_cast<uint32_t>(operations_.size()); }
  const Operation& operation(uint32_t i) const { return *operations_[i]; }

  // nullopt: impossible in this state. An operation that was told nothing
  // steps only where it takes effect: elsewhere it may as well not happen.
  std::optional<KeyState> Step(const KeyState& before, uint32_t i) const;

  bool IsObserver(uint32_t i) const { return compiled_[i].observer; }
  // Steps from any state (versions apart) to one that does not depend on it.
  bool IsBlind(uint32_t i) const { return compiled_[i].blind; }
  // What a put or delete leaves behind.
  const KeyValue& Written(uint32_t i) const { return compiled_[i].written; }
  // The one value in which it can step, where there is just one.
  std::optional<KeyValue> Needed(uint32_t i) const;
  // Of a write, as told; else 0.
  uint64_t WriteVersion(uint32_t i) const;
  // Writes of one class do and were told the same, times apart.
  uint32_t ClassOf(uint32_t i) const { return compiled_[i].effect_class; }

  std::string Describe(const KeyState& state) const;

 private:
  struct Compiled {
    Action action = Action::kGet;
    Condition::Kind condition = Condition::Kind::kNone;
    bool observer = false;
    bool blind = false;
    KeyValue condition_value;
    KeyValue written;
    std::optional<KeyValue> read;
    uint32_t effect_class = 0;
  };

  KeyValue Intern(const std::string& text);
  Compiled Compile(const Operation& op);
  bool Observe(KeyState& state, uint32_t i) const;
  bool Settle(KeyState& state, uint64_t version) const;
  bool ConditionHolds(KeyState& state, uint32_t i) const;
  std::optional<KeyValue> Sum(const KeyValue& value, const Operation& op) const;
  bool AdvanceVersion(KeyState& state, const Operation& op) const;

  std::vector<const Operation*> operations_;
  std::vector<Compiled> compiled_;
  const bool each_write_has_version_;
  bool versions_told_ = false;
  std::map<std::string, int64_t> text_ids_;
  std::vector<std::string> texts_;                    // by id
  std::vector<std::optional<int64_t>> text_numbers_;  // as a counter would read it
};

}  // namespace quorate::check
