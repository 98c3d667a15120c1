#include "quorum/invariants.h"

#include <algorithm>

#include "base/strings.h"

namespace quorate::quorum {
namespace {

constexpr size_t kViolationsKept = 20;

// A register's promise alone is nothing that was written.
std::optional<Record> WrittenIn(const Store& store, const std::string& key) {
  std::optional<Record> record = store.Lookup(key);
  return record && record->dot ? record : std::nullopt;
}

}  // namespace

void Invariants::Violated(std::string_view what, NodeId node, const std::string& detail) {
  if (violations_.size() >= kViolationsKept) return;
  violations_.push_back(StrCat(what, ": ", node.ToString(), " ", detail));
}

void Invariants::Excuse(NodeId node, size_t first) {
  const std::string of_node = StrCat(": ", node.ToString(), " ");
  const auto is_of_node = [&](const std::string& one) { return one.find(of_node) != one.npos; };
  const auto begin = violations_.begin() + static_cast<std::ptrdiff_t>(first);
  violations_.erase(std::remove_if(begin, violations_.end(), is_of_node), violations_.end());
}

void Invariants::Left(NodeId node) {
  former_[node].Merge(durable_[node]);
  durable_.erase(node);
  seen_.erase(node);
  held_.erase(node);
}

bool Invariants::HadOnDisk(NodeId node, const SeenClock& dots) {
  return KnownAt(node).seen.Covers(dots);
}

Knowledge Invariants::KnownAt(NodeId node) {
  Knowledge known = durable_[node];
  if (const auto former = former_.find(node); former != former_.end()) known.Merge(former->second);
  return known;
}

const std::vector<NodeId>& Invariants::ReplicasOf(NodeId node) const {
  const auto known = replicas_of_.find(node);
  return known == replicas_of_.end() ? replicas_ : known->second;
}

void Invariants::Started(const Identity& replica, const Knowledge& known, const Store& store) {
  Knowledge& durable = durable_[replica.node];
  if (known.heard.empty() && !durable.seen.empty()) wiped_.insert(replica.node);
  // Others may still count on what a disk had that was wiped.
  if (!wiped_.contains(replica.node)) durable = Knowledge();
  durable.Merge(known);
  seen_[replica.node] = known.seen;
  auto& held = held_[replica.node];
  held.clear();
  for (const std::string& key : store.KeysAfter("", ~size_t{0})) held[key] = *store.Lookup(key);
  CheckSeen(replica.node, known.seen, store);
}

void Invariants::Emitted(const Identity& replica, const std::vector<Effect>& emitted,
                         const Store& store) {
  const std::vector<Effect> effects = Singly(emitted);
  Foresee(effects);
  for (const Effect& effect : effects) {
    if (const auto* put = std::get_if<PutRecord>(&effect)) {
      CheckWrite(replica, *put);
      CheckBoot(replica.node, *put);
      for (const Dot& dot : put->dots) seen_[replica.node].Add(dot);
      if (put->record) held_[replica.node][put->key] = *put->record;
      CheckHad(replica.node, *put, store);
    } else if (const auto* checkpoint = std::get_if<Checkpoint>(&effect)) {
      seen_[replica.node].Merge(checkpoint->knowledge.seen);
      CheckTrim(replica, *checkpoint);
    }
  }
}

void Invariants::Foresee(const std::vector<Effect>& effects) {
  for (const Effect& effect : Singly(effects)) {
    const auto* put = std::get_if<PutRecord>(&effect);
    if (put == nullptr || !put->record || !put->record->dot) continue;
    const bool may_be_dead = put->record->tombstone || put->record->expires_at_us != 0;
    if (may_be_dead) dead_[put->key][put->record->dot] = *put->record;
  }
}

void Invariants::CheckHad(NodeId node, const PutRecord& put, const Store& store) {
  for (const Dot& dot : put.dots) {
    const auto known = written_.find(dot);
    if (known == written_.end()) continue;
    const std::optional<Record> record = WrittenIn(store, put.key);
    const bool had = record ? !Older(*record, known->second.record)
                            : MayBeGone(put.key, dot, known->second.record.time);
    if (had && known->second.key == put.key) continue;
    Violated("DOT-2 seen is had", node,
             StrCat("has seen ", dot.ToString(), " of ", known->second.key, ", and holds ",
                    record ? record->dot.ToString() : "nothing", " of ", put.key));
  }
}

void Invariants::CheckWrite(const Identity& replica, const PutRecord& put) {
  if (!put.record || put.dots.size() != 1) return;
  const Dot dot = put.dots.front();
  if (dot.identity != replica || put.record->dot != dot) return;
  const auto [known, fresh] = written_.try_emplace(dot, Written{put.key, *put.record});
  if (fresh) dots_of_[put.key].push_back(dot);
  if (!fresh) {
    return Violated("DOT-1 one write", replica.node,
                    StrCat("used ", dot.ToString(), " again, for ", put.key));
  }
  times_[dot] = put.record->time;
  if (!registers_ && known != written_.begin()) {
    const auto before = std::prev(known);
    // An earlier boot's that was lost in its crash counts for nothing, and one
    // that has ended no longer tells which those were.
    const bool kept =
        before->first.identity == replica ||
        (before->first.identity.node == replica.node && !wiped_.contains(replica.node) &&
         durable_[replica.node].seen.Of(before->first.identity).Contains(before->first.counter));
    if (kept && before->second.record.time >= put.record->time) {
      Violated("DOT-6 rising time", replica.node,
               StrCat("wrote ", dot.ToString(), " at a time not above that of ",
                      before->first.ToString()));
    }
  }
}

void Invariants::CheckTrim(const Identity& replica, const Checkpoint& checkpoint) {
  for (NodeId node : ReplicasOf(replica.node)) {
    if (node == replica.node) continue;
    if (!HadOnDisk(node, checkpoint.dots)) {
      Violated("DOT-3 covered", replica.node,
               StrCat("drops ", checkpoint.dots.ToString(), ", but ", node.ToString(),
                      " has on disk only ", durable_[node].seen.ToString()));
    }
    for (const std::string& key : checkpoint.keys) {
      const auto held = held_[replica.node].find(key);
      if (held == held_[replica.node].end() || !held->second.dot) continue;
      SeenClock dead;
      dead.Add(held->second.dot);
      if (!HadOnDisk(node, dead)) {
        Violated("DOT-4 no early burial", replica.node,
                 StrCat("drops ", held->second.dot.ToString(), " of ", key, ", which ",
                        node.ToString(), " hasn't on disk"));
      }
    }
  }
  for (const std::string& key : checkpoint.keys) {
    const auto held = held_[replica.node].find(key);
    if (held == held_[replica.node].end()) continue;
    if (held->second.dot) CheckBurial(replica.node, key, held->second);
    held_[replica.node].erase(held);
  }
}

// What its writer has on disk, and is older than what is dropped here, would be
// taken for new when it comes.
void Invariants::CheckBurial(NodeId node, const std::string& key, const Record& dead) {
  if (wiped_.contains(node)) return;
  const std::vector<NodeId>& replicas = ReplicasOf(node);
  for (const Dot& dot : dots_of_[key]) {
    // A replica that was not waited for when it left brings nothing any more.
    const NodeId writer = dot.identity.node;
    if (std::find(replicas.begin(), replicas.end(), writer) == replicas.end()) continue;
    if (seen_[node].Contains(dot) || !Older(written_.at(dot).record, dead)) continue;
    // Of a boot that has ended, what was lost counts as seen too.
    const SeenClock& there = durable_[dot.identity.node].seen;
    if (there.Ended(dot.identity) || !there.Contains(dot)) continue;
    if (wiped_.contains(dot.identity.node)) continue;
    Violated("DOT-4 no early burial", node,
             StrCat("drops ", dead.dot.ToString(), " of ", key, ", but has yet to see the older ",
                    dot.ToString()));
  }
}

// All have agreed on what there is of a boot when it ends.
void Invariants::CheckBoot(NodeId node, const PutRecord& put) {
  if (!put.record || !put.record->dot || wiped_.contains(node)) return;
  if (!durable_[node].seen.Ended(put.record->dot.identity)) return;
  const auto held = held_[node].find(put.key);
  if (held != held_[node].end() && !Older(held->second, *put.record)) return;
  if (held == held_[node].end() && IsAtFloor(put)) return;
  Violated("DOT-7 over is over", node,
           StrCat("takes ", put.record->dot.ToString(), " of ", put.key,
                  " anew, of a boot that has ended"));
}

bool Invariants::IsAtFloor(const PutRecord& put) const {
  const auto dead = dead_.find(put.key);
  return registers_ && dead != dead_.end() && dead->second.contains(put.record->dot);
}

void Invariants::CheckHeld(const Message& message, const WriteAnswer& answer) {
  if (answer.refused) return;
  for (uint64_t id = answer.id; id < answer.id + answer.count; ++id) CheckHeld(message, id);
}

void Invariants::CheckHeld(const Message& message, uint64_t id) {
  const auto asked = asked_.find({{message.to, message.to_boot}, id, message.from.node});
  if (asked == asked_.end()) return;
  const SeenClock seen = KnownAt(message.from.node).seen;
  const auto is_held = [&](const Dot& dot) { return seen.Contains(dot); };
  if (std::any_of(asked->second.begin(), asked->second.end(), is_held)) return;
  Violated("DOT-5 told is durable", message.from.node,
           StrCat("says that it holds ", asked->second.begin()->ToString(),
                  ", and has on disk only ", seen.ToString()));
}

void Invariants::Persisted(NodeId node, const Effect& effect) {
  Knowledge& known = durable_[node];
  if (const auto* put = std::get_if<PutRecord>(&effect)) {
    for (const Dot& dot : put->dots) known.seen.Add(dot);
  } else if (const auto* run = std::get_if<PutRun>(&effect)) {
    known.seen.Add(run->run.first.identity, run->run.range());
  } else if (const auto* checkpoint = std::get_if<Checkpoint>(&effect)) {
    known.Merge(checkpoint->knowledge);
  }
}

void Invariants::Sent(const Message& message) {
  if (const auto* ask = std::get_if<WriteAsk>(&message.body); ask != nullptr && ask->id != 0) {
    asked_[{message.from, ask->id, message.to}].insert(ask->record.dot);
  }
  if (const auto* ask = std::get_if<RunAsk>(&message.body); ask != nullptr && ask->id != 0) {
    // Who takes a whole run has its last write; of records as they are by now, any.
    ask->run.ForEach([&](uint64_t at, const RunWrite& write) {
      if (ask->run.whole() && at + 1 < ask->run.count) return;
      const Dot dot = ViewRecord(write.key, write.record)->dot;
      asked_[{message.from, ask->id, message.to}].insert(dot);
    });
  }
  if (const auto* held = std::get_if<WriteAnswer>(&message.body)) CheckHeld(message, *held);
  const Knowledge* told = nullptr;
  if (const auto* ask = std::get_if<SyncAsk>(&message.body)) told = &ask->knowledge;
  if (const auto* answer = std::get_if<SyncAnswer>(&message.body)) told = &answer->knowledge;
  if (told == nullptr) return;
  const Knowledge known = KnownAt(message.from.node);
  const auto heard = [&](const auto& entry) { return known.HeardOf(entry.first) >= entry.second; };
  if (known.seen.Covers(told->seen) && std::all_of(told->heard.begin(), told->heard.end(), heard)) {
    return;
  }
  Violated("DOT-5 told is durable", message.from.node,
           StrCat("tells ", told->seen.ToString(), " and has on disk only ", known.seen.ToString(),
                  ", or boots that it may forget"));
}

bool Invariants::MayBeGone(const std::string& key, const Dot& dot, HlcTime time) const {
  const auto dead = dead_.find(key);
  if (dead == dead_.end()) return false;
  Record asked;
  asked.dot = dot;
  asked.time = time;
  return std::any_of(dead->second.begin(), dead->second.end(),
                     [&](const auto& entry) { return !Older(entry.second, asked); });
}

void Invariants::CheckSeen(NodeId node, const SeenClock& seen, const Store& store) {
  for (const auto& [dot, written] : written_) {
    if (!seen.Contains(dot)) continue;
    // What only its writer had, and forgot in a crash, is seen by all for good
    // once that boot has ended; there is nothing to be had.
    if (seen.Ended(dot.identity) && !acknowledged_.contains(dot)) continue;
    const std::optional<Record> record = WrittenIn(store, written.key);
    const bool had =
        record ? !Older(*record, written.record) : MayBeGone(written.key, dot, written.record.time);
    if (had) continue;
    Violated("DOT-2 seen is had", node,
             StrCat("has seen ", dot.ToString(), " and holds ",
                    record ? record->dot.ToString() : "nothing", " of ", written.key));
  }
}

}  // namespace quorate::quorum
