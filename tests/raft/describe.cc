#include "describe.h"

#include "base/strings.h"

namespace quorate::raft {
namespace {

std::string List(const std::vector<NodeId>& nodes) {
  std::string text;
  for (NodeId node : nodes) StrAppend(&text, text.empty() ? "" : ",", node.value());
  return text;
}

std::string At(LogIndex index, Term term) { return StrCat(index.value(), "/", term.ToString()); }

std::string Details(const Message& m) {
  switch (m.kind) {
    case MessageKind::kPreVote:
    case MessageKind::kVote:
      return StrCat(" last ", At(m.index, m.log_term), m.force ? " forced" : "");
    case MessageKind::kPreVoteReply:
    case MessageKind::kVoteReply:
      return m.reject ? " no" : " yes";
    case MessageKind::kAppend: {
      std::string text = StrCat(" after ", At(m.index, m.log_term), " commit ", m.commit.value());
      for (const LogEntry& entry : m.entries) StrAppend(&text, " [", DescribeEntry(entry), "]");
      return text;
    }
    case MessageKind::kAppendReply:
      if (!m.reject) return StrCat(" matched ", m.index.value());
      return StrCat(" refused ", m.index.value(), " try ", At(m.hint_index, m.hint_term));
    case MessageKind::kHeartbeat:
      return StrCat(" commit ", m.commit.value(), " round ", m.context, m.quiet ? " quiet" : "");
    case MessageKind::kHeartbeatReply:
      return StrCat(" round ", m.context, m.quiet ? " quiet" : "");
    case MessageKind::kSnapshotChunk:
      return StrCat(" ", m.snapshot.sequence, m.snapshot.last ? " (last)" : "", " of ",
                    At(m.snapshot.meta.index, m.snapshot.meta.term));
    case MessageKind::kSnapshotReply:
      return StrCat(m.reject ? " refused" : "", " wants ", m.context, " of ", m.index.value());
    case MessageKind::kReadIndexReply:
      return m.reject ? std::string(" no") : StrCat(" ", m.index.value());
    case MessageKind::kCommit:
      return " " + At(m.index, m.log_term);
    case MessageKind::kReadIndex:
    case MessageKind::kTimeoutNow:
      return "";
  }
  return "";
}

}  // namespace

std::string_view DescribeKind(MessageKind kind) {
  switch (kind) {
    case MessageKind::kPreVote:
      return "pre-vote";
    case MessageKind::kPreVoteReply:
      return "pre-vote-reply";
    case MessageKind::kVote:
      return "vote";
    case MessageKind::kVoteReply:
      return "vote-reply";
    case MessageKind::kAppend:
      return "append";
    case MessageKind::kAppendReply:
      return "append-reply";
    case MessageKind::kHeartbeat:
      return "heartbeat";
    case MessageKind::kHeartbeatReply:
      return "heartbeat-reply";
    case MessageKind::kSnapshotChunk:
      return "chunk";
    case MessageKind::kSnapshotReply:
      return "chunk-reply";
    case MessageKind::kTimeoutNow:
      return "timeout-now";
    case MessageKind::kReadIndex:
      return "read-index";
    case MessageKind::kReadIndexReply:
      return "read-index-reply";
    case MessageKind::kCommit:
      return "commit";
  }
  return "?";
}

std::string DescribeEntry(const LogEntry& entry) {
  const std::string at = At(entry.index, entry.term);
  switch (entry.kind) {
    case EntryKind::kNoop:
      return at + " noop";
    case EntryKind::kCommand:
      return StrCat(at, " \"", entry.data.view(), "\"");
    case EntryKind::kConfiguration:
      return StrCat(at, " (", DescribeConfiguration(*DecodeConfiguration(entry.data.view())), ")");
  }
  return at;
}

std::string DescribeMessage(const Message& m) {
  return StrCat(m.from.ToString(), " -> ", m.to.ToString(), " ", DescribeKind(m.kind), " ",
                m.term.ToString(), Details(m));
}

std::string DescribeRole(const Status& status) {
  const std::string term = status.hard_state.term.ToString();
  const std::string quiet = status.quiet ? ", quiet" : "";
  switch (status.role) {
    case Role::kLeader:
      return StrCat("leader of ", term, quiet);
    case Role::kCandidate:
      return "candidate in " + term;
    case Role::kPreCandidate:
      return "pre-candidate in " + term;
    case Role::kFollower:
      break;
  }
  return StrCat("follower of ", status.leader ? status.leader.ToString() : "nobody", " in ", term,
                quiet);
}

std::string DescribeStatus(const Status& status) {
  return StrCat(DescribeRole(status), ": last ", At(status.last_index, status.last_term),
                " durable ", status.durable_index.value(), " commit ", status.commit_index.value(),
                " applied ", status.applied_index.value(), " first ", status.first_index.value());
}

std::string DescribeConfiguration(const Configuration& c) {
  std::string text = StrCat("voters ", List(c.voters));
  if (c.joint()) StrAppend(&text, " and ", List(c.outgoing));
  if (!c.learners.empty()) StrAppend(&text, " learners ", List(c.learners));
  if (!c.learners_next.empty()) StrAppend(&text, " next ", List(c.learners_next));
  if (c.asked != 0) StrAppend(&text, " asked ", c.asked);
  return text;
}

std::string DescribePeer(const PeerStatus& peer) {
  std::string_view state = peer.state == ProgressState::kProbe       ? "probe"
                           : peer.state == ProgressState::kReplicate ? "replicate"
                                                                     : "snapshot";
  return StrCat(peer.node.ToString(), " ", state, " match ", peer.match.value(), " next ",
                peer.next.value(), peer.recently_active ? "" : " silent");
}

}  // namespace quorate::raft
