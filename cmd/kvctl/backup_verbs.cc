// kvctl backup
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "arc_source.h"
#include "backup/check.h"
#include "backup/folder.h"
#include "backup/manifest.h"
#include "backup_create.h"
#include "backup_restore.h"
#include "base/level.h"
#include "base/strings.h"
#include "bytes.h"
#include "exit_code.h"
#include "interrupt.h"
#include "report.h"
#include "shared_progress.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct Look {
  std::string folder;
  std::string backup;
};

// A check that failed, whatever it was.
int ReportCheck(const Session& session, const absl::Status& status, const std::string& doing) {
  const int code = ReportError(session, status, doing);
  if (Interrupted()) return kInterrupted;
  return absl::IsDataLoss(status) ? kUnhealthy : code;
}

std::string TimeOf(const v1::BackupManifest& manifest) {
  const absl::Time began =
      absl::UnixEpoch() + absl::Microseconds(static_cast<int64_t>(manifest.began_us()));
  return absl::FormatTime(absl::RFC3339_sec, began, absl::UTCTimeZone());
}

nlohmann::json ToJson(const v1::BackupManifest& manifest) {
  const backup::ManifestTotals totals = backup::TotalsOf(manifest);
  return {{"id", manifest.id()},
          {"keyspace", manifest.keyspace().name()},
          {"cluster", manifest.cluster_id()},
          {"mode", ModeName(static_cast<Mode>(manifest.keyspace().mode()))},
          {"began", TimeOf(manifest)},
          {"partitions", manifest.arcs_size()},
          {"records", totals.records},
          {"bytes", totals.bytes},
          {"chunks", totals.chunks}};
}

absl::Status VerifyOne(const Session& session, const backup::Folder& folder,
                       const std::string& id) {
  const auto manifest = folder.ReadManifest(id);
  if (!manifest.ok()) return manifest.status();
  const backup::ManifestTotals totals = backup::TotalsOf(*manifest);
  SharedProgress progress(session, StrCat("verifying ", id), totals.bytes);
  const absl::Status whole =
      backup::CheckBackup(folder, *manifest, [&](uint64_t records, uint64_t bytes) {
        progress.Add(records, bytes);
        return CheckInterrupt();
      });
  progress.Erase();
  if (!whole.ok()) return whole;
  if (session.output() == Output::kJson) {
    std::cout << ToJson(*manifest).dump() << '\n';
  } else if (!session.quiet()) {
    std::cout << id << ": whole, " << totals.records << " records, " << HumanBytes(totals.bytes)
              << " in " << totals.chunks << " chunks\n";
  }
  return absl::OkStatus();
}

// All of them, so that one that is damaged hides no other.
int RunVerify(Session& session, const Look& look) {
  const std::string doing = StrCat("backup verify ", look.folder);
  const auto folder = backup::Folder::Open(look.folder);
  if (!folder.ok()) return ReportCheck(session, folder.status(), doing);
  std::vector<std::string> ids = {look.backup};
  if (look.backup.empty()) {
    auto all = (*folder)->Ids();
    if (!all.ok()) return ReportCheck(session, all.status(), doing);
    if (all->empty()) {
      return ReportCheck(session, (*folder)->ReadManifest(std::nullopt).status(), doing);
    }
    ids = *std::move(all);
  }
  NoteInterrupts();
  int code = kDone;
  for (const std::string& id : ids) {
    const absl::Status whole = VerifyOne(session, **folder, id);
    if (!whole.ok()) code = std::max(code, ReportCheck(session, whole, doing));
    if (Interrupted()) return kInterrupted;
  }
  return code;
}

int RunList(Session& session, const Look& look) {
  const std::string doing = StrCat("backup list ", look.folder);
  const auto folder = backup::Folder::Open(look.folder);
  if (!folder.ok()) return ReportCheck(session, folder.status(), doing);
  const auto ids = (*folder)->Ids();
  if (!ids.ok()) return ReportCheck(session, ids.status(), doing);
  Table table({"backup", "keyspace", "mode", "began", "partitions", "records", "bytes"});
  int code = kDone;
  for (const std::string& id : *ids) {
    const auto manifest = (*folder)->ReadManifest(id);
    if (!manifest.ok()) {
      code = std::max(code, ReportCheck(session, manifest.status(), doing));
    } else if (session.output() == Output::kJson) {
      std::cout << ToJson(*manifest).dump() << '\n';
    } else if (session.output() == Output::kRaw) {
      std::cout << id << '\n';
    } else {
      const backup::ManifestTotals totals = backup::TotalsOf(*manifest);
      table.Add({id, manifest->keyspace().name(),
                 std::string(ModeName(static_cast<Mode>(manifest->keyspace().mode()))),
                 TimeOf(*manifest), std::to_string(manifest->arcs_size()),
                 std::to_string(totals.records), HumanBytes(totals.bytes)});
    }
  }
  table.Print(std::cout);
  return code;
}

