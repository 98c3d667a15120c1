#include "quorum/filling.h"

#include <algorithm>

namespace quorate::quorum {
namespace {

constexpr size_t kPageKeysMax = 1024;

}  // namespace

void Filling::Tick(const Now& now) {
  if (local_.filled()) return;
  for (NodeId node : peers_.others()) {
    Source& source = sources_[node];
    const bool waiting =
        source.id != 0 && now.monotonic - source.asked_at < local_.config().resend_interval;
    if (peers_.alive(node) && !source.done_at && !waiting) Ask(node, source, now);
  }
}

void Filling::Ask(NodeId node, Source& source, const Now& now) {
  source.id = next_id_++;
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
  size_t bytes = 0;
  const size_t keys_max = std::min(kPageKeysMax, local_.config().sync_dots_max);
  for (std::string& key : local_.KeysAfter(ask.after, keys_max + 1)) {
    if (answer.records.size() == keys_max || bytes >= local_.config().sync_bytes_max) {
      answer.complete = false;
      break;
    }
    std::optional<Record> record = local_.Shared(key);
    bytes += key.size() + (record ? record->body.size() : 0);
    answer.records.push_back({std::move(key), std::move(record), {}});
  }
  local_.Send(from.node, from.boot, std::move(answer));
}

void Filling::OnAnswer(const Identity& from, const FillAnswer& answer, const Now& now) {
  const auto found = sources_.find(from.node);
  if (local_.filled() || found == sources_.end() || found->second.id != answer.id) return;
  Source& source = found->second;
  if (source.who != from) {
    // What that life had seen and not synced may be lost: from the beginning.
    const bool begun = source.seen.has_value();
    source = Source();
    source.who = from;
    if (begun) return Ask(from.node, source, now);
  }
  // Too far ahead in time: the page is asked for again.
  if (!local_.Observe(answer.time, now)) return;
  if (!source.seen) source.seen = answer.knowledge.seen;
  for (const SyncRecord& record : answer.records) {
    if (!local_.Merge(record.key, record.record, {}, answer.knowledge.seen, now)) return;
    source.after = record.key;
  }
  source.id = 0;
  if (!answer.complete) return Ask(from.node, source, now);
  source.done_at = now.monotonic;
}

void Filling::Advance(const Now& now) {
  // What a register's replica had promised is lost with its disk, and with fewer
  // promises than it gave it must not take part in rounds again.
  if (local_.filled() || local_.policy().ByRounds()) return;
  Nodes others = {local_.self().node};
  others.insert(peers_.others().begin(), peers_.others().end());
  SeenClock seen;
  for (const auto& [node, source] : sources_) {
    if (!source.done_at || !anti_entropy_.CaughtUpSince(node, *source.done_at)) continue;
    others.erase(node);
    seen.Merge(*source.seen);
  }
  // A quorum without any of those asked may have acknowledged what none of them has.
  if (peers_.Enough(Level::kQuorum, others)) return;
  local_.TakeOver(seen, now);
  sources_.clear();
}

}  // namespace quorate::quorum
