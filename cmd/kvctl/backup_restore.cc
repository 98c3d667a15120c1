#include "backup_restore.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "answers.h"
#include "arc_source.h"
#include "backup/check.h"
#include "backup/folder.h"
#include "backup/manifest.h"
#include "backup_keyspace.h"
#include "base/strings.h"
#include "bytes.h"
#include "exit_code.h"
#include "interrupt.h"
#include "leaders.h"
#include "report.h"
#include "restoring.h"
#include "shared_progress.h"

namespace quorate::kvctl {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(15);

absl::Status Refused(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, message);
}

absl::Status CheckKind(const KeyspaceDescription& there, const KeyspaceOptions& wanted) {
  if (there.mode == wanted.mode && there.conflict == wanted.conflict) return absl::OkStatus();
  return Refused(
      "RESTORE_OTHER_KIND",
      StrCat("keyspace \"", there.name, "\" is of mode ", ModeName(there.mode), " ",
             ConflictName(there.conflict), ", the backup of mode ", ModeName(wanted.mode), " ",
             ConflictName(wanted.conflict), "; name another keyspace by --as, which is then made"));
}

absl::Status CheckEmpty(Client& client, const KeyspaceDescription& there) {
  auto cursor = client.Keyspace(there.name)
                    .Scan({
                        .limit = 1,
                        .keys_only = true,
                        .level = there.mode == Mode::kRaft ? Level::kLinearizable : Level::kQuorum,
                    });
  const bool any = cursor.Next();
  if (!cursor.status().ok()) return cursor.status();
  if (!any) return absl::OkStatus();
  return Refused("RESTORE_NOT_EMPTY",
                 StrCat("keyspace \"", there.name,
                        "\" holds records; restore into another (--as NAME), drop it first (kvctl "
                        "keyspace drop ",
                        there.name, "), or, if a restore was interrupted, go on with --continue"));
}

// The sum over all that the keyspace holds.
absl::StatusOr<backup::RecordSum> SumOf(Client& client, const KeyspaceDescription& keyspace,
                                        uint32_t parallel, bool at_quorum) {
  const ArcSource source(client, keyspace, kPatience);
  std::vector<backup::RecordSum> sums(keyspace.partitions.size());
  const absl::Status read =
      ForEachArc(static_cast<uint32_t>(sums.size()), parallel, [&](uint32_t arc) {
        const auto begin = [&] {
          v1::ReadArcRequest request;
          request.set_keyspace(keyspace.name);
          request.set_arc(arc);
          request.set_sums_only(true);
          request.set_at_quorum(at_quorum);
          return request;
        };
        return source.Read(arc, begin, [&](v1::ArcPart& part) {
          if (part.has_end()) sums[arc] = backup::RecordSum(part.end().sum());
          return absl::OkStatus();
        });
      });
  if (ReasonOf(read) == "BACKUP_NOT_CURRENT" && keyspace.mode == Mode::kQuorum && !at_quorum) {
    return SumOf(client, keyspace, parallel, true);
  }
  if (!read.ok()) return read;
  backup::RecordSum all;
  for (const backup::RecordSum& one : sums) all.Add(one);
  return all;
}

absl::Status Compare(const backup::RecordSum& found, const Restoring& restored,
                     const std::string& keyspace) {
  const backup::RecordSum& wanted = restored.expected();
  const bool some_expired =
      found.expiring() < wanted.expiring() &&
      restored.first_expiry_us() <= static_cast<uint64_t>(absl::ToUnixMicros(absl::Now()));
  if (found.SameLasting(wanted) && (found.SameExpiring(wanted) || some_expired)) {
    return absl::OkStatus();
  }
  return Refused(
      "RESTORE_DIFFERS",
      StrCat("keyspace \"", keyspace, "\" holds ", found.records(), " records, ", wanted.records(),
             " were to be restored, or they are not the same: somebody else writes to "
             "it; restore into another one (--as)"));
}

class Restore {
 public:
  Restore(Session& session, const BackupRestore& arguments, Client& client,
          const backup::Folder& folder)
      : session_(session), arguments_(arguments), client_(client), folder_(folder) {}

  int Run() {
    auto manifest = folder_.ReadManifest(
        arguments_.backup.empty() ? std::nullopt : std::optional(arguments_.backup));
    if (!manifest.ok()) return Fail(manifest.status());
    manifest_ = *std::move(manifest);
    name_ = arguments_.as.empty() ? manifest_.keyspace().name() : arguments_.as;
    options_ = OptionsOf(manifest_.keyspace());
    if (arguments_.replicas != 0) options_.replicas = arguments_.replicas;
    if (arguments_.partitions != 0) options_.partitions = arguments_.partitions;
    if (absl::Status whole = Verify(); !whole.ok()) return Fail(whole);
    const auto there = FindTarget();
    if (!there.ok()) return Fail(there.status());
    if (arguments_.dry_run) return TellPlan(there->has_value());
    if (absl::Status made = there->has_value() ? absl::OkStatus() : Make(); !made.ok()) {
      return Fail(made);
    }
    return Write();
  }

