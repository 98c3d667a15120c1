#include "quorum/verify.h"

#include "base/hash.h"

namespace quorate::quorum {

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
  VerifyAsk ask;
  ask.id = ++id_;
  ask.seen = seen_ = local_.seen();
  ask.after = after_;
  // What expires soon may be gone where the clock is ahead.
  ask.calendar_us = now.calendar_us + local_.config().skew_us_max;
  const size_t keys_max = local_.config().verify_keys;
  const std::vector<std::string> keys = local_.KeysAfter(after_, keys_max);
  if (keys.size() == keys_max) ask.last = keys.back();
  ask.digest = DigestOf(Living(ask.after, ask.last, keys_max, ask.calendar_us));
  local_.Send(peer, Boot(), ask);
  after_ = ask.last;
  // The next replica, once this one was compared to the end.
  if (after_.empty()) ++next_peer_;
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

// What was deleted here can't be alive there: it has seen the same.
void Verify::OnAnswer(const VerifyAnswer& answer) {
  if (answer.id != id_ || answer.same || seen_ != local_.seen()) return;
  for (const SyncRecord& theirs : answer.records) {
    if (!theirs.record) continue;
    const std::optional<Record> mine = local_.Shared(theirs.key);
    if (mine && !Older(*mine, *theirs.record)) continue;
    local_.Restore(theirs.key, *theirs.record);
    ++repaired_;
  }
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
