#include "backup/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "backup/chunk_file.h"
#include "backup/damaged.h"
#include "backup/manifest.h"
#include "backup/whole_file.h"

namespace quorate::backup {
namespace {

namespace fs = std::filesystem;

constexpr char kMark[] = "quorate-backups";
constexpr char kMarkText[] = "A folder of backups of Quorate, format 1: docs/backup-format.md\n";
constexpr std::string_view kChunkEnding = ".chunk";
constexpr std::string_view kManifestEnding = ".manifest";

absl::Status NoBackups(const std::string& path) {
  return MakeError(absl::StatusCode::kNotFound, "BACKUP_NOT_FOUND",
                   StrCat(path, " is no folder of backups; kvctl backup create makes one"));
}

absl::Status AboutFile(const std::string& path, const absl::Status& status) {
  const std::string_view what = ToStd(status.message());
  if (absl::IsDataLoss(status)) return DamagedFile(path, what);
  return MakeError(status.code(), ReasonOf(status), StrCat(path, ": ", what));
}

}  // namespace

std::string HexOf(std::string_view name) { return absl::BytesToHexString(ToAbsl(name)); }

std::optional<std::string> NameFromHex(std::string_view hex) {
  if (hex.size() != 32 || hex.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return std::nullopt;
  }
  return absl::HexStringToBytes(ToAbsl(hex));
}

absl::StatusOr<std::unique_ptr<Folder>> Folder::Open(const std::string& path) {
  std::unique_ptr<Folder> folder(new Folder(path));
  if (absl::Status known = folder->CheckFormat(); !known.ok()) return known;
  return folder;
}

absl::StatusOr<std::unique_ptr<Folder>> Folder::OpenToWrite(const std::string& path) {
  std::unique_ptr<Folder> folder(new Folder(path));
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return FileError(error.value(), "make folder", path);
  const absl::Status known = folder->CheckFormat();
  const bool is_new = absl::IsNotFound(known);
  if (!known.ok() && !is_new) return known;
  // A lock alone was left by one that was interrupted right away.
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename();
    if (is_new && name != "lock" && name != "tmp") {
      return MakeError(absl::StatusCode::kFailedPrecondition, "BACKUP_FOREIGN_FOLDER",
                       StrCat(path, " holds something else (", name,
                              "); name a folder that is empty, or not there yet"));
    }
  }
  if (absl::Status locked = folder->Lock(); !locked.ok()) return locked;
  fs::remove_all(path + "/tmp", error);
  for (const char* sub : {"/tmp", "/chunks", "/manifests"}) {
    fs::create_directories(path + sub, error);
    if (error) return FileError(error.value(), "make folder", path + sub);
  }
  if (is_new) {
    absl::Status marked = folder->WriteWhole(StrCat(path, "/", kMark), kMarkText);
    if (!marked.ok()) return marked;
  }
  return folder;
}

Folder::~Folder() {
  if (lock_ >= 0) ::close(lock_);
}

absl::Status Folder::CheckFormat() const {
  const auto mark = ReadWholeFile(StrCat(path_, "/", kMark));
  if (absl::IsNotFound(mark.status())) return NoBackups(path_);
  if (!mark.ok()) return mark.status();
  if (*mark == kMarkText) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "NEWER_FORMAT",
                   StrCat(path_, "/", kMark,
                          " names a format that this build does not know, or is damaged; use the "
                          "build that wrote it"));
}

absl::Status Folder::Lock() {
  const std::string path = path_ + "/lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return FileError(errno, "open", path);
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  if (errno != EWOULDBLOCK) return FileError(errno, "lock", path);
  return MakeError(absl::StatusCode::kFailedPrecondition, "BACKUP_FOLDER_BUSY",
                   StrCat("another backup to ", path_,
                          " is under way; wait for its end, or name another folder"));
}

std::string Folder::ChunkPath(std::string_view name) const {
  const std::string hex = HexOf(name);
  return StrCat(path_, "/chunks/", hex.substr(0, 2), "/", hex, kChunkEnding);
}