void AddCreate(CLI::App& noun, Session& session) {
  auto create = std::make_shared<BackupCreate>();
  CLI::App* verb =
      AddVerb(noun, session, "create",
              "Back up a keyspace while it serves; what the folder has already is not read again.",
              "  kvctl backup create orders /backups/orders\n"
              "  kvctl backup create orders /backups/orders --rate 50MiB    a second, in all\n"
              "  kvctl backup create carts /backups/carts --at-quorum       a replica is away",
              [&session, create] { return RunBackupCreate(session, *create); });
  verb->add_option("KEYSPACE", create->keyspace)->required()->type_name("");
  verb->add_option("DIR", create->folder, "A folder of backups; made if it is not there")
      ->required()
      ->type_name("");
  verb->add_option("--rate", create->rate, "Read no more than so much a second")
      ->type_name("BYTES");
  verb->add_option("--parallel", create->parallel, "Partitions read at once")
      ->check(CLI::Range(1, 64))
      ->type_name("N")
      ->capture_default_str();
  verb->add_flag(
      "--at-quorum", create->at_quorum,
      "Mode quorum, where a replica is away: read each record at QUORUM, so all is there "
      "that was acknowledged at QUORUM or above");
}

void AddRestore(CLI::App& noun, Session& session) {
  auto restore = std::make_shared<BackupRestore>();
  CLI::App* verb = AddVerb(
      noun, session, "restore",
      "Verify a backup, restore it into a keyspace that is new or empty, and compare.",
      "  kvctl backup restore /backups/orders --as orders2\n"
      "  kvctl backup restore /backups/orders --backup 20261127T073000.000Z-orders\n"
      "  kvctl --endpoints other:7400 backup restore /backups/orders --replicas 1 --partitions 32\n"
      "  kvctl backup restore /backups/orders --as orders2 --continue    it was interrupted",
      [&session, restore] { return RunBackupRestore(session, *restore); });
  verb->add_option("DIR", restore->folder)->required()->type_name("");
  verb->add_option("--backup", restore->backup, "Which; the newest by default")->type_name("ID");
  verb->add_option("--as", restore->as, "The keyspace's name; the one it had by default")
      ->type_name("NAME");
  verb->add_option("--replicas", restore->replicas, "Copies of each partition, if others than were")
      ->type_name("N");
  verb->add_option("--partitions", restore->partitions, "Partitions, if others than were")
      ->type_name("N");
  verb->add_option("--parallel", restore->parallel, "Partitions of the backup read at once")
      ->check(CLI::Range(1, 64))
      ->type_name("N")
      ->capture_default_str();
  verb->add_flag("--continue", restore->go_on,
                 "Write what an interrupted restore has not; nothing that is there is changed");
  verb->add_flag("--dry-run", restore->dry_run, "Verify, and say what would be done");
}

CLI::App& AddLook(CLI::App& noun, Session& session, const std::string& name,
                  const std::string& summary, const std::string& examples,
                  int (*run)(Session&, const Look&), std::shared_ptr<Look> look) {
  CLI::App* verb = AddVerb(noun, session, name, summary, examples,
                           [&session, look, run] { return run(session, *look); });
  verb->add_option("DIR", look->folder)->required()->type_name("");
  return *verb;
}

}  // namespace

void AddBackup(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "backup", "Back up, verify and restore keyspaces.",
                           "  kvctl backup create orders /backups/orders\n"
                           "  kvctl backup verify /backups/orders\n"
                           "  kvctl backup list /backups/orders\n"
                           "  kvctl backup restore /backups/orders --as orders2");
  AddCreate(*noun, session);
  auto verified = std::make_shared<Look>();
  AddLook(*noun, session, "verify",
          "Read all of a folder's backups and tell whether they are whole.",
          "  kvctl backup verify /backups/orders\n"
          "  kvctl backup verify /backups/orders --backup 20261127T073000.000Z-orders",
          RunVerify, verified)
      .add_option("--backup", verified->backup, "Only this one")
      ->type_name("ID");
  AddLook(*noun, session, "list", "List the backups in a folder.",
          "  kvctl backup list /backups/orders\n"
          "  kvctl backup list /backups/orders --output raw    ids only",
          RunList, std::make_shared<Look>());
  AddRestore(*noun, session);
}

}  // namespace quorate::kvctl
