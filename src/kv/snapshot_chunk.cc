#include "kv/snapshot_chunk.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "kv/bytes.h"

namespace quorate::kv {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kFlagAt = 1;
constexpr size_t kChecksumAt = 2;
constexpr size_t kRecordsAt = kChecksumAt + sizeof(uint64_t);

uint64_t Link(uint64_t chain, bool last, std::string_view records) {
  return Hash64(records, Hash64(last ? "last" : "more", chain));
}

absl::Status Refused(std::string_view reason, uint64_t number, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason,
                   StrCat("chunk ", number, " of a snapshot ", what));
}

}  // namespace

void ChunkBuilder::Add(std::string_view key, std::string_view value) {
  AppendSized(records_, key);
  AppendSized(records_, value);
}

std::string ChunkBuilder::Finish(bool last) {
  chain_ = Link(chain_, last, records_);
  std::string chunk;
  chunk.reserve(kRecordsAt + records_.size());
  chunk.push_back(static_cast<char>(kFormat));
  chunk.push_back(last ? 1 : 0);
  AppendFixed<uint64_t>(chunk, chain_);
  chunk += records_;
  records_.clear();
  return chunk;
}

absl::StatusOr<ChunkView> ChunkChecker::Check(std::string_view chunk) {
  const uint64_t number = checked_ + 1;
  constexpr std::string_view kDamaged = "SNAPSHOT_CHUNK_DAMAGED";
  if (chunk.size() < kRecordsAt) {
    return Refused(kDamaged, number, StrCat("is only ", chunk.size(), " bytes; send it again"));
  }
  if (static_cast<uint8_t>(chunk[0]) != kFormat) {
    return Refused("NEWER_FORMAT", number,
                   StrCat("has format ", int{static_cast<uint8_t>(chunk[0])}, ", this build reads ",
                          int{kFormat}, "; run the same build on both nodes"));
  }
  const ChunkView view{chunk[kFlagAt] == 1, chunk.substr(kRecordsAt)};
  const uint64_t chain = Link(chain_, view.last, view.records);
  if (chunk[kFlagAt] > 1 || chain != LoadFixed<uint64_t>(chunk.substr(kChecksumAt))) {
    return Refused(kDamaged, number,
                   "is damaged or does not follow the one before; send the snapshot again");
  }
  chain_ = chain;
  ++checked_;
  return view;
}

}  // namespace quorate::kv
