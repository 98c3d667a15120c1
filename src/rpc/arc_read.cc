#include "rpc/arc_read.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "backup/chunk_cutter.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "kv/layout.h"
#include "kv/state_machine.h"
#include "replica/quorum_values.h"
#include "rpc/arc_proof.h"
#include "rpc/arc_records.h"

namespace quorate::rpc {
namespace {

constexpr size_t kNameBytes = 16;
constexpr uint64_t kLookAtCancelEvery = 1024;  // records

// While it lives the engine drops nothing that had not expired by then.
class HeldTime {
 public:
  HeldTime(kv::ExpiredRecords& expired, PartitionId partition, uint64_t time_us)
      : expired_(expired), partition_(partition), time_us_(time_us) {
    expired_.Hold(partition_, time_us_);
  }
  HeldTime(const HeldTime&) = delete;
  HeldTime& operator=(const HeldTime&) = delete;
  ~HeldTime() { expired_.LetGo(partition_, time_us_); }

 private:
  kv::ExpiredRecords& expired_;
  const PartitionId partition_;
  const uint64_t time_us_;
};

// Reads page by page what enough replicas say.
class AtQuorum final : public ArcRecords {
 public:
  AtQuorum(const ArcWorld& world, const Route& route, uint32_t arc, absl::Duration deadline,
           ArcSink& sink)
      : world_(world), look_(route.ToArc(arc, deadline)), deadline_(deadline), sink_(sink) {
    look_.level = Level::kQuorum;
  }

  absl::StatusOr<bool> Next(v1::Record& record) override {
    for (;;) {
      for (; next_ < page_.records.size(); ++next_) {
        if (!TakeForBackup(std::move(page_.records[next_]), record)) continue;
        ++next_;
        return true;
      }
      if (!page_.more) return false;
      if (absl::Status turned = TurnPage(); !turned.ok()) return turned;
    }
  }

 private:
  absl::Status TurnPage() {
    constexpr absl::Duration kPageMax = absl::Seconds(10);
    constexpr uint64_t kPageBytes = 1 << 20;
    Request request = look_;
    request.op = kv::Range{.start = start_, .bytes_max = kPageBytes};
    request.deadline = std::min(deadline_, world_.env.Monotonic() + kPageMax);
    auto reply = Ask(world_, std::move(request), sink_);
    if (!reply.ok()) return reply.status();
    if (!reply->status.ok()) return reply->status;
    page_ = std::move(reply->page);
    next_ = 0;
    if (!page_.records.empty()) start_ = page_.records.back().key + '\0';
    return absl::OkStatus();
  }

  const ArcWorld& world_;
  Request look_;
  const absl::Duration deadline_;
  ArcSink& sink_;
  std::string start_;
  kv::Page page_{.records = {}, .more = true};
  size_t next_ = 0;
};

class Reading {
 public:
  Reading(const ArcWorld& world, const v1::ReadArcRequest& request, Route route,
          absl::Duration deadline, ArcSink& sink)
      : world_(world),
        request_(request),
        route_(std::move(route)),
        keyspace_(*route_.keyspace),
        partition_(keyspace_.partitions[request.arc()].id),
        deadline_(deadline),
        sink_(sink) {
    for (size_t at = 0; at + kNameBytes <= request.known().size(); at += kNameBytes) {
      known_.insert(request.known().substr(at, kNameBytes));
    }
  }

  absl::Status Run() {
    v1::ArcPart begin;
    v1::ArcMoment& moment = *begin.mutable_moment();
    moment.set_partition(partition_.value());
    moment.set_node(world_.self.value());
    moment.set_epoch(route_.topology->epoch.value());
    moment.set_at_us(static_cast<uint64_t>(absl::ToUnixMicros(world_.env.WallTime())));
    if (absl::Status frozen = Freeze(moment); !frozen.ok()) return frozen;
    if (absl::Status sent = sink_.Send(std::move(begin)); !sent.ok()) return sent;
    if (absl::Status read = SendRecords(); !read.ok()) return read;
    v1::ArcPart end;
    end.mutable_end()->set_chunks(chunks_);
    end.mutable_end()->set_bytes(bytes_);
    cutter_.sum().Fill(*end.mutable_end()->mutable_sum());
    return sink_.Send(std::move(end));
  }

