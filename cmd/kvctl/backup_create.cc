#include "backup_create.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "answers.h"
#include "arc_source.h"
#include "backup/chunk_cutter.h"
#include "backup/damaged.h"
#include "backup/folder.h"
#include "backup/manifest.h"
#include "backup_keyspace.h"
#include "base/limits.h"
#include "base/strings.h"
#include "base/units.h"
#include "bytes.h"
#include "exit_code.h"
#include "interrupt.h"
#include "report.h"
#include "shared_progress.h"

namespace quorate::kvctl {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(15);

uint64_t NowMicros() { return static_cast<uint64_t>(absl::ToUnixMicros(absl::Now())); }

struct Written {
  std::atomic<uint64_t> chunks = 0;
  std::atomic<uint64_t> bytes = 0;  // of files
};

// One keyspace into one folder.
class Making {
 public:
  Making(const Client& client, const KeyspaceDescription& keyspace, backup::Folder& folder,
         const BackupCreate& create, uint64_t bytes_per_second, absl::Duration patience,
         SharedProgress& progress)
      : source_(client, keyspace, patience),
        keyspace_(keyspace),
        folder_(folder),
        create_(create),
        arc_rate_(bytes_per_second == 0 ? 0 : std::max<uint64_t>(1, bytes_per_second / threads())),
        progress_(progress) {}

  absl::Status Run(v1::BackupManifest& manifest) {
    if (absl::Status known = FindKnown(); !known.ok()) return known;
    for (size_t i = 0; i < keyspace_.partitions.size(); ++i) manifest.add_arcs();
    return ForEachArc(
        static_cast<uint32_t>(keyspace_.partitions.size()), threads(),
        [&](uint32_t arc) { return ReadArc(arc, *manifest.mutable_arcs(static_cast<int>(arc))); });
  }
  const Written& written() const { return written_; }

 private:
  uint32_t threads() const {
    return std::min(create_.parallel, static_cast<uint32_t>(keyspace_.partitions.size()));
  }

  // What the folder has, also from a backup that was interrupted.
  absl::Status FindKnown() {
    auto names = folder_.ChunkNames(SIZE_MAX);
    if (!names.ok()) return names.status();
    have_.insert(names->begin(), names->end());
    return absl::OkStatus();
  }

  v1::ReadArcRequest RequestFor(uint32_t arc) {
    v1::ReadArcRequest request;
    request.set_keyspace(keyspace_.name);
    request.set_arc(arc);
    request.set_at_quorum(create_.at_quorum);
    request.set_bytes_per_second(arc_rate_);
    absl::MutexLock lock(&mutex_);
    size_t count = 0;
    for (const std::string& name : have_) {
      if (++count > limits::kKnownChunksMax) break;
      request.mutable_known()->append(name);
    }
    return request;
  }

  absl::Status ReadArc(uint32_t arc, v1::BackupArc& out) {
    const auto begin = [&] {
      out.Clear();
      return RequestFor(arc);
    };
    return source_.Read(arc, begin, [&](v1::ArcPart& part) { return Take(part, out); });
  }

  absl::Status Take(v1::ArcPart& part, v1::BackupArc& out) {
    if (part.has_moment()) {
      *out.mutable_moment() = std::move(*part.mutable_moment());
    } else if (part.has_end()) {
      *out.mutable_end() = std::move(*part.mutable_end());
    } else {
      v1::ArcChunk& chunk = *part.mutable_chunk();
      if (absl::Status kept = Keep(chunk); !kept.ok()) return kept;
      chunk.clear_data();
      progress_.Add(chunk.records(), chunk.bytes());
      *out.add_chunks() = std::move(chunk);
    }
    return absl::OkStatus();
  }

