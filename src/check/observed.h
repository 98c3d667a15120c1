// What a set of operations may have seen of a key. It tells which writes can
// be left out of an argument: one whose effect none of them can follow.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "check/history.h"

namespace quorate::check {

// Errs on the side of "seen".
class Observed {
 public:
  // `when` is any number that grows with time. The operation's strings must
  // outlive this.
  void Add(const Operation& operation, uint32_t when = 0);

  // The greatest `when` of the operations that could come directly after this
  // write in some order, other than blind writes, for which it makes no
  // difference. nullopt: there is none.
  std::optional<uint32_t> LastToFollow(const Operation& write) const;
  bool MayFollow(const Operation& write) const { return LastToFollow(write).has_value(); }

 private:
  using When = std::optional<uint32_t>;

  void AddValue(std::string_view value, uint32_t when);
  void AddFound(const Operation& operation, uint32_t when);
  void AddCondition(const Operation& operation, uint32_t when);

  std::map<std::string_view, When> values_;
  When absent_;     // something saw no value
  When any_value_;  // something saw a value, not which
  When number_;     // a value seen may be a sum
};

}  // namespace quorate::check
