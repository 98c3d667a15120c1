// Reads that meet a record stamped too far ahead for the others to take.
#include <algorithm>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/read_coordinator.h"

namespace quorate::quorum {

std::optional<Record> ReadCoordinator::Mine(const Read& read) const {
  if (IsSetAside(read, local_.self().node)) return std::nullopt;
  return local_.Shared(read.request.key);
}

// The result can't be brought to as many as must have it. Nobody was told of it at a
// level that these overlap with, for it could not have been brought to them then: so
// who has it is left out, as if it did not answer.
bool ReadCoordinator::SetAside(uint64_t id, Read& read, const Now& now) {
  const HlcTime ahead = read.result->time;
  const std::optional<Record> mine = Mine(read);
  Nodes holders;
  if (mine && mine->time >= ahead) holders.insert(local_.self().node);
  for (const auto& [node, answer] : read.answers) {
    if (answer.version.time >= ahead) holders.insert(node);
  }
  read.set_aside.insert(holders.begin(), holders.end());
  if (holders.empty()) {
    Answer(read, TooFarAhead(read), std::nullopt, {}, now);
    return true;
  }
  for (NodeId node : holders) read.answers.erase(node);
  read.writing_back = false;
  read.result.reset();
  read.fresh_at.reset();
  read.holders.clear();
  read.refused.clear();
  for (NodeId node : peers_.LivingByDistance()) {
    if (IsSetAside(read, node) || read.answers.contains(node)) continue;
    Ask(node, id, read, false, now);
  }
  return Advance(id, read, now);
}

absl::Status ReadCoordinator::TooFarAhead(const Read& read) const {
  std::string names;
  for (NodeId node : read.set_aside) StrAppend(&names, names.empty() ? "" : ", ", node.ToString());
  return MakeError(
      absl::StatusCode::kUnavailable, "CLOCK_AHEAD",
      StrCat("the key was written at ", names.empty() ? "a replica" : names,
             " with a time-stamp that lies more than ", local_.config().skew_us_max,
             " us ahead of other replicas' calendars, which refuse it, and the others are too few "
             "for a read at ",
             LevelName(read.request.level),
             ". Set the nodes' clocks right; until that time has come, read at a lower level"),
      Applied::kNo);
}

}  // namespace quorate::quorum
