#include "replica/snapshot_exchange.h"

#include <algorithm>
#include <utility>

#include "base/crash_point.h"
#include "base/error.h"
#include "kv/layout.h"

namespace quorate {
namespace {

absl::Status OutOfOrder(uint64_t got, uint64_t wanted) {
  return MakeError(absl::StatusCode::kInvalidArgument, "SNAPSHOT_OUT_OF_ORDER",
                   "snapshot chunk " + std::to_string(got) + " came where " +
                       std::to_string(wanted) + " was due");
}

}  // namespace

absl::StatusOr<SnapshotExchange::Outgoing> SnapshotExchange::OpenOutgoing() const {
  auto reader = kv::SnapshotReader::Open(options_.partition, engine_, options_.chunk_bytes,
                                         options_.expired, options_.bugs);
  if (!reader.ok()) return reader.status();
  Outgoing outgoing;
  outgoing.reader = *std::move(reader);
  const kv::AppliedState& applied = outgoing.reader->applied();
  auto configuration = raft::DecodeConfiguration(applied.configuration);
  if (!configuration.ok()) return configuration.status();
  outgoing.meta = {applied.index, applied.term, *std::move(configuration)};
  outgoing.progress = FillProgress(engine_.EstimateBytes(kv::PartitionBegin(options_.partition),
                                                         kv::PartitionEnd(options_.partition)));
  return outgoing;
}

FillProgress SnapshotExchange::SentTo(NodeId to) const {
  const auto it = outgoing_.find(to);
  return it == outgoing_.end() ? FillProgress() : it->second.progress;
}

bool SnapshotExchange::Holds() const {
  return std::any_of(outgoing_.begin(), outgoing_.end(),
                     [](const auto& one) { return one.second.reader != nullptr; });
}

void SnapshotExchange::HoldOnlyFor(const std::vector<raft::PeerStatus>& peers) {
  for (auto& [to, outgoing] : outgoing_) {
    const bool under_way = std::any_of(peers.begin(), peers.end(), [&](const auto& peer) {
      return peer.node == to && peer.state == raft::ProgressState::kSnapshot;
    });
    if (under_way) continue;
    outgoing.reader.reset();
    outgoing.last.reset();
  }
}

size_t SnapshotExchange::NoneFor(NodeId to, raft::Raft& raft) {
  outgoing_.erase(to);
  raft.SnapshotUnavailable(to);
  return 0;
}

void SnapshotExchange::NoteSent(const kv::SnapshotReader::Chunk& chunk, Outgoing& outgoing) const {
  const std::string_view next = outgoing.reader->next_key();
  const uint64_t left =
      chunk.last ? 0 : engine_.EstimateBytes(next, kv::PartitionEnd(options_.partition));
  outgoing.progress.OnSent(chunk.data.size(), left);
  if (chunk.last) outgoing.progress.OnDone();
}

size_t SnapshotExchange::Serve(const raft::ChunkWanted& wanted, raft::Raft& raft) {
  if (wanted.sequence == 0) {
    auto opened = OpenOutgoing();
    if (!opened.ok()) return NoneFor(wanted.to, raft);
    outgoing_.insert_or_assign(wanted.to, *std::move(opened));
  }
  const auto it = outgoing_.find(wanted.to);
  if (it == outgoing_.end() || it->second.reader == nullptr) return NoneFor(wanted.to, raft);
  Outgoing& outgoing = it->second;
  const uint64_t next = outgoing.last ? outgoing.last->sequence + 1 : 0;
  if (wanted.sequence == next && !(outgoing.last && outgoing.last->last)) {
    auto chunk = outgoing.reader->Next();
    if (!chunk.ok()) return NoneFor(wanted.to, raft);
    NoteSent(*chunk, outgoing);
    outgoing.last =
        raft::SnapshotChunk{outgoing.meta, wanted.sequence, std::move(chunk->data), chunk->last};
  } else if (!outgoing.last || wanted.sequence != outgoing.last->sequence) {
    return NoneFor(wanted.to, raft);
  }
  CrashPoint<"snapshot-before-send">();
  raft.SendSnapshotChunk(wanted.to, *outgoing.last);
  return outgoing.last->data.size();
}

absl::StatusOr<bool> SnapshotExchange::Receive(const raft::ReceivedChunk& received) {
  const raft::SnapshotChunk& chunk = received.chunk;
  if (chunk.sequence == 0) {
    incoming_.reset();
    auto writer = kv::SnapshotWriter::Begin(options_.partition, engine_, options_.member_since,
                                            options_.bugs);
    if (!writer.ok()) return writer.status();
    incoming_ = Incoming{chunk.meta, received.from, 0, *std::move(writer)};
  }
  if (!incoming_ || incoming_->from != received.from || incoming_->meta != chunk.meta) {
    return OutOfOrder(chunk.sequence, 0);
  }
  if (incoming_->next != chunk.sequence) return OutOfOrder(chunk.sequence, incoming_->next);
  if (absl::Status added = incoming_->writer->Add(chunk.data); !added.ok()) {
    incoming_.reset();
    return added;
  }
  CrashPoint<"snapshot-after-chunk">();
  incoming_->next++;
  if (!chunk.last && !options_.bugs.snapshot_ends_early) return false;
  CrashPoint<"snapshot-before-install">();
  absl::Status committed = incoming_->writer->Commit(chunk.meta.index, chunk.meta.term);
  incoming_.reset();
  if (!committed.ok()) return committed;
  return true;
}

}  // namespace quorate
