#include "quorum/filling.h"

#include <algorithm>

namespace quorate::quorum {
namespace {

constexpr size_t kPageKeysMax = 1024;
// Of resend intervals, for a page that is long on its way.
constexpr int64_t kPatienceMax = 16;

}  // namespace

void Filling::Tick(const Now& now) {
  if (local_.filled()) return;
  for (NodeId node : Wanted()) {
    Source& source = sources_[node];
    const bool waiting = source.id != 0 && now.monotonic - source.asked_at < Patience(source);
    if (!peers_.alive(node) || source.done_at || waiting) continue;
    // Each question costs the source a whole page: fewer of them, if they are many at once.
    if (source.id != 0) source.patience = 2 * Patience(source);
    Ask(node, source, now);
  }
}

absl::Duration Filling::Patience(const Source& source) const {
  const absl::Duration least = local_.config().resend_interval;
  return std::clamp(source.patience, least, kPatienceMax * least);
}

std::vector<NodeId> Filling::Wanted() const {
  const NodeId leaving = local_.members().leaving;
  const bool any = local_.config().bugs.fill_joiner_from_any;
  if (!local_.joining() || any || !leaving || !peers_.alive(leaving)) return peers_.others();
  return {leaving};
}

void Filling::OnMembers() {
  std::erase_if(sources_, [this](const auto& one) { return !peers_.Knows(one.first); });
}

// A page keeps its number when it is asked for again: else none would ever be taken that takes
// longer to come than it is waited for.
void Filling::Ask(NodeId node, Source& source, const Now& now) {
  if (source.id == 0) {
    source.id = next_id_++;
    source.first_asked_at = now.monotonic;
  }
  source.asked_at = now.monotonic;
  local_.Send(node, Boot(), FillAsk{source.id, source.after});
}

void Filling::OnAsk(const Identity& from, const FillAsk& ask) {
  if (!local_.filled()) return;
  FillAnswer answer;
  answer.id = ask.id;
  answer.knowledge = local_.knowledge();
  answer.time = local_.time();
  answer.complete = true;
  if (local_.policy().ByRounds()) answer.floor = local_.floor();
  size_t bytes = 0;
  const size_t keys_max = std::min(kPageKeysMax, local_.config().sync_dots_max);
  for (std::string& key : local_.KeysAfter(ask.after, keys_max + 1)) {
    if (answer.records.size() == keys_max || bytes >= local_.config().sync_bytes_max) {
      answer.complete = false;
      break;
    }
    std::optional<Record> record = answer.floor ? local_.Lookup(key) : local_.Shared(key);
    const bool forget = local_.config().bugs.forget_dead_in_filling && !answer.floor;
    if (forget && record && record->tombstone) record.reset();
    bytes += key.size() + (record ? record->body.size() : 0);
    answer.records.push_back({std::move(key), std::move(record), {}});
  }
  local_.Send(from.node, from.boot, std::move(answer));
}

void Filling::OnAnswer(const Identity& from, const FillAnswer& answer, const Now& now) {
  const auto found = sources_.find(from.node);
  if (local_.filled() || found == sources_.end() || found->second.id != answer.id) return;
  if (!answer.complete && answer.records.empty()) return;
  Source& source = found->second;
  if (source.who != from) {
    // What that life had seen and not synced may be lost: from the beginning.
    const bool begun = source.known.has_value();
    source.who = from;
    source.id = 0;
    source.after.clear();
    source.known.reset();
    source.done_at.reset();
    if (begun) return Ask(from.node, source, now);
  }
  // Too far ahead in time: the page is asked for again.
  if (!local_.Observe(answer.time, now)) return;
  if (!source.known) source.known = answer.knowledge;
  if (!Take(answer, source.after, now)) return;
  if (!answer.records.empty()) source.after = answer.records.back().key;
  source.patience = 2 * (now.monotonic - source.first_asked_at);
  source.id = 0;
  if (!answer.complete) return Ask(from.node, source, now);
  source.done_at = now.monotonic;
}

bool Filling::Take(const FillAnswer& answer, const std::string& after, const Now& now) {
  const bool registers = local_.policy().ByRounds();
  if (registers != answer.floor.has_value()) return false;
  std::set<std::string> listed;
  for (const SyncRecord& record : answer.records) {
    const bool taken =
        registers ? record.record && local_.Inherit(record.key, *record.record, now)
                  : local_.Merge(record.key, record.record, {}, answer.knowledge.seen, now);
    if (!taken) return false;
    if (registers) listed.insert(record.key);
  }
  const std::string last = answer.complete ? "" : answer.records.back().key;
  if (registers) local_.InheritFloor(*answer.floor, after, last, listed);
  return true;
}

// Acknowledged in the epoch before, and in this one by both sets: so by the old one.
bool Filling::MayLack(const Nodes& asked) const {
  const Members& members = local_.members();
  if (local_.joining() && members.leaving && asked.contains(members.leaving)) return false;
  // The leaver's part in the quorums of its zone is taken over with it. What it alone
  // kept is lost with it, though.
  if (local_.joining()) return !MeetsOldQuorums(members, members.joining.zone, asked);
  Nodes rest;
  for (const Member& member : members.replicas) {
    if (!asked.contains(member.node)) rest.insert(member.node);
  }
  return Enough(Level::kQuorum, members.replicas, "", rest);
}

void Filling::Advance(const Now& now) {
  if (local_.filled()) return;
  Nodes asked;
  Knowledge known;
  for (const auto& [node, source] : sources_) {
    if (!source.done_at || !anti_entropy_.CaughtUpSince(node, *source.done_at)) continue;
    asked.insert(node);
    known.Merge(*source.known);
  }
  const Bugs& bugs = local_.config().bugs;
  const bool one_is_enough = bugs.fill_from_one || (bugs.fill_joiner_from_any && local_.joining());
  if (one_is_enough ? asked.empty() : MayLack(asked)) return;
  local_.TakeOver(known, now);
  sources_.clear();
}

}  // namespace quorate::quorum
