#include "storage/log_mark.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "storage/aligned_buffer.h"

namespace quorate {
namespace {

// Written by turns, so that a torn one leaves the other.
constexpr uint64_t kSlots = 2;
constexpr char kMagic[] = "QORTMARK";
constexpr size_t kMagicAt = 8, kRecordAt = 16;

void Encode(uint64_t record, char* block) {
  std::memset(block, 0, kFileBlockBytes);
  std::memcpy(block + kMagicAt, kMagic, 8);
  std::memcpy(block + kRecordAt, &record, 8);
  const uint64_t checksum = Hash64({block + kMagicAt, kFileBlockBytes - kMagicAt});
  std::memcpy(block, &checksum, 8);
}

std::optional<uint64_t> Decode(std::string_view block) {
  uint64_t checksum = 0, record = 0;
  std::memcpy(&checksum, block.data(), 8);
  std::memcpy(&record, block.data() + kRecordAt, 8);
  if (block.substr(kMagicAt, 8) != kMagic || checksum != Hash64(block.substr(kMagicAt))) {
    return std::nullopt;
  }
  return record;
}

bool IsBlank(std::string_view block) {
  return std::all_of(block.begin(), block.end(), [](char byte) { return byte == 0; });
}

}  // namespace

absl::StatusOr<LogMark> LogMark::Open(Files& files) {
  LogMark mark(files);
  auto file = files.Open(kLogMarkFile);
  if (absl::IsNotFound(file.status())) return mark;
  if (!file.ok()) return file.status();
  const uint64_t slots = (*file)->size_bytes() / kFileBlockBytes;
  uint64_t damaged = 0;
  for (uint64_t slot = 0; slot < std::min(slots, kSlots); ++slot) {
    const auto block = (*file)->Read(slot * kFileBlockBytes, kFileBlockBytes);
    if (!block.ok()) return block.status();
    const std::optional<uint64_t> record = Decode(*block);
    if (!record) {
      damaged += IsBlank(*block) ? 0 : 1;
    } else if (*record >= mark.record_) {
      mark.record_ = *record;
      mark.slot_ = (slot + 1) % kSlots;
    }
  }
  if (slots == kSlots && damaged < kSlots) {  // one may be torn
    mark.file_ = *std::move(file);
    return mark;
  }
  if (damaged == 0 && mark.record_ == 0) {  // a crash came while it was made
    if (absl::Status removed = files.Remove(kLogMarkFile); !removed.ok()) return removed;
    return mark;
  }
  return MakeError(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
                   StrCat("file ", kLogMarkFile, " of the data folder is damaged, so nobody knows ",
                          "whether the log is whole: look at the disk. Where the log is known to "
                          "be, remove that file and start the node again"));
}

absl::Status LogMark::Advance(uint64_t record) {
  if (record <= record_) return absl::OkStatus();
  if (file_ == nullptr) {
    auto made = files_->Create(kLogMarkFile, kSlots * kFileBlockBytes);
    if (!made.ok()) return made.status();
    file_ = *std::move(made);
  }
  AlignedBuffer buffer;
  char* const block = buffer.Reserve(kFileBlockBytes);
  Encode(record, block);
  absl::Status written = file_->WriteDurably(slot_ * kFileBlockBytes, {block, kFileBlockBytes});
  if (!written.ok()) return written;
  record_ = record;
  slot_ = (slot_ + 1) % kSlots;
  return absl::OkStatus();
}

}  // namespace quorate
