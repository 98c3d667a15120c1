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
  constexpr uint64_t kCount = (uint64_t{1} << kHlcCountBits) - 1;
  const uint64_t least =
      std::max({std::min(now, latest_), highest.time.next(), last_.next()}).value();
  uint64_t time = (least & ~kCount) | (self_.node.value() & kCount);
  if (time < least) time += kCount + 1;
  last_ = HlcTime(time);
  return {last_, self_, ++given_};
}

}  // namespace quorate::quorum
