#include "backup/chunk_cutter.h"

#include <utility>

#include "backup/records.h"
#include "base/hash.h"

namespace quorate::backup {
namespace {

// The share of keys behind which a chunk ends is that of the record's bytes in the
// size that is wanted, so that it does not matter how large records are.
bool EndsBehind(const v1::Record& record, uint64_t bytes, uint64_t bytes_wanted) {
  if (bytes >= bytes_wanted) return true;
  return Hash64(record.key()) < bytes * (UINT64_MAX / bytes_wanted);
}

void AppendBigEndian(uint64_t number, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

}  // namespace

bool ChunkCutter::Add(const v1::Record& record) {
  const std::string_view bytes = AppendRecord(record, content_);
  ++records_;
  sum_.Add(record, bytes);
  if (content_.size() >= sizes_.bytes_max) return true;
  return content_.size() >= sizes_.bytes_min &&
         EndsBehind(record, bytes.size(), sizes_.bytes_wanted);
}

v1::ArcChunk ChunkCutter::Take() {
  v1::ArcChunk chunk;
  chunk.set_name(NameOf(content_));
  chunk.set_bytes(content_.size());
  chunk.set_records(std::exchange(records_, 0));
  chunk.set_data(std::exchange(content_, {}));
  return chunk;
}

std::string NameOf(std::string_view content) {
  const Hash128 hash = WideHash(content);
  std::string name;
  AppendBigEndian(hash.high, name);
  AppendBigEndian(hash.low, name);
  return name;
}

}  // namespace quorate::backup
