// Who waits until every node that can be heard of knows a topology: so that
// what a change's answer promises holds at whatever node is asked next.
//
// One thread.
#pragma once

#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace quorate {

class Spread {
 public:
  using Done = absl::AnyInvocable<void() &&>;

  // `until`: when to give up waiting, on Env::Monotonic. `done` either way: a
  // node that does not learn of it by then asks when it needs to.
  void Add(Epoch epoch, absl::Duration until, Done done);
  // `known`: everybody knows this epoch or a newer one.
  void Check(Epoch known, absl::Duration now);

 private:
  struct Waiting {
    Epoch epoch;
    absl::Duration until;
    Done done;
  };
  std::vector<Waiting> waiting_;
};

}  // namespace quorate
