// A node that runs on an older copy of its disk than others have heard of.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/strings.h"
#include "storage/files.h"

namespace quorate {

inline constexpr std::string_view kOldDiskImage = "OLD_DISK_IMAGE";
// In the data folder, once a node has ended so on it.
inline constexpr std::string_view kOldDiskImageFile = "old-disk-image";

// What it must end with: it has forgotten votes, promises and acknowledgements.
inline absl::Status OldDiskImage(NodeId self, std::string_view witness) {
  return MakeError(absl::StatusCode::kDataLoss, kOldDiskImage,
                   StrCat(witness, " has heard of a later start of ", self.ToString(),
                          " than this one: its data folder is an older copy, or another process "
                          "runs on a copy of it. Put the newest folder back; what it had "
                          "acknowledged since the copy was made is missing here"));
}

// Likewise where the copy was made in the same life, or while it ran.
inline absl::Status ForgottenWrites(NodeId self, std::string_view replica) {
  return MakeError(absl::StatusCode::kDataLoss, kOldDiskImage,
                   StrCat(replica, " lacks writes that ", self.ToString(),
                          " had told the others to have on disk: its data folder is an older copy. "
                          "Put the newest folder back; what it had acknowledged since the copy "
                          "was made is missing here"));
}

inline constexpr std::string_view kLogShorter = "LOG_SHORTER";

// What its frames are refused with by a peer that has heard of more in its log.
inline absl::Status LogShorter(NodeId peer, uint64_t began, uint64_t told) {
  return MakeError(absl::StatusCode::kInvalidArgument, kLogShorter,
                   StrCat(peer.ToString(), " had told of record ", told,
                          " in its log, and started with a log that ends at ", began));
}

// And what it then ends with.
inline absl::Status ForgottenRecords(NodeId self, NodeId peer, std::string_view why) {
  return MakeError(
      absl::StatusCode::kDataLoss, kOldDiskImage,
      StrCat(peer.ToString(), " remembers that ", why, ": the disk of ", self.ToString(),
             " has lost what it had acknowledged, or its data folder "
             "is an older copy. Put the newest folder back"));
}

// Likewise where a leader counts on entries of its log.
inline absl::Status ForgottenEntries(NodeId self, PartitionId partition, NodeId leader,
                                     LogIndex acknowledged, LogIndex last) {
  return MakeError(absl::StatusCode::kDataLoss, kOldDiskImage,
                   StrCat(self.ToString(), " had acknowledged entries up to ",
                          acknowledged.ToString(), " of ", partition.ToString(), " to ",
                          leader.ToString(), ", and its log ends at ", last.ToString(),
                          ": its disk has lost them, or its data folder is an older copy. "
                          "Put the newest folder back"));
}

// Each start has a higher number than the one before, so that the others would take one of
// the next ones for a later start than they know: it must not come to that.
inline void NoteOldDiskImage(Files& files, const absl::Status& why) {
  (void)files.ReplaceDurably(kOldDiskImageFile, std::string(why.message()) + "\n");
}

// At a start: it has ended so before.
inline absl::Status CheckNoOldDiskImage(NodeId self, Files& files) {
  const auto noted = files.ReadWhole(kOldDiskImageFile);
  if (absl::IsNotFound(noted.status())) return absl::OkStatus();
  if (!noted.ok()) return noted.status();
  return MakeError(absl::StatusCode::kDataLoss, kOldDiskImage,
                   StrCat(self.ToString(), " has ended on this data folder before: ", *noted,
                          "If it is the newest there is of this node, and no process ran on "
                          "another since, remove its file ",
                          kOldDiskImageFile, " and start it again"));
}

}  // namespace quorate
