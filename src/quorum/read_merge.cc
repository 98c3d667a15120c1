// From the answers of enough replicas to one result.
#include "quorum/read_coordinator.h"

namespace quorate::quorum {
namespace {

// What a merge for a read gives up was told of where it was merged for good.
class NoSink final : public ConflictSink {
 public:
  void Discarded(std::string_view, const Record&, const Record&) override {}
};

}  // namespace

bool ReadCoordinator::Advance(uint64_t id, Read& read, const Now& now) {
  const Level level = read.request.level;
  if (!CountsForReads(level)) return false;
  if (!read.writing_back) {
    if (Hopeless(read) && !read.set_aside.empty()) {
      Answer(read, WhyHopeless(read), std::nullopt, {}, now);
      return true;
    }
    if (!peers_.Enough(level, Responders(read)) || FetchWhatDiffers(id, read, now)) return false;
    read.result = MergeAnswers(read);
    if (local_.policy().ByRounds()) return AnswerAsItIs(read, now);
    if (read.result) {
      // Who answered may not have seen what is here: a conflict is told, if it is one.
      const bool taken = local_.Merge(read.request.key, read.result, {}, {}, now);
      if (!taken) read.refused.insert(local_.self().node);
    }
    FindHolders(read);
    read.writing_back = true;
    const auto age = anti_entropy_.Staleness(now);
    // What was set aside may have been acknowledged.
    if (age && read.set_aside.empty()) read.fresh_at = now.monotonic - *age;
    // Whoever was found stale is repaired, needed or not.
    if (read.holders != Responders(read)) WriteBack(id, read, now);
  }
  if (!peers_.Enough(level, read.holders) && !local_.config().bugs.no_write_back) {
    return !read.refused.empty() && Hopeless(read) && SetAside(id, read, now);
  }
  Answer(read, absl::OkStatus(), read.result, read.holders, now);
  return true;
}

// What a register's replicas have accepted, which rounds alone bring to others:
// it may still come to nothing, and a later read may miss it.
bool ReadCoordinator::AnswerAsItIs(Read& read, const Now& now) {
  Answer(read, absl::OkStatus(), read.result, Responders(read), now);
  return true;
}

// Records that may change the result, and of which only the version is known.
bool ReadCoordinator::FetchWhatDiffers(uint64_t id, Read& read, const Now& now) {
  const std::optional<Record> mine = Mine(read);
  const bool has_seen = !IsSetAside(read, local_.self().node);
  const bool newest_wins = local_.policy().NewestWins();
  std::optional<Version> version;
  if (mine) version = VersionOf(read.request.key, *mine);
  const auto wanted = [&](const ReadAnswer& answer) {
    const Version& theirs = answer.version;
    if (!theirs.dot || answer.record) return false;
    if (!version) return !newest_wins || !has_seen || !local_.seen().Contains(theirs.dot);
    if (newest_wins) {
      return version->time != theirs.time ? version->time < theirs.time : version->dot < theirs.dot;
    }
    return theirs != *version;
  };
  bool fetching = false;
  for (auto at = read.answers.begin(); at != read.answers.end();) {
    if (!wanted(at->second)) {
      ++at;
      continue;
    }
    Ask(at->first, id, read, true, now);
    at = read.answers.erase(at);
    fetching = true;
  }
  return fetching;
}

std::optional<Record> ReadCoordinator::MergeAnswers(const Read& read) {
  const ConflictPolicy& policy = local_.policy();
  const std::optional<Record> mine = Mine(read);
  const bool has_seen = !IsSetAside(read, local_.self().node);
  // Where a replica holds nothing though it has seen the record, that was deleted
  // there, and the tombstone is gone because everybody had it.
  const auto outlived = [&](const Record& record) {
    if (local_.config().bugs.forget_absence) return false;
    if (!mine && has_seen && policy.Outlived(record, local_.seen())) return true;
    for (const auto& [node, answer] : read.answers) {
      if (!answer.version.dot && policy.Outlived(record, answer.seen)) return true;
    }
    return false;
  };
  NoSink sink;
  std::optional<Record> result;
  const auto take = [&](const Record& record) {
    if (outlived(record)) return;
    result = result ? policy.Merge(read.request.key, *result, record, local_.seen(), sink) : record;
  };
  if (mine) take(*mine);
  for (const auto& [node, answer] : read.answers) {
    if (answer.record) take(*answer.record);
  }
  return result;
}

void ReadCoordinator::FindHolders(Read& read) const {
  const std::optional<Record> mine = Mine(read);
  const bool has_seen = !IsSetAside(read, local_.self().node);
  // All have a tombstone that is gone.
  if (!read.result) {
    read.holders = Responders(read);
    return;
  }
  const Version version = VersionOf(read.request.key, *read.result);
  // Unless its time lay too far ahead to be taken here.
  const bool holds = mine && VersionOf(read.request.key, *mine) == version;
  if (holds || (has_seen && local_.policy().Outlived(*read.result, local_.seen()))) {
    read.holders.insert(local_.self().node);
  }
  for (const auto& [node, answer] : read.answers) {
    const bool gone = !answer.version.dot && local_.policy().Outlived(*read.result, answer.seen);
    if (answer.version == version || gone) read.holders.insert(node);
  }
}

void ReadCoordinator::WriteBack(uint64_t id, Read& read, const Now& now) {
  read.written_back_at = now.monotonic;
  if (!read.result || local_.config().bugs.no_write_back) return;
  // As the key is by now, where the result was merged here: what was deleted everywhere
  // since must not come back on a disk that was lost.
  const bool merged =
      read.holders.contains(local_.self().node) && !local_.config().bugs.write_back_as_found;
  const std::optional<Record> record = merged ? local_.Shared(read.request.key) : read.result;
  // Every replica has seen what deleted it.
  if (!record) return read.holders.insert(peers_.others().begin(), peers_.others().end());
  const SharedClock context = merged ? local_.Context() : SharedClock();
  for (NodeId node : peers_.LivingByDistance()) {
    if (read.holders.contains(node) || read.refused.contains(node)) continue;
    // Who did not answer is asked only if those who did aren't enough.
    const bool spare = read.asked.contains(node) || !read.refused.empty();
    if (!read.answers.contains(node) && !spare) continue;
    local_.Send(node, local_.knowledge().HeardOf(node),
                WriteAsk{id | kWriteBack, read.request.key, *record, context});
  }
}

}  // namespace quorate::quorum
