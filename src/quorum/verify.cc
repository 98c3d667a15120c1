#include "quorum/verify.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "base/hash.h"

namespace quorate::quorum {
namespace {

bool SameWrite(const Record& one, const Record& other) {
  return one.dot == other.dot && one.time == other.time;
}

}  // namespace

void Verify::Tick(const Now& now) {
  if (now.monotonic < next_at_ || peers_.others().empty()) return;
  next_at_ = now.monotonic + local_.config().verify_interval;
  const NodeId peer = peers_.others()[next_peer_ % peers_.others().size()];
  const bool at_rest =
      local_.filled() && local_.logged().empty() && coverage_.Told(peer).seen == local_.seen();
  if (!at_rest || !peers_.alive(peer)) {
    ++next_peer_;
    return;
  }
  in_doubt_ = false;
  held_.clear();
  VerifyAsk& ask = page_;
  ++ask.id;
  ask.seen = local_.seen();
  ask.after = after_;
  // What expires soon may be gone where the clock is ahead.
  ask.calendar_us = now.calendar_us + local_.config().skew_us_max;
  const size_t keys_max = local_.config().verify_keys;
  const std::vector<std::string> keys = local_.KeysAfter(after_, keys_max);
  ask.last = keys.size() == keys_max ? keys.back() : "";
  ask.digest = DigestOf(Living(ask.after, ask.last, keys_max, ask.calendar_us));
  local_.Send(peer, Boot(), ask);
  after_ = ask.last;
  // The next replica, once this one was compared to the end.
  if (after_.empty()) ++next_peer_;
}

void Verify::OnMembers() {
  in_doubt_ = false;
  held_.clear();
  ++page_.id;
}

void Verify::OnAsk(const Identity& from, const VerifyAsk& ask) {
  if (!local_.filled() || !local_.logged().empty() || ask.seen != local_.seen()) return;
  // Twice as many: it may hold what the other lost. Beyond that, in the next round.
  const size_t keys_max = 2 * local_.config().verify_keys;
  VerifyAnswer answer;
  answer.id = ask.id;
  answer.records = Living(ask.after, ask.last, keys_max, ask.calendar_us);
  answer.same = DigestOf(answer.records) == ask.digest;
  if (answer.same) answer.records.clear();
  local_.Send(from.node, from.boot, std::move(answer));
}

void Verify::OnAnswer(NodeId from, const VerifyAnswer& answer) {
  if (answer.id != page_.id || page_.seen != local_.seen()) return;
  if (!in_doubt_) {
    if (answer.same || !TakeNewer(answer.records)) return;
    in_doubt_ = true;
    AskAll(from);
  }
  std::map<std::string, Record>& held = held_[from];
  for (const SyncRecord& theirs : answer.records) {
    if (theirs.record) held[theirs.key] = *theirs.record;
  }
  if (held_.size() == peers_.others().size()) Decide();
}

// What was deleted here can't be alive there: it has seen the same.
bool Verify::TakeNewer(const std::vector<SyncRecord>& records) {
  bool differs = false;
  std::map<std::string, Record> living;
  for (SyncRecord& mine : Living(page_.after, page_.last, SIZE_MAX, page_.calendar_us)) {
    living[mine.key] = *std::move(mine.record);
  }
  for (const SyncRecord& theirs : records) {
    if (!theirs.record) continue;
    const std::optional<Record> mine = local_.Shared(theirs.key);
    if (mine && !Older(*mine, *theirs.record)) {
      const auto shown = living.find(theirs.key);
      differs = differs || (shown != living.end() && SameWrite(shown->second, *theirs.record) &&
                            shown->second != *theirs.record);
      continue;
    }
    local_.Restore(theirs.key, *theirs.record);
    ++repaired_;
  }
  return differs;
}

void Verify::AskAll(NodeId except) {
  VerifyAsk ask = page_;
  ask.digest = 0;  // of nothing, so that whatever is there is told
  for (NodeId node : peers_.others()) {
    if (node != except && peers_.alive(node)) local_.Send(node, Boot(), ask);
  }
}

void Verify::Decide() {
  for (const SyncRecord& mine : Living(page_.after, page_.last, SIZE_MAX, page_.calendar_us)) {
    DecideOn(mine);
  }
  in_doubt_ = false;
  held_.clear();
  ++page_.id;  // what comes late of this one is not asked for any more
}

void Verify::DecideOn(const SyncRecord& mine) {
  std::map<std::string, size_t> votes;  // by bytes
  const std::string own = EncodeRecord(mine.key, *mine.record);
  ++votes[own];
  for (const auto& [node, held] : held_) {
    const auto theirs = held.find(mine.key);
    if (theirs == held.end() || !SameWrite(*mine.record, theirs->second)) continue;
    ++votes[EncodeRecord(mine.key, theirs->second)];
  }
  const auto most =
      std::max_element(votes.begin(), votes.end(), [](const auto& one, const auto& other) {
        return std::tie(one.second, one.first) < std::tie(other.second, other.first);
      });
  if (most->first == own) return;
  local_.Restore(mine.key, *DecodeRecord(mine.key, most->first));
  ++repaired_;
  if (2 * most->second <= peers_.others().size() + 1) ++disputed_;
}

std::vector<SyncRecord> Verify::Living(std::string_view after, std::string_view last,
                                       size_t keys_max, uint64_t calendar_us) const {
  std::vector<SyncRecord> living;
  for (std::string& key : local_.KeysAfter(after, keys_max)) {
    if (!last.empty() && key > last) break;
    std::optional<Record> record = local_.Shared(key);
    if (!record || record->Dead(calendar_us)) continue;
    if (auto shorter = local_.policy().Forget(key, *record, local_.seen())) record = shorter;
    living.push_back({std::move(key), std::move(record), {}});
  }
  return living;
}

uint64_t Verify::DigestOf(const std::vector<SyncRecord>& records) {
  uint64_t digest = 0;
  for (const SyncRecord& record : records) {
    digest = Hash64(EncodeRecord(record.key, *record.record), Hash64(record.key, digest));
  }
  return digest;
}

}  // namespace quorate::quorum
