// The total order of what is promised and accepted for one register key.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "base/hlc.h"
#include "quorum/bytes.h"
#include "quorum/dot.h"

namespace quorate::quorum {

// No two are equal: an identity gives each counter out once. Clocks matter for
// progress only, any total order would be right.
//
// No two nodes give out the same time either, for its count (the lowest 12 bits)
// is the node's number (limits::kNodeIdMax): so the time alone names a value, and
// clients have it as the value's version. That holds as long as a node's times do
// not go back when it restarts: its host reserves them.
struct Ballot {
  HlcTime time;
  Identity identity;
  uint64_t counter = 0;

  // False: no ballot, below all others.
  constexpr explicit operator bool() const { return counter != 0; }
  constexpr auto operator<=>(const Ballot&) const = default;
  std::string ToString() const {
    return time.ToString() + identity.ToString() + "#" + std::to_string(counter);
  }
  friend std::ostream& operator<<(std::ostream& out, const Ballot& ballot) {
    return out << ballot.ToString();
  }
};

void AppendBallot(const Ballot& ballot, std::string& out);
Ballot ReadBallot(Reader& reader);

// Gives out an identity's ballots.
class BallotSource {
 public:
  explicit BallotSource(const Identity& self) : self_(self) {}

  const Identity& self() const { return self_; }
  // Above `highest`, however far its clock ran ahead, and above all it gave
  // before. `now`: of this node's hybrid clock, which has then to be told of last().
  Ballot Above(const Ballot& highest, HlcTime now);
  // From now on `now` counts only up to there: a calendar that may be wrong orders nothing.
  void CountClockUpTo(HlcTime latest) { latest_ = latest; }
  // The time of the ballot given last.
  HlcTime last() const { return last_; }

 private:
  Identity self_;
  HlcTime last_;
  HlcTime latest_{~uint64_t{0}};
  uint64_t given_ = 0;
};

}  // namespace quorate::quorum