 private:
  absl::Status Freeze(v1::ArcMoment& moment) {
    if (request_.at_quorum()) {
      moment.set_at_quorum(true);
      records_ = std::make_unique<AtQuorum>(world_, route_, request_.arc(), deadline_, sink_);
      return absl::OkStatus();
    }
    const auto proof = ProveCurrent(world_, route_, request_.arc(), deadline_, sink_);
    if (!proof.ok()) return proof.status();
    auto view = world_.engine.View();
    kv::AppliedState applied;
    const auto stored = view->Get(kv::AppliedKey(partition_));
    if (!stored.ok()) return stored.status();
    if (*stored) {
      auto decoded = kv::AppliedState::Decode(**stored);
      if (!decoded.ok()) return decoded.status();
      applied = *std::move(decoded);
    }
    const absl::Status here = ProveStillHere(world_, route_, request_.arc(), deadline_, sink_);
    if (!here.ok()) return here;
    // A copy that went and came again between the two could be anywhere.
    if (applied.index < proof->position.index) return Behind(applied.index);
    moment.set_index(applied.index.value());
    moment.set_version(applied.last_version);
    if (keyspace_.mode == Mode::kQuorum) {
      records_ = LeaderlessRecords(partition_, std::move(view), keyspace_.conflict,
                                   ContextScope(route_.topology->cluster_id, keyspace_.id));
    } else {
      held_ = std::make_unique<HeldTime>(world_.expired, partition_, applied.time_us);
      records_ = RaftRecords(partition_, std::move(view), applied.time_us);
    }
    return absl::OkStatus();
  }

  absl::Status Behind(LogIndex index) const {
    return MakeError(
        absl::StatusCode::kUnavailable, "BACKUP_NOT_CURRENT",
        StrCat("the replica of ", partition_.ToString(), " on ", world_.self.ToString(),
               " went back to ", index.ToString(), " meanwhile; ask again"));
  }

  absl::Status SendRecords() {
    began_ = world_.env.Monotonic();
    v1::Record record;
    for (uint64_t count = 1;; ++count) {
      const auto more = records_->Next(record);
      if (!more.ok()) return more.status();
      if (!*more) return cutter_.empty() ? absl::OkStatus() : SendChunk();
      if (cutter_.Add(record)) {
        if (absl::Status sent = SendChunk(); !sent.ok()) return sent;
      }
      if (count % kLookAtCancelEvery == 0 && sink_.cancelled()) {
        return absl::CancelledError("the client is gone");
      }
    }
  }

  absl::Status SendChunk() {
    v1::ArcPart part;
    *part.mutable_chunk() = cutter_.Take();
    ++chunks_;
    bytes_ += part.chunk().bytes();
    if (absl::Status paced = Pace(); !paced.ok()) return paced;
    if (request_.sums_only() || known_.contains(part.chunk().name())) {
      part.mutable_chunk()->clear_data();
    }
    return sink_.Send(std::move(part));
  }

  absl::Status Pace() {
    absl::Duration taken = world_.env.Monotonic() - began_;
    if (request_.bytes_per_second() != 0) {
      const absl::Duration due = absl::Seconds(static_cast<double>(bytes_) /
                                               static_cast<double>(request_.bytes_per_second()));
      if (due > taken) sink_.Sleep(due - taken);
      taken = std::max(due, taken);
    }
    if (taken < limits::kArcReadAgeMax) return absl::OkStatus();
    return MakeError(absl::StatusCode::kDeadlineExceeded, "BACKUP_TOO_SLOW",
                     StrCat("after ", absl::FormatDuration(limits::kArcReadAgeMax), " only ",
                            bytes_, " bytes of ", partition_.ToString(),
                            " have been read, and its snapshot is not held longer; allow a higher "
                            "rate, or give the keyspace more partitions"),
                     Applied::kNo);
  }

  const ArcWorld& world_;
  const v1::ReadArcRequest& request_;
  const Route route_;
  const ring::KeyspaceInfo& keyspace_;
  const PartitionId partition_;
  const absl::Duration deadline_;
  ArcSink& sink_;
  absl::flat_hash_set<std::string> known_;
  std::unique_ptr<HeldTime> held_;
  std::unique_ptr<ArcRecords> records_;
  backup::ChunkCutter cutter_;
  absl::Duration began_;
  uint64_t chunks_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace

absl::Status ReadArc(const ArcWorld& world, const v1::ReadArcRequest& request,
                     absl::Duration deadline, ArcSink& sink) {
  auto route = Router(world.node).FindKeyspace(request.keyspace());
  if (!route.ok()) return route.status();
  if (request.arc() >= route->keyspace->partitions.size()) {
    return MakeError(
        absl::StatusCode::kNotFound, "PARTITION_NOT_FOUND",
        StrCat("keyspace \"", request.keyspace(), "\" has ", route->keyspace->partitions.size(),
               " partitions, counted from 0; ", request.arc(), " is none"));
  }
  if (request.at_quorum() && route->keyspace->mode != Mode::kQuorum) {
    return MakeError(absl::StatusCode::kInvalidArgument, "KEYSPACE_HAS_LEADERS",
                     StrCat("keyspace \"", request.keyspace(),
                            "\" is of mode raft: each of its partitions is read as its leader has "
                            "it, not at QUORUM"));
  }
  return Reading(world, request, *std::move(route), deadline, sink).Run();
}

}  // namespace quorate::rpc
