#include "replica/raft_codec.h"

#include <utility>

#include "base/error.h"
#include "quorate/v1/peer.pb.h"

namespace quorate {
namespace {

void SetNodes(const std::vector<NodeId>& nodes, google::protobuf::RepeatedField<uint64_t>* out) {
  for (NodeId node : nodes) out->Add(node.value());
}

std::vector<NodeId> Nodes(const google::protobuf::RepeatedField<uint64_t>& in) {
  std::vector<NodeId> nodes;
  nodes.reserve(static_cast<size_t>(in.size()));
  for (uint64_t id : in) nodes.emplace_back(id);
  return nodes;
}

void EncodeChunk(const raft::SnapshotChunk& chunk, v1::SnapshotChunk* out) {
  out->set_index(chunk.meta.index.value());
  out->set_term(chunk.meta.term.value());
  auto* configuration = out->mutable_configuration();
  SetNodes(chunk.meta.configuration.voters, configuration->mutable_voters());
  SetNodes(chunk.meta.configuration.outgoing, configuration->mutable_outgoing());
  SetNodes(chunk.meta.configuration.learners, configuration->mutable_learners());
  SetNodes(chunk.meta.configuration.learners_next, configuration->mutable_learners_next());
  configuration->set_asked(chunk.meta.configuration.asked);
  out->set_sequence(chunk.sequence);
  out->set_data(chunk.data);
  out->set_last(chunk.last);
}

raft::SnapshotChunk DecodeChunk(v1::SnapshotChunk& in) {
  raft::SnapshotChunk chunk;
  chunk.meta.index = LogIndex(in.index());
  chunk.meta.term = Term(in.term());
  chunk.meta.configuration.voters = Nodes(in.configuration().voters());
  chunk.meta.configuration.outgoing = Nodes(in.configuration().outgoing());
  chunk.meta.configuration.learners = Nodes(in.configuration().learners());
  chunk.meta.configuration.learners_next = Nodes(in.configuration().learners_next());
  chunk.meta.configuration.asked = in.configuration().asked();
  chunk.sequence = in.sequence();
  chunk.data = std::move(*in.mutable_data());
  chunk.last = in.last();
  return chunk;
}

absl::Status Malformed(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE",
                   std::string("raft message: ") + std::string(what));
}

}  // namespace

std::string EncodeRaftMessage(const raft::Message& message) {
  v1::RaftMessage out;
  out.set_kind(static_cast<uint32_t>(message.kind));
  out.set_term(message.term.value());
  out.set_index(message.index.value());
  out.set_log_term(message.log_term.value());
  out.set_commit(message.commit.value());
  for (const LogEntry& entry : message.entries) {
    auto* e = out.add_entries();
    e->set_term(entry.term.value());
    e->set_kind(static_cast<uint32_t>(entry.kind));
    e->set_data(entry.data.view().data(), entry.data.size());
  }
  out.set_reject(message.reject);
  out.set_hint_index(message.hint_index.value());
  out.set_hint_term(message.hint_term.value());
  out.set_context(message.context);
  if (message.kind == raft::MessageKind::kSnapshotChunk) {
    EncodeChunk(message.snapshot, out.mutable_snapshot());
  }
  out.set_force(message.force);
  out.set_quiet(message.quiet);
  out.set_promise_us(message.promise_us);
  return out.SerializeAsString();
}

absl::StatusOr<raft::Message> DecodeRaftMessage(std::string_view bytes, NodeId from, NodeId to) {
  v1::RaftMessage in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Malformed("not a message at all");
  }
  if (in.kind() < 1 || in.kind() > static_cast<uint32_t>(raft::kLastMessageKind)) {
    return Malformed("kind " + std::to_string(in.kind()));
  }
  raft::Message message;
  message.kind = static_cast<raft::MessageKind>(in.kind());
  message.from = from;
  message.to = to;
  message.term = Term(in.term());
  message.index = LogIndex(in.index());
  message.log_term = Term(in.log_term());
  message.commit = LogIndex(in.commit());
  message.entries.reserve(static_cast<size_t>(in.entries_size()));
  LogIndex index = message.index;
  for (auto& e : *in.mutable_entries()) {
    if (e.kind() > static_cast<uint32_t>(EntryKind::kConfiguration)) {
      return Malformed("entry kind " + std::to_string(e.kind()));
    }
    index = index.next();
    message.entries.push_back(LogEntry{Term(e.term()), index, static_cast<EntryKind>(e.kind()),
                                       Payload(std::move(*e.mutable_data()))});
  }
  message.reject = in.reject();
  message.hint_index = LogIndex(in.hint_index());
  message.hint_term = Term(in.hint_term());
  message.context = in.context();
  if (in.has_snapshot()) message.snapshot = DecodeChunk(*in.mutable_snapshot());
  message.force = in.force();
  message.quiet = in.quiet();
  message.promise_us = in.promise_us();
  return message;
}

}  // namespace quorate
