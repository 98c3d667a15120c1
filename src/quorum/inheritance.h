// What becomes of what a leaver has acknowledged with others, where it is dead and nobody
// joins in its place: one disk less has it, and that one fewer can be too few for a quorum
// of those that stay.
//
// So many of them that no quorum of before is left without one tell, in this epoch, what
// they have seen: that is all that was acknowledged in earlier ones, as none of them takes
// part in those any more. Once a quorum of those that stay has all of it on disk, the leaver
// can go.
#pragma once

#include <optional>

#include "quorum/anti_entropy.h"
#include "quorum/coverage.h"
#include "quorum/local.h"
#include "quorum/peers.h"

namespace quorate::quorum {

class Inheritance {
 public:
  Inheritance(const Local& local, const Peers& peers, const Coverage& coverage,
              const AntiEntropy& anti_entropy)
      : local_(local), peers_(peers), coverage_(coverage), anti_entropy_(anti_entropy) {}

  void OnMembers() { estate_.reset(); }
  // Something was heard.
  void Advance();
  // It is where it must be.
  bool IsTaken() const;

 private:
  struct Estate {
    SeenClock seen;
    uint64_t effects;  // of this replica, by which it is on its disk
  };

  // None but a leaver can have it alone.
  bool AllIsHere() const;

  const Local& local_;
  const Peers& peers_;
  const Coverage& coverage_;
  const AntiEntropy& anti_entropy_;
  std::optional<Estate> estate_;
};

}  // namespace quorate::quorum
