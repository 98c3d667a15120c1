#include "oracle.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::quorum {

uint64_t Oracle::Count(Level level) const {
  switch (level) {
    case Level::kTwo:
      return 2;
    case Level::kQuorum:
    case Level::kLocalQuorum:
    case Level::kEachQuorum:
      return replicas_ / 2 + 1;
    case Level::kAll:
      return replicas_;
    default:
      return 1;
  }
}

bool Oracle::IsMajority(Level level) const {
  if (!resized_) return Count(level) > replicas_ / 2;
  return level >= Level::kQuorum && level <= Level::kAll;
}

bool Oracle::Overlap(Level write, Level read) const {
  if (!resized_) return Count(write) + Count(read) > replicas_;
  const bool all = write == Level::kAll || read == Level::kAll;
  return all || (IsMajority(write) && IsMajority(read));
}

// The newest write that was acknowledged by so many that this read must meet one
// of them, or that such a read has returned.
Seen Oracle::FloorOf(const std::string& key, Level level) const {
  Seen floor;
  for (const auto* known : {&acknowledged_, &read_}) {
    const auto found = known->find(key);
    if (found == known->end()) continue;
    for (const Acknowledged& write : found->second) {
      if (Overlap(write.level, level)) floor = std::max(floor, write.seen);
    }
  }
  return floor;
}

void Oracle::Asked(uint64_t id, const WriteRequest& request, uint64_t node, uint64_t session) {
  Open& open = open_[id];
  open.key = request.key;
  open.level = request.level;
  open.write = true;
  open.session = session;
  open.value = request.change.argument;
  open.session_time = request.session.time;
  open.node_time = node_times_[node];
  writes_[id].key = request.key;
}

void Oracle::Asked(uint64_t id, const ReadRequest& request, uint64_t session) {
  Open& open = open_[id];
  open.key = request.key;
  open.level = request.level;
  open.session = session;
  open.floor = FloorOf(request.key, request.level);
  if (request.level == Level::kSession) open.session_floor = sessions_[session].floors[request.key];
}

bool Oracle::Holds(const std::string& key, const Seen& got, const Seen& floor) const {
  if (floor == Seen() || got >= floor) return true;
  return got == Seen() && invariants_.MayBeGone(key, floor.dot, floor.time);
}

void Oracle::Expect(const Open& open, const Seen& got, const Seen& floor, const std::string& why) {
  if (Holds(open.key, got, floor)) return;
  violations_.push_back(StrCat("a read of ", open.key, " at ", LevelName(open.level), " returned ",
                               got.dot.ToString(), " and not ", floor.dot.ToString(), ": ", why));
}

void Oracle::Told(const Answered& answer, absl::Duration now) {
  const auto found = open_.find(answer.reply.id);
  if (found == open_.end()) {
    violations_.push_back(StrCat("request ", answer.reply.id, " was answered twice"));
    return;
  }
  const Open open = found->second;
  open_.erase(found);
  const Reply& reply = answer.reply;
  const std::string kind =
      StrCat(open.write ? "write " : "read ", LevelName(open.level), " ",
             reply.status.ok() ? "done" : ToStd(absl::string_view(ReasonOf(reply.status))));
  ++counts_[kind];
  if (!reply.status.ok()) {
    if (open.write && AppliedOf(reply.status) == Applied::kNo) {
      not_done_.push_back(open.value);
      writes_[reply.id].not_done = true;
    }
    return;
  }
  const Seen seen{reply.receipt.time, reply.receipt.dot};
  if (open.write) {
    writes_[reply.id].done = true;
    acknowledged_[open.key].push_back({seen, open.level, now});
    HlcTime& newest = node_times_[answer.node];
    newest = std::max(newest, seen.time);
    if (seen.time <= open.node_time) {
      violations_.push_back("a node's write has an earlier time than one it acknowledged before");
    }
  } else {
    CheckRead(open, answer);
    if (IsMajority(open.level)) {
      read_[open.key].push_back({seen, open.level, now});
    }
  }
  if (open.session == 0) return;
  Session& session = sessions_[open.session];
  if (open.write && seen.time <= open.session_time) {
    violations_.push_back("a session's write is not above what the session saw");
  }
  session.part.Merge(reply.receipt.seen);
  session.floors[open.key] = std::max(session.floors[open.key], seen);
}

void Oracle::CheckRead(const Open& open, const Answered& answer) {
  const Receipt& receipt = answer.reply.receipt;
  const Seen got{receipt.time, receipt.dot};
  Expect(open, got, open.floor, "replicas of both must overlap");
  Expect(open, got, open.session_floor, "its session saw that");
  if (!receipt.staleness) return;
  const absl::Duration t0 = answer.made_at - *receipt.staleness;
  for (const Acknowledged& write : acknowledged_[open.key]) {
    if (write.at < t0) Expect(open, got, write.seen, "it was acknowledged before the bound");
  }
}

void Oracle::AtRest(const MapStore& store) {
  for (const auto* known : {&acknowledged_, &read_}) {
    for (const auto& [key, writes] : *known) {
      const std::optional<Record> record = store.Lookup(key);
      const Seen got = record ? Seen{record->time, record->dot} : Seen();
      for (const Acknowledged& write : writes) {
        if (Holds(key, got, write.seen)) continue;
        violations_.push_back(StrCat("at rest ", key, " is ", got.dot.ToString(), ", but ",
                                     write.seen.dot.ToString(), " was acknowledged or read"));
      }
    }
  }
  for (const auto& [key, record] : store.records) {
    const bool undone =
        std::find(not_done_.begin(), not_done_.end(), record.body) != not_done_.end() &&
        !record.body.empty();
    if (undone)
      violations_.push_back(StrCat(record.body, " was told not to be done, and is there"));
  }
}

}  // namespace quorate::quorum
