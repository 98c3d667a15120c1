// The Raft paper's safety properties (figure 3) as code, and those of reads,
// promises and structure besides. For tests and the simulator: told of all that
// happens in one group, it remembers what was ever elected, appended, committed
// and promised, and says where a step broke a rule.
//
//   RAFT-1 election safety        one leader in a term
//   RAFT-2 leader append-only     a leader never changes its own log's entries
//   RAFT-3 log matching           same index and term: same entry, same history
//   RAFT-4 leader completeness    committed in a term: in every later leader's log
//   RAFT-5 state machine safety   one entry at an index, in order, each once
//   RAFT-6 promises               one vote in a term; no term or vote forgotten
//   RAFT-7 linearizable reads     a read sees what was committed when it was asked
//   RAFT-8 structure              kept <= applied <= committed <= end; durable
//                                 before delivered; nothing goes back
//   RAFT-9 commit rule            a leader commits what a majority of voters has
//                                 acknowledged in its term, up to an entry of it
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/log_entry.h"
#include "raft/message.h"
#include "raft/raft.h"

namespace quorate::raft {

class Invariants {
 public:
  struct View {
    NodeId node;
    const Raft* raft = nullptr;
  };

  // Whether Observe is called after every step, or only so often that a replica
  // may commit entries and forget them again between two looks. Those are then
  // unknown, unless another replica shows them.
  enum class Sight : uint8_t { kEveryStep, kNowAndThen };
  explicit Invariants(Sight sight = Sight::kEveryStep) : sight_(sight) {}

  // A replica begins a life with `applied` in its state (first start or restart).
  void Started(NodeId node, LogIndex applied);
  // Anything happened at `node`; `all` are the living replicas, it among them.
  void Observe(NodeId node, const std::vector<View>& all);
  // Output.committed was taken at `node`.
  void Delivered(NodeId node, const Raft& raft, const std::vector<LogEntry>& entries);
  // The state at `node` was replaced by a snapshot of `index`.
  void Installed(NodeId node, LogIndex index);
  // A message leaves its sender (those after sync: when they really leave).
  void Sent(const Message& message);
  void ReadAsked(NodeId node, uint64_t read_id);
  void ReadServed(NodeId node, uint64_t read_id, LogIndex index);

  // Highest index known to be committed anywhere, ever.
  LogIndex committed() const { return LogIndex(committed_.size()); }
  // Each begins with its number above. Empty: all is well.
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Content {
    Term previous;  // term of the entry before
    EntryKind kind;
    uint64_t hash;
    friend bool operator==(const Content&, const Content&) = default;
  };
  struct Committed {
    Term term;  // zero: unknown
    uint64_t hash;
    Term in_term;  // the earliest term in which it was known to be committed
  };
  // What was last seen of one life of one replica, and what it ever promised.
  struct Node {
    Term term;
    Term led;  // zero: was not leader
    LogIndex commit;
    LogIndex delivered;
    std::vector<std::pair<LogIndex, Term>> log;  // as seen, the end of it
    LogIndex last;
    Term last_term;
    Term promised;
    Configuration members;
  };

  void Violated(std::string_view what, NodeId node, const std::string& detail);
  void CheckStructure(NodeId id, Node& node, const Status& status);
  void CheckAppendOnly(NodeId id, const Node& node, const Raft& raft);
  void CheckEntries(NodeId id, Node& node, const Raft& raft, LogIndex first);
  void CheckCommit(NodeId id, Node& node, const Raft& raft, const std::vector<View>& all);
  void CheckCommitRule(NodeId id, const Node& node, const Status& status, const Raft& raft);
  void CheckLeader(NodeId id, const Raft& raft);
  void CheckHas(NodeId leader, const Raft& raft, LogIndex index);
  void CheckCanonical(NodeId id, const LogEntry& entry);

  const Sight sight_;
  std::map<NodeId, Node> nodes_;
  std::map<Term, NodeId> leaders_;
  std::map<std::pair<LogIndex, Term>, Content> entries_;
  std::vector<Committed> committed_;  // of index 1 and on
  std::map<std::pair<Term, NodeId>, NodeId> votes_;
  std::map<std::pair<Term, NodeId>, LogIndex> acknowledged_;
  std::map<std::pair<NodeId, uint64_t>, LogIndex> reads_;
  std::vector<std::string> violations_;
};

}  // namespace quorate::raft
