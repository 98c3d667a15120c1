// What a set of operations may have seen of a key. It tells which writes can
// be left out of an argument: one whose effect none of them can follow.
#pragma once

#include <set>
#include <string_view>

#include "check/history.h"

namespace quorate::check {

// Errs on the side of "seen".
class Observed {
 public:
  // Its strings must outlive this.
  void Add(const Operation& operation);

  // True if an operation added could have come directly after this write in
  // some order, and not be a blind write for which that makes no difference.
  bool MayFollow(const Operation& write) const;

 private:
  void AddValue(std::string_view value);
  void AddFound(const Operation& operation);
  void AddCondition(const Operation& operation);

  std::set<std::string_view> values_;
  bool absent_ = false;     // something saw no value
  bool any_value_ = false;  // something saw a value, not which
  bool number_ = false;     // a value seen may be a sum
};

}  // namespace quorate::check
