// Work put off to the end of a worker's turn, so that what a turn must send to
// the log and to peers is on its way before replies are serialised, and so
// that the replies of one turn leave together.
#pragma once

#include <vector>

#include "absl/functional/any_invocable.h"

namespace quorate::rpc {

class TurnEnd {
 public:
  using Work = absl::AnyInvocable<void() &&>;

  // Runs `work` on this thread once the turn it is in has ended; at once if it
  // is in none.
  static void Defer(Work work);
  // This thread is in a turn.
  static bool InTurn();

  // A turn: what is deferred within the scope, or by what was, runs in order at its end.
  class Scope {
   public:
    Scope();
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    std::vector<Work> work_;
    friend class TurnEnd;
  };
};

}  // namespace quorate::rpc
