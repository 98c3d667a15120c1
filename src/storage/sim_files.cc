#include "storage/sim_files.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate {
namespace {

// What a disk writes as one.
constexpr uint64_t kSectorBytes = 512;

absl::Status DeadHandle() {
  return MakeError(absl::StatusCode::kInternal, "DISK_ERROR",
                   "the file was opened before the machine crashed", Applied::kUnknown);
}

}  // namespace

// A block file (blocks that were never written are zero) or a small one.
struct SimFiles::Content {
  uint64_t size_bytes = 0;
  std::map<uint64_t, std::string> blocks;  // by number
  std::string whole;

  std::string ReadBlock(uint64_t number) const {
    const auto it = blocks.find(number);
    return it == blocks.end() ? std::string(kFileBlockBytes, '\0') : it->second;
  }
};

class SimBlockFile : public BlockFile {
 public:
  SimBlockFile(SimFiles* files, std::shared_ptr<SimFiles::Content> content, uint64_t life)
      : files_(files), content_(std::move(content)), life_(life) {}

  uint64_t size_bytes() const override { return content_->size_bytes; }

  absl::Status WriteDurably(uint64_t offset, std::string_view bytes) override {
    QUORATE_CHECK(!failed_, "a file whose sync failed is not written again");
    QUORATE_CHECK(offset % kFileBlockBytes == 0 && bytes.size() % kFileBlockBytes == 0,
                  "files are written in whole blocks");
    QUORATE_CHECK(offset + bytes.size() <= size_bytes(), "a block file doesn't grow");
    const absl::Status written = files_->Write(content_, life_, offset, bytes);
    failed_ = !written.ok();
    return written;
  }

  absl::StatusOr<std::string> Read(uint64_t offset, uint64_t size_bytes) override {
    return files_->Read(*content_, life_, offset, size_bytes);
  }

 private:
  SimFiles* const files_;
  const std::shared_ptr<SimFiles::Content> content_;
  const uint64_t life_;
  bool failed_ = false;
};

SimFiles::SimFiles(uint64_t seed) : random_(seed) {}
SimFiles::~SimFiles() = default;

absl::StatusOr<std::vector<std::string>> SimFiles::List() {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> names;
  for (const auto& [name, content] : files_) names.push_back(name);
  return names;
}

absl::StatusOr<std::unique_ptr<BlockFile>> SimFiles::Create(std::string_view name,
                                                            uint64_t size_bytes) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status room = Reserve(size_bytes, name); !room.ok()) return room;
  auto content = std::make_shared<Content>();
  content->size_bytes = size_bytes;
  // Torn: there, and not yet as long as it was to be.
  HoldNames([this, key = std::string(name), size_bytes]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    auto half = std::make_shared<Content>();
    half->size_bytes = random_.Below(size_bytes / kFileBlockBytes + 1) * kFileBlockBytes;
    files_[key] = half;
  });
  files_[std::string(name)] = content;
  return std::make_unique<SimBlockFile>(this, content, life_);
}

absl::StatusOr<std::unique_ptr<BlockFile>> SimFiles::Open(std::string_view name) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::shared_ptr<Content>> content = Find(name);
  if (!content.ok()) return content.status();
  return std::make_unique<SimBlockFile>(this, *content, life_);
}

absl::Status SimFiles::Rename(std::string_view from, std::string_view to) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::shared_ptr<Content>> content = Find(from);
  if (!content.ok()) return content.status();
  HoldNames([] {});
  files_.erase(std::string(from));
  files_[std::string(to)] = *content;
  return absl::OkStatus();
}

absl::Status SimFiles::Remove(std::string_view name) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::shared_ptr<Content>> content = Find(name);
  if (!content.ok()) return content.status();
  HoldNames([] {});
  files_.erase(std::string(name));
  return absl::OkStatus();
}

absl::Status SimFiles::ReplaceDurably(std::string_view name, std::string_view contents) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status room = Reserve(contents.size(), name); !room.ok()) return room;
  auto content = std::make_shared<Content>();
  content->size_bytes = contents.size();
  content->whole = std::string(contents);
  HoldNames([] {});
  files_[std::string(name)] = content;
  return absl::OkStatus();
}

absl::StatusOr<std::string> SimFiles::ReadWhole(std::string_view name) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::shared_ptr<Content>> content = Find(name);
  if (!content.ok()) return content.status();
  return (*content)->whole;
}

absl::Status SimFiles::Write(const std::shared_ptr<Content>& content, uint64_t life,
                             uint64_t offset, std::string_view bytes) {
  absl::MutexLock lock(&mutex_);
  if (life != life_) return DeadHandle();
  if (fail_next_sync_) {
    fail_next_sync_ = false;
    WriteSomeSectors(*content, offset, bytes);
    return MakeError(absl::StatusCode::kInternal, "DISK_ERROR", "cannot write and sync",
                     Applied::kUnknown);
  }
  ++syncs_;
  std::map<uint64_t, std::string> before;
  const uint64_t first = offset / kFileBlockBytes;
  for (uint64_t i = 0; i < bytes.size() / kFileBlockBytes; ++i) {
    if (holding_) before[first + i] = content->ReadBlock(first + i);
    content->blocks[first + i] = std::string(bytes.substr(i * kFileBlockBytes, kFileBlockBytes));
  }
  if (!holding_) return absl::OkStatus();
  Hold({[content, before] {
          for (const auto& [number, block] : before) content->blocks[number] = block;
        },
        [this, content, offset, written = std::string(bytes)]()
            ABSL_NO_THREAD_SAFETY_ANALYSIS { WriteSomeSectors(*content, offset, written); }});
  return absl::OkStatus();
}

