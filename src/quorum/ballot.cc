#include "quorum/ballot.h"

#include <algorithm>

#include "quorum/bytes.h"

namespace quorate::quorum {

void AppendBallot(const Ballot& ballot, std::string& out) {
  AppendVarint(ballot.counter, out);
  if (!ballot) return;
  AppendVarint(ballot.time.value(), out);
  AppendIdentity(ballot.identity, out);
}

Ballot ReadBallot(Reader& reader) {
  Ballot ballot;
  ballot.counter = reader.Varint();
  if (!ballot) return ballot;
  ballot.time = HlcTime(reader.Varint());
  ballot.identity = reader.Identity();
  return ballot;
}

Ballot BallotSource::Above(const Ballot& highest, HlcTime now) {
  return {std::max(now, highest.time.next()), self_, ++given_};
}

}  // namespace quorate::quorum
