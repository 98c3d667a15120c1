#include "raft/invariants.h"

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"
#include "raft/quorum.h"

namespace quorate::raft {
namespace {

constexpr size_t kViolationsKept = 20;

uint64_t HashOf(const LogEntry& entry) {
  return Hash64(entry.data.view(), static_cast<uint64_t>(entry.kind));
}

}  // namespace

void Invariants::Violated(std::string_view what, NodeId node, const std::string& detail) {
  if (violations_.size() >= kViolationsKept) return;
  violations_.push_back(StrCat(what, ": ", node.ToString(), " ", detail));
}

void Invariants::Started(NodeId id, LogIndex applied) {
  const Term promised = nodes_[id].promised;
  Node fresh;
  fresh.promised = promised;
  fresh.delivered = applied;
  nodes_[id] = std::move(fresh);
}

void Invariants::Observe(NodeId id, const std::vector<View>& all) {
  const auto self =
      std::find_if(all.begin(), all.end(), [&](const View& view) { return view.node == id; });
  if (self == all.end()) return;
  const Raft& raft = *self->raft;
  const Status status = raft.status();
  Node& node = nodes_[id];
  CheckStructure(id, node, status);
  CheckAppendOnly(id, node, raft);
  CheckEntries(id, node, raft, status.first_index);
  if (status.role == Role::kLeader) CheckCommitRule(id, node, status, raft);
  CheckCommit(id, node, raft, all);
  if (raft.is_leader() && node.led != raft.term()) CheckLeader(id, raft);
  node.term = raft.term();
  node.led = raft.is_leader() ? raft.term() : Term();
  node.last = status.last_index;
  node.last_term = status.last_term;
  node.members = status.configuration;
}

void Invariants::CheckStructure(NodeId id, Node& node, const Status& status) {
  if (status.hard_state.term < node.term || status.hard_state.term < node.promised) {
    Violated("RAFT-6 promises", id,
             StrCat("went back to ", status.hard_state.term.ToString(), " after ",
                    std::max(node.term, node.promised).ToString()));
  }
  if (status.commit_index < node.commit) {
    Violated("RAFT-8 structure", id, "took back a commit");
  }
  const bool ordered = status.first_index.prev() <= status.applied_index &&
                       status.applied_index <= status.commit_index &&
                       status.commit_index <= status.last_index &&
                       status.durable_index <= status.last_index;
  if (!ordered) Violated("RAFT-8 structure", id, "has its indexes out of order");
}

void Invariants::CheckAppendOnly(NodeId id, const Node& node, const Raft& raft) {
  if (!raft.is_leader() || node.led != raft.term()) return;
  const bool kept = raft.TermAt(node.last) == node.last_term || raft.EntryAt(node.last) == nullptr;
  if (raft.last_index() < node.last || !kept) {
    Violated("RAFT-2 leader append-only", id,
             StrCat("changed ", node.last.ToString(), " while leading ", raft.term().ToString()));
  }
}

// By induction: where an index and a term determine the entry and the term
// before it, they determine the whole history. Only what is new since the last
// look needs checking.
void Invariants::CheckEntries(NodeId id, Node& node, const Raft& raft, LogIndex first) {
  auto& seen = node.log;
  while (!seen.empty() && seen.back().first > raft.last_index()) seen.pop_back();
  LogIndex from = raft.last_index().next();
  while (from > first) {
    const LogIndex at = from.prev();
    while (!seen.empty() && seen.back().first > at) seen.pop_back();
    if (!seen.empty() && seen.back() == std::pair(at, raft.TermAt(at))) break;
    from = at;
  }
  for (LogIndex at = from; at <= raft.last_index(); at = at.next()) {
    const LogEntry* entry = raft.EntryAt(at);
    const Content content{raft.TermAt(at.prev()), entry->kind, HashOf(*entry)};
    const auto [known, fresh] = entries_.try_emplace({at, entry->term}, content);
    if (!fresh && known->second != content) {
      Violated("RAFT-3 log matching", id,
               StrCat("has another entry or history at ", at.ToString(), " of ",
                      entry->term.ToString(), " than another replica had"));
    }
    seen.emplace_back(at, entry->term);
  }
}

void Invariants::CheckCommit(NodeId id, Node& node, const Raft& raft,
                             const std::vector<View>& all) {
  const LogIndex before = committed();
  for (LogIndex at = node.commit.next(); at <= raft.commit_index(); at = at.next()) {
    const LogEntry* entry = raft.EntryAt(at);
    if (entry == nullptr) {
      // By a snapshot; another replica must have committed it.
      if (at > committed() && sight_ == Sight::kNowAndThen) {
        committed_.push_back({Term(), 0, raft.term()});
      } else if (at > committed()) {
        Violated("RAFT-5 state machine safety", id,
                 StrCat("skipped over ", at.ToString(), ", which nobody committed"));
        break;
      }
      continue;
    }
    if (at > committed().next()) break;  // reported above already
    if (at == committed().next()) committed_.push_back({entry->term, HashOf(*entry), raft.term()});
    if (Committed& known = committed_[at.value() - 1]; !known.term) {
      known = {entry->term, HashOf(*entry), known.in_term};
    }
    CheckCanonical(id, *entry);
    Committed& canonical = committed_[at.value() - 1];
    canonical.in_term = std::min(canonical.in_term, raft.term());
  }
  node.commit = raft.commit_index();
  for (LogIndex at = before.next(); at <= committed(); at = at.next()) {
    for (const View& view : all) {
      if (view.raft->is_leader()) CheckHas(view.node, *view.raft, at);
    }
  }
}

void Invariants::CheckCanonical(NodeId id, const LogEntry& entry) {
  const Committed& canonical = committed_[entry.index.value() - 1];
  if (!canonical.term) return;
  if (canonical.term == entry.term && canonical.hash == HashOf(entry)) return;
  Violated("RAFT-5 state machine safety", id,
           StrCat("committed at ", entry.index.ToString(), " an entry of ", entry.term.ToString(),
                  " where one of ", canonical.term.ToString(), " was committed before"));
}

// With the newest configuration: where it changed in the same step, that was by
// leaving a joint one, which had asked for more.
void Invariants::CheckCommitRule(NodeId id, const Node& node, const Status& status,
                                 const Raft& raft) {
  const LogIndex commit = status.commit_index;
  if (node.led != raft.term() || commit <= node.commit) return;
  const auto reached_by = [&](const Configuration& members) {
    return LogIndex(QuorumReached(members, [&](NodeId voter) -> uint64_t {
      if (voter == id) return status.durable_index.value();
      const auto known = acknowledged_.find({raft.term(), voter});
      return known == acknowledged_.end() ? 0 : known->second.value();
    }));
  };
  LogIndex reached = reached_by(status.configuration);
  // Between two looks it may have committed first and changed members then.
  if (sight_ == Sight::kNowAndThen && node.members != status.configuration) {
    reached =
        std::max({reached, reached_by(node.members), reached_by(raft.ConfigurationAt(commit))});
  }
  if (reached < commit) {
    Violated("RAFT-9 commit rule", id,
             StrCat("committed ", commit.ToString(), " where a majority of voters has only ",
                    reached.ToString()));
  }
  if (raft.TermAt(commit) != raft.term()) {
    Violated("RAFT-9 commit rule", id,
             StrCat("committed ", commit.ToString(), " of an older term by counting"));
  }
}

void Invariants::CheckLeader(NodeId id, const Raft& raft) {
  const auto [known, fresh] = leaders_.try_emplace(raft.term(), id);
  if (!fresh && known->second != id) {
    Violated("RAFT-1 election safety", id,
             StrCat("leads ", raft.term().ToString(), " which ", known->second.ToString(),
                    " led before"));
  }
  for (LogIndex at(1); at <= committed(); at = at.next()) CheckHas(id, raft, at);
}

void Invariants::CheckHas(NodeId leader, const Raft& raft, LogIndex index) {
  const Committed& canonical = committed_[index.value() - 1];
  if (!canonical.term || canonical.in_term >= raft.term()) return;
  const LogEntry* entry = raft.EntryAt(index);
  // What it has forgotten was committed and compared when it was.
  if (entry == nullptr && index <= raft.commit_index()) return;
  if (entry != nullptr && entry->term == canonical.term) return;
  Violated("RAFT-4 leader completeness", leader,
           StrCat("leads ", raft.term().ToString(), " without ", index.ToString(), " of ",
                  canonical.term.ToString(), ", committed in ", canonical.in_term.ToString()));
}

void Invariants::Delivered(NodeId id, const Raft& raft, const std::vector<LogEntry>& entries) {
  Node& node = nodes_[id];
  for (const LogEntry& entry : entries) {
    if (entry.index != node.delivered.next()) {
      Violated("RAFT-5 state machine safety", id,
               StrCat("was given ", entry.index.ToString(), " after ", node.delivered.ToString()));
    }
    node.delivered = entry.index;
    if (entry.index <= committed()) CheckCanonical(id, entry);
  }
  const Status status = raft.status();
  if (node.delivered > status.commit_index || node.delivered > status.durable_index) {
    Violated("RAFT-8 structure", id, "was given an entry that is not committed or not durable");
  }
}

void Invariants::Installed(NodeId id, LogIndex index) {
  Node& node = nodes_[id];
  if (index < node.delivered) {
    Violated("RAFT-5 state machine safety", id, "had an older state put over a newer one");
  }
  node.delivered = index;
}

void Invariants::Sent(const Message& message) {
  Node& node = nodes_[message.from];
  const bool promise =
      message.kind == MessageKind::kVoteReply || message.kind == MessageKind::kAppendReply ||
      message.kind == MessageKind::kHeartbeatReply || message.kind == MessageKind::kVote;
  if (!promise) return;
  node.promised = std::max(node.promised, message.term);
  if (message.kind == MessageKind::kAppendReply && !message.reject) {
    LogIndex& index = acknowledged_[{message.term, message.from}];
    index = std::max(index, message.index);
  }
  const bool own = message.kind == MessageKind::kVote;
  if (!own && (message.kind != MessageKind::kVoteReply || message.reject)) return;
  const NodeId candidate = own ? message.from : message.to;
  const auto [known, fresh] = votes_.try_emplace({message.term, message.from}, candidate);
  if (!fresh && known->second != candidate) {
    Violated("RAFT-6 promises", message.from,
             StrCat("voted in ", message.term.ToString(), " for ", known->second.ToString(),
                    " and for ", candidate.ToString()));
  }
}

void Invariants::ReadAsked(NodeId node, uint64_t read_id) { reads_[{node, read_id}] = committed(); }

void Invariants::ReadServed(NodeId node, uint64_t read_id, LogIndex index) {
  const auto asked = reads_.find({node, read_id});
  if (asked == reads_.end()) {
    Violated("RAFT-7 linearizable reads", node, "answered a read that was not asked, or twice");
    return;
  }
  if (index < asked->second) {
    Violated("RAFT-7 linearizable reads", node,
             StrCat("would read at ", index.ToString(), " though ", asked->second.ToString(),
                    " was committed when the read was asked"));
  }
  reads_.erase(asked);
}

}  // namespace quorate::raft
