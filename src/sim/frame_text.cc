#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "quorate/v1/peer.pb.h"
#include "quorum/message_batch.h"
#include "quorum/message_text.h"
#include "replica/raft_codec.h"
#include "sim/trace.h"

namespace quorate::sim {
namespace {

const char* Name(raft::MessageKind kind) {
  switch (kind) {
    case raft::MessageKind::kPreVote:
      return "PreVote";
    case raft::MessageKind::kPreVoteReply:
      return "PreVoteReply";
    case raft::MessageKind::kVote:
      return "Vote";
    case raft::MessageKind::kVoteReply:
      return "VoteReply";
    case raft::MessageKind::kAppend:
      return "Append";
    case raft::MessageKind::kAppendReply:
      return "AppendReply";
    case raft::MessageKind::kHeartbeat:
      return "Heartbeat";
    case raft::MessageKind::kHeartbeatReply:
      return "HeartbeatReply";
    case raft::MessageKind::kSnapshotChunk:
      return "SnapshotChunk";
    case raft::MessageKind::kSnapshotReply:
      return "SnapshotReply";
    case raft::MessageKind::kTimeoutNow:
      return "TimeoutNow";
    case raft::MessageKind::kReadIndex:
      return "ReadIndex";
    case raft::MessageKind::kReadIndexReply:
      return "ReadIndexReply";
    case raft::MessageKind::kCommit:
      return "Commit";
  }
  return "?";
}

std::string DescribeRaft(const raft::Message& message) {
  std::string text = StrCat(Name(message.kind), " ", message.term.ToString());
  if (message.index) StrAppend(&text, " ", message.index.ToString());
  if (message.log_term) StrAppend(&text, "/", message.log_term.ToString());
  if (message.commit) StrAppend(&text, " commit ", message.commit.ToString());
  if (!message.entries.empty()) StrAppend(&text, " +", message.entries.size());
  if (message.reject) StrAppend(&text, " REJECT hint ", message.hint_index.ToString());
  if (message.context != 0) StrAppend(&text, " ctx ", message.context);
  if (message.kind == raft::MessageKind::kSnapshotChunk) {
    StrAppend(&text, " of ", message.snapshot.meta.index.ToString(), " #",
              message.snapshot.sequence, message.snapshot.last ? " last" : "");
  }
  if (message.force) text += " force";
  if (message.quiet) text += " quiet";
  return text;
}

std::string DescribeBatch(const std::vector<quorum::Message>& batch) {
  return absl::StrJoin(batch, ", ", [](std::string* out, const quorum::Message& message) {
    *out += quorum::DescribeMessage(message);
  });
}

std::string DescribeGroup(const v1::GroupMessage& group, NodeId from, NodeId to) {
  const std::string partition = PartitionId(group.partition()).ToString();
  const auto message = DecodeRaftMessage(group.payload(), from, to);
  if (message.ok()) return StrCat(partition, " ", DescribeRaft(*message));
  const auto batch = quorum::DecodeBatch(from, to, group.payload());
  return StrCat(partition, " ", batch.ok() ? DescribeBatch(*batch) : std::string("?"));
}

}  // namespace

std::string DescribeFrame(std::string_view bytes) {
  v1::PeerFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return StrCat("(", bytes.size(), " bytes that are no frame)");
  }
  std::vector<std::string> parts;
  for (const v1::GroupMessage& group : frame.groups()) {
    parts.push_back(DescribeGroup(group, NodeId(frame.from()), NodeId(frame.to())));
  }
  for (const v1::ForwardedRequest& request : frame.requests()) {
    parts.push_back(StrCat("request ", request.id(), " hop ", request.hops()));
  }
  for (const v1::ForwardedReply& reply : frame.replies()) {
    parts.push_back(StrCat("reply ", reply.id()));
  }
  if (frame.has_topology()) parts.push_back(StrCat("topology e", frame.topology().epoch()));
  return StrCat("b", frame.boot(), " e", frame.epoch(), "  ", absl::StrJoin(parts, " | "));
}

}  // namespace quorate::sim
