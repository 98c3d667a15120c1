#include "quorum/message_parts.h"

#include "quorum/bytes.h"

namespace quorate::quorum {

void AppendFlag(bool flag, std::string& out) { out.push_back(flag ? 1 : 0); }

void AppendOptional(std::string_view key, const std::optional<Record>& record, std::string& out) {
  record ? AppendSizedRecord(key, *record, out) : AppendSized("", out);
}

Record TakeRecord(std::string_view key, Reader& reader) {
  absl::StatusOr<Record> record = DecodeRecord(key, reader.Sized());
  if (!record.ok() || !record->dot) reader.Spoil();
  return record.ok() ? *std::move(record) : Record();
}

// A promise alone has no dot.
std::optional<Record> TakeOptional(std::string_view key, Reader& reader, bool promises) {
  const std::string_view bytes = reader.Sized();
  if (bytes.empty()) return std::nullopt;
  absl::StatusOr<Record> record = DecodeRecord(key, bytes);
  if (!record.ok() || (!record->dot && !promises)) reader.Spoil();
  return record.ok() ? std::optional(*std::move(record)) : std::nullopt;
}

void AppendLives(const std::map<NodeId, Boot>& lives, std::string& out) {
  AppendVarint(lives.size(), out);
  for (const auto& [node, boot] : lives) AppendIdentity({node, boot}, out);
}
std::map<NodeId, Boot> TakeLives(Reader& reader) {
  std::map<NodeId, Boot> lives;
  for (uint64_t left = reader.Count(2); left > 0 && reader.ok(); --left) {
    const Identity life = reader.Identity();
    lives[life.node] = life.boot;
  }
  return lives;
}

void AppendRecords(const std::vector<SyncRecord>& records, std::string& out) {
  AppendVarint(records.size(), out);
  for (const SyncRecord& record : records) {
    AppendSized(record.key, out);
    AppendOptional(record.key, record.record, out);
    AppendVarint(record.dots.size(), out);
    for (const Dot& dot : record.dots) AppendDot(dot, out);
  }
}
std::vector<SyncRecord> TakeRecords(Reader& reader, bool promises) {
  std::vector<SyncRecord> records;
  for (uint64_t left = reader.Count(3); left > 0 && reader.ok(); --left) {
    SyncRecord& record = records.emplace_back();
    record.key = reader.Sized();
    record.record = TakeOptional(record.key, reader, promises);
    for (uint64_t dots = reader.Count(3); dots > 0 && reader.ok(); --dots) {
      record.dots.push_back(reader.Dot());
      if (!record.dots.back()) reader.Spoil();
    }
  }
  return records;
}

}  // namespace quorate::quorum