  // Also of a chunk that is there already this must be true: it is whole.
  absl::Status Keep(const v1::ArcChunk& chunk) {
    if (chunk.data().empty()) {
      if (folder_.HasWhole(chunk.name())) return absl::OkStatus();
      absl::MutexLock lock(&mutex_);
      have_.erase(chunk.name());
      return absl::AbortedError("to be sent after all");
    }
    if (backup::NameOf(chunk.data()) != chunk.name()) {
      return backup::Damaged("a chunk has changed on its way here; make the backup again");
    }
    const auto bytes = folder_.WriteChunk(chunk.name(), chunk.data());
    if (!bytes.ok()) return bytes.status();
    ++written_.chunks;
    written_.bytes += *bytes;
    absl::MutexLock lock(&mutex_);
    have_.insert(chunk.name());
    return absl::OkStatus();
  }

  const ArcSource source_;
  const KeyspaceDescription& keyspace_;
  backup::Folder& folder_;
  const BackupCreate& create_;
  const uint64_t arc_rate_;
  SharedProgress& progress_;
  Written written_;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> have_ ABSL_GUARDED_BY(mutex_);
};

void Print(const Session& session, const v1::BackupManifest& manifest, const Written& written,
           absl::Duration took) {
  const backup::ManifestTotals totals = backup::TotalsOf(manifest);
  const double seconds = std::max(0.001, absl::ToDoubleSeconds(took));
  const double rate = static_cast<double>(totals.bytes) / 1e6 / seconds;
  if (session.output() == Output::kJson) {
    std::cout << nlohmann::json{{"id", manifest.id()},
                                {"keyspace", manifest.keyspace().name()},
                                {"records", totals.records},
                                {"bytes", totals.bytes},
                                {"chunks", totals.chunks},
                                {"new_chunks", written.chunks.load()},
                                {"new_file_bytes", written.bytes.load()},
                                {"seconds", seconds}}
                     .dump()
              << '\n';
  } else if (session.output() == Output::kRaw) {
    std::cout << manifest.id() << '\n';
  } else if (!session.quiet()) {
    std::cout << absl::StrFormat(
        "%s: %d records, %s in %d chunks, %d of them new (%s on disk); %.1f s, %.0f MB/s\n",
        manifest.id(), totals.records, HumanBytes(totals.bytes), totals.chunks,
        written.chunks.load(), HumanBytes(written.bytes), seconds, rate);
  }
}

int Fail(Session& session, const BackupCreate& create, const absl::Status& status) {
  const int code = ReportCallError(session, create.keyspace, status,
                                   StrCat("backup create \"", create.keyspace, "\""));
  if (Interrupted()) return kInterrupted;
  if (ReasonOf(status) == "BACKUP_NOT_CURRENT" && !create.at_quorum) {
    std::cerr << "  try: kvctl cluster status | bring the node back | in mode quorum: "
                 "--at-quorum, for what was acknowledged at QUORUM and above\n";
  }
  return code;
}

}  // namespace

int RunBackupCreate(Session& session, const BackupCreate& create) {
  uint64_t rate = 0;
  if (!create.rate.empty()) {
    const auto parsed = ParseBytes(create.rate);
    if (!parsed.ok()) return ReportError(session, parsed.status(), "--rate");
    rate = *parsed;
  }
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto state = (*client)->DescribeKeyspace(create.keyspace, session.admin_options());
  if (!state.ok()) return Fail(session, create, state.status());
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return Fail(session, create, topology.status());
  auto folder = backup::Folder::OpenToWrite(create.folder);
  if (!folder.ok()) return ReportError(session, folder.status(), "backup create");
  NoteInterrupts();
  v1::BackupManifest manifest;
  manifest.set_began_us(NowMicros());
  manifest.set_cluster_id(topology->cluster_id);
  FillKeyspace(state->keyspace, *manifest.mutable_keyspace());
  SharedProgress progress(session, StrCat("backing up ", create.keyspace), 0);
  Making making(**client, state->keyspace, **folder, create, rate,
                std::max(kPatience, session.timeout()), progress);
  absl::Status made = making.Run(manifest);
  manifest.set_ended_us(NowMicros());
  if (made.ok()) made = (*folder)->WriteManifest(manifest);
  progress.Erase();
  if (!made.ok()) return Fail(session, create, made);
  Print(session, manifest, making.written(), progress.elapsed());
  return kDone;
}

}  // namespace quorate::kvctl