std::string Folder::ManifestPath(std::string_view id) const {
  return StrCat(path_, "/manifests/", id, kManifestEnding);
}

absl::Status Folder::WriteWhole(const std::string& path, std::string_view bytes) {
  static std::atomic<uint64_t> count{0};
  return WriteWholeFile(StrCat(path_, "/tmp/", ++count), path, bytes);
}

absl::StatusOr<std::vector<std::string>> Folder::ChunkNames(size_t most) const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(path_ + "/chunks", error)) {
    if (names.size() == most) break;
    if (entry.path().extension() != kChunkEnding) continue;
    if (auto name = NameFromHex(entry.path().stem().string())) names.push_back(*std::move(name));
  }
  if (error) return FileError(error.value(), "list", path_ + "/chunks");
  return names;
}

bool Folder::HasWhole(std::string_view name) const {
  const auto file = ReadWholeFile(ChunkPath(name));
  return file.ok() && CheckChunkFile(*file).ok();
}

absl::StatusOr<uint64_t> Folder::WriteChunk(std::string_view name, std::string_view content) {
  const std::string path = ChunkPath(name);
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (error) return FileError(error.value(), "make folder for", path);
  const std::string file = EncodeChunkFile(content);
  if (absl::Status written = WriteWhole(path, file); !written.ok()) return written;
  return file.size();
}

absl::StatusOr<std::string> Folder::ReadChunk(std::string_view name) const {
  const std::string path = ChunkPath(name);
  const auto file = ReadWholeFile(path);
  if (absl::IsNotFound(file.status())) return DamagedFile(path, "it is missing");
  if (!file.ok()) return file.status();
  auto content = DecodeChunkFile(*file, name);
  return content.ok() ? std::move(content) : AboutFile(path, content.status());
}

absl::StatusOr<std::vector<std::string>> Folder::Ids() const {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path_ + "/manifests", error)) {
    if (entry.path().extension() == kManifestEnding) ids.push_back(entry.path().stem());
  }
  if (error) return FileError(error.value(), "list", path_ + "/manifests");
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::StatusOr<v1::BackupManifest> Folder::ReadManifest(
    const std::optional<std::string>& id) const {
  const auto ids = Ids();
  if (!ids.ok()) return ids.status();
  if (id ? std::find(ids->begin(), ids->end(), *id) == ids->end() : ids->empty()) {
    return MakeError(
        absl::StatusCode::kNotFound, "BACKUP_NOT_FOUND",
        StrCat(path_, " holds no ", id ? StrCat("backup \"", *id, "\"") : "backup",
               " that is complete; kvctl backup list ", path_, " shows what there is"));
  }
  const std::string path = ManifestPath(id.value_or(ids->back()));
  const auto file = ReadWholeFile(path);
  if (!file.ok()) return file.status();
  auto manifest = DecodeManifest(*file);
  if (!manifest.ok()) return AboutFile(path, manifest.status());
  if (ManifestPath(manifest->id()) != path) {
    return DamagedFile(path, StrCat("it is that of backup \"", manifest->id(), "\""));
  }
  return manifest;
}

absl::Status Folder::WriteManifest(v1::BackupManifest& manifest) {
  if (absl::Status synced = SyncFolders(path_ + "/chunks"); !synced.ok()) return synced;
  const absl::Time began =
      absl::UnixEpoch() + absl::Microseconds(static_cast<int64_t>(manifest.began_us()));
  const std::string id =
      StrCat(ToStd(absl::FormatTime("%Y%m%dT%H%M%E3SZ", began, absl::UTCTimeZone())), "-",
             manifest.keyspace().name());
  manifest.set_id(id);
  if (fs::exists(ManifestPath(id))) {
    return MakeError(absl::StatusCode::kAlreadyExists, "BACKUP_EXISTS",
                     StrCat("there is a backup ", id, " in ", path_, " already; make another"));
  }
  if (absl::Status there = WriteWhole(ManifestPath(id), EncodeManifest(manifest)); !there.ok()) {
    return there;
  }
  return SyncFolders(path_);
}

}  // namespace quorate::backup