absl::StatusOr<std::string> SimFiles::Read(Content& content, uint64_t life, uint64_t offset,
                                           uint64_t size_bytes) {
  absl::MutexLock lock(&mutex_);
  if (life != life_) return DeadHandle();
  if (fail_reads_ || offset + size_bytes > content.size_bytes) {
    return MakeError(absl::StatusCode::kInternal, "DISK_ERROR", "cannot read all of it");
  }
  std::string bytes;
  bytes.reserve(size_bytes);
  while (bytes.size() < size_bytes) {
    const uint64_t at = offset + bytes.size();
    const std::string block = content.ReadBlock(at / kFileBlockBytes);
    bytes += block.substr(at % kFileBlockBytes, size_bytes - bytes.size());
  }
  return bytes;
}

void SimFiles::BeginUnsynced() {
  absl::MutexLock lock(&mutex_);
  holding_ = true;
}

void SimFiles::Settle() {
  absl::MutexLock lock(&mutex_);
  held_.clear();
  holding_ = false;
}

void SimFiles::Crash() {
  absl::MutexLock lock(&mutex_);
  TakeBackHeld();
  holding_ = false;
  fail_next_sync_ = false;
  fail_reads_ = false;
  ++life_;
}

bool SimFiles::HasUnsettled() const {
  absl::MutexLock lock(&mutex_);
  return !held_.empty();
}

void SimFiles::FailNextSync() {
  absl::MutexLock lock(&mutex_);
  fail_next_sync_ = true;
}

void SimFiles::FailReads() {
  absl::MutexLock lock(&mutex_);
  fail_reads_ = true;
}

void SimFiles::SetCapacityBytes(uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  capacity_bytes_ = bytes;
}

void SimFiles::FlipBit(std::string_view name, uint64_t offset_bytes, int bit) {
  absl::MutexLock lock(&mutex_);
  const auto it = files_.find(name);
  QUORATE_CHECK(it != files_.end(), "the file whose bit is to be flipped is there");
  Content& content = *it->second;
  const auto mask = static_cast<char>(1 << bit);
  if (!content.whole.empty()) {
    content.whole.at(offset_bytes) ^= mask;
    return;
  }
  const uint64_t number = offset_bytes / kFileBlockBytes;
  std::string block = content.ReadBlock(number);
  block[offset_bytes % kFileBlockBytes] ^= mask;
  content.blocks[number] = std::move(block);
}

absl::StatusOr<uint64_t> SimFiles::FreeBytes() {
  absl::MutexLock lock(&mutex_);
  return capacity_bytes_ - std::min(capacity_bytes_, UsedBytes());
}

SimFiles::Image SimFiles::TakeImage() const {
  absl::MutexLock lock(&mutex_);
  Image image;
  for (const auto& [name, content] : files_) image[name] = std::make_shared<Content>(*content);
  return image;
}

void SimFiles::PutBack(const Image& image) {
  absl::MutexLock lock(&mutex_);
  ++life_;
  files_.clear();
  for (const auto& [name, content] : image) files_[name] = std::make_shared<Content>(*content);
}

uint64_t SimFiles::used_bytes() const {
  absl::MutexLock lock(&mutex_);
  return UsedBytes();
}

uint64_t SimFiles::syncs() const {
  absl::MutexLock lock(&mutex_);
  return syncs_;
}

void SimFiles::Hold(Held held) {
  if (holding_) held_.push_back(std::move(held));
}

void SimFiles::HoldNames(std::function<void()> tear) {
  if (!holding_) return;
  Hold({[this, before = files_]() ABSL_NO_THREAD_SAFETY_ANALYSIS { files_ = before; },
        std::move(tear)});
}

void SimFiles::TakeBackHeld() {
  const size_t done = random_.Below(held_.size() + 1);
  for (size_t i = held_.size(); i > done; --i) held_[i - 1].undo();
  if (done < held_.size()) held_[done].tear();
  held_.clear();
}

void SimFiles::WriteSomeSectors(Content& content, uint64_t offset, std::string_view bytes) {
  // All, none and a prefix are as likely as a random part: they are what disks do most.
  const uint64_t sectors = bytes.size() / kSectorBytes;
  const uint64_t kind = random_.Below(4);
  const uint64_t prefix = random_.Below(sectors + 1);
  for (uint64_t i = 0; i < sectors; ++i) {
    const bool written = kind == 0 ? i < prefix : kind == 1 ? i >= prefix : random_.Chance(0.5);
    if (!written) continue;
    const uint64_t at = offset + i * kSectorBytes;
    std::string block = content.ReadBlock(at / kFileBlockBytes);
    block.replace(at % kFileBlockBytes, kSectorBytes, bytes.substr(i * kSectorBytes, kSectorBytes));
    content.blocks[at / kFileBlockBytes] = std::move(block);
  }
}

absl::Status SimFiles::Reserve(uint64_t bytes, std::string_view name) {
  const auto it = files_.find(name);
  const uint64_t replaced = it == files_.end() ? 0 : it->second->size_bytes;
  if (UsedBytes() - replaced + bytes <= capacity_bytes_) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                   StrCat("cannot create ", name, ": no space left; free some space"));
}

uint64_t SimFiles::UsedBytes() const {
  uint64_t bytes = 0;
  for (const auto& [name, content] : files_) bytes += content->size_bytes;
  return bytes;
}

absl::StatusOr<std::shared_ptr<SimFiles::Content>> SimFiles::Find(std::string_view name) {
  const auto it = files_.find(name);
  if (it != files_.end()) return it->second;
  return MakeError(absl::StatusCode::kNotFound, "FILE_NOT_FOUND",
                   StrCat("there is no file ", name));
}

}  // namespace quorate