 private:
  absl::Status Verify() {
    SharedProgress progress(session_, StrCat("verifying ", manifest_.id()),
                            backup::TotalsOf(manifest_).bytes);
    return backup::CheckBackup(folder_, manifest_, [&](uint64_t records, uint64_t bytes) {
      progress.Add(records, bytes);
      return CheckInterrupt();
    });
  }

  // nullopt: it is to be made.
  absl::StatusOr<std::optional<KeyspaceDescription>> FindTarget() {
    const auto listed = client_.ListKeyspaces(session_.admin_options());
    if (!listed.ok()) return listed.status();
    const auto there = std::find_if(listed->begin(), listed->end(),
                                    [&](const auto& one) { return one.name == name_; });
    if (there == listed->end()) return std::optional<KeyspaceDescription>();
    if (absl::Status same = CheckKind(*there, options_); !same.ok()) return same;
    if (!arguments_.go_on) {
      if (absl::Status empty = CheckEmpty(client_, *there); !empty.ok()) return empty;
    }
    return std::optional(*there);
  }

  absl::Status Make() {
    const auto made = client_.CreateKeyspace(name_, options_, session_.admin_options());
    if (!made.ok()) return made.status();
    if (!WaitForLeaders(client_, name_, session_.timeout()) && !session_.quiet()) {
      std::cerr << "not all partitions have a leader yet\n";
    }
    return absl::OkStatus();
  }

  int TellPlan(bool there) const {
    if (session_.quiet()) return kDone;
    const backup::ManifestTotals totals = backup::TotalsOf(manifest_);
    std::cerr << "would " << (there ? "fill" : "create") << " keyspace " << name_ << " ("
              << options_.replicas << " replicas, " << options_.partitions << " partitions) with "
              << totals.records << " records, " << HumanBytes(totals.bytes) << '\n';
    return kDone;
  }

  int Write() {
    const auto target = client_.DescribeKeyspace(name_, session_.admin_options());
    if (!target.ok()) return Fail(target.status());
    SharedProgress progress(session_, StrCat("restoring ", name_),
                            backup::TotalsOf(manifest_).bytes);
    Restoring restoring(
        client_, folder_, manifest_, target->keyspace,
        {.go_on = arguments_.go_on, .parallel = arguments_.parallel, .level = session_.level()},
        progress);
    absl::Status restored = restoring.Run();
    progress.Erase();
    if (!restored.ok()) return FailHalfway(restored, restoring.written());
    const auto found = SumOf(client_, target->keyspace, arguments_.parallel, false);
    if (!found.ok()) return FailHalfway(found.status(), restoring.written());
    if (absl::Status same = Compare(*found, restoring, name_); !same.ok()) {
      return Fail(same);
    }
    Print(restoring, *found, progress.elapsed());
    return kDone;
  }

  void Print(const Restoring& restoring, const backup::RecordSum& found,
             absl::Duration took) const {
    const double seconds = absl::ToDoubleSeconds(took);
    if (session_.output() == Output::kJson) {
      std::cout << nlohmann::json{{"id", manifest_.id()},
                                  {"keyspace", name_},
                                  {"records", found.records()},
                                  {"written", restoring.written()},
                                  {"expired", restoring.expired()},
                                  {"seconds", seconds}}
                       .dump()
                << '\n';
    } else if (!session_.quiet()) {
      std::cout << absl::StrFormat(
          "%s restored as %s: %d records, compared with the backup; %d written, %d had expired; "
          "%.1f s\n",
          manifest_.id(), name_, found.records(), restoring.written(), restoring.expired(),
          seconds);
    }
  }

  int Fail(const absl::Status& status) const {
    const int code = ReportError(session_, status, StrCat("backup restore ", folder_.path()));
    if (Interrupted()) return kInterrupted;
    return absl::IsDataLoss(status) ? kUnhealthy : code;
  }

  int FailHalfway(const absl::Status& status, uint64_t written) const {
    const int code = Fail(status);
    std::cerr << "  " << written << " records are written. try: the same command with --continue\n";
    return code == kInterrupted || code == kUnhealthy ? code : kPartial;
  }

  Session& session_;
  const BackupRestore& arguments_;
  Client& client_;
  const backup::Folder& folder_;
  v1::BackupManifest manifest_;
  std::string name_;
  KeyspaceOptions options_;
};

}  // namespace

int RunBackupRestore(Session& session, const BackupRestore& restore) {
  const auto folder = backup::Folder::Open(restore.folder);
  if (!folder.ok()) return ReportError(session, folder.status(), "backup restore");
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  NoteInterrupts();
  return Restore(session, restore, **client, **folder).Run();
}

}  // namespace quorate::kvctl
