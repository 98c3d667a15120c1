// A folder of backups:
//   quorate-backups        what it is, and its format
//   chunks/ab/ab12….chunk  named by what they hold, shared by all backups
//   manifests/ID.manifest  one for each backup, written last
//   lock                   held while a backup is made
//   tmp/                   files that are not whole yet
// Files are made whole, on disk and under their name at once, and never changed:
// so the folder may be copied to where there are only objects, manifests last.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "quorate/v1/backup.pb.h"

namespace quorate::backup {

class Folder {
 public:
  // To read what is there. NOT_FOUND, BACKUP_NOT_FOUND: no folder of backups.
  static absl::StatusOr<std::unique_ptr<Folder>> Open(const std::string& path);
  // To write: made if there is none, or an empty one, and locked until this goes.
  // FAILED_PRECONDITION: BACKUP_FOREIGN_FOLDER, something else is in there;
  // BACKUP_FOLDER_BUSY, another backup is being made.
  static absl::StatusOr<std::unique_ptr<Folder>> OpenToWrite(const std::string& path);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }

  // --- chunks; thread-safe ---
  // Names of all, of which some may turn out to be damaged, `most` at most.
  absl::StatusOr<std::vector<std::string>> ChunkNames(size_t most) const;
  // The bytes of its file are as they were written.
  bool HasWhole(std::string_view name) const;
  // On disk when this returns; in the place of one that was damaged. The bytes of its file.
  absl::StatusOr<uint64_t> WriteChunk(std::string_view name, std::string_view content);
  // DATA_LOSS names the file: missing, cut short, damaged.
  absl::StatusOr<std::string> ReadChunk(std::string_view name) const;

  // --- backups ---
  // Of those that are complete, oldest first.
  absl::StatusOr<std::vector<std::string>> Ids() const;
  // The newest without an id. NOT_FOUND, BACKUP_NOT_FOUND; DATA_LOSS names the file.
  absl::StatusOr<v1::BackupManifest> ReadManifest(const std::optional<std::string>& id) const;
  // Makes all chunks' names durable, then this. `manifest` gets an id of its time and
  // keyspace.
  absl::Status WriteManifest(v1::BackupManifest& manifest);

 private:
  explicit Folder(std::string path) : path_(std::move(path)) {}
  absl::Status CheckFormat() const;
  absl::Status Lock();
  std::string ChunkPath(std::string_view name) const;
  std::string ManifestPath(std::string_view id) const;
  absl::Status WriteWhole(const std::string& path, std::string_view bytes);

  const std::string path_;
  int lock_ = -1;
};

// 32 digits, and back; nullopt: no name.
std::string HexOf(std::string_view name);
std::optional<std::string> NameFromHex(std::string_view hex);

}  // namespace quorate::backup
