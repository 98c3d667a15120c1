// Writers to the engine's bytes and back.
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "base/varint.h"
#include "kv/bytes.h"
#include "kv/layout.h"
#include "kv/writers.h"

namespace quorate::kv {
namespace {

constexpr uint64_t kFormat = 1;

absl::Status Damaged(uint64_t id, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "WRITER_DAMAGED",
                   StrCat("the stored record of writer ", id, " ", what,
                          "; leave this node stopped and keep its data folder: the others go on, "
                          "and none is rebuilt "
                          "from them yet"));
}

uint64_t Checksum(uint64_t id, std::string_view body) { return Hash64(body, id); }

}  // namespace

std::string Writers::Encode(uint64_t id, const Writer& writer) {
  std::string body;
  body.reserve(32 + writer.outcome_bytes + 4 * writer.outcomes.size());
  AppendVarint(kFormat, body);
  AppendVarint(writer.used_at_us, body);
  AppendVarint(writer.settled_below, body);
  AppendVarint(writer.outcomes.size(), body);
  uint64_t before = 0;
  for (const auto& [sequence, outcome] : writer.outcomes) {
    AppendVarint(sequence - std::exchange(before, sequence), body);
    AppendVarint(outcome.size(), body);
    body += outcome;
  }
  std::string out;
  AppendFixed<uint64_t>(out, Checksum(id, body));
  return out + body;
}

absl::StatusOr<Writers::Writer> Writers::Decode(uint64_t id, std::string_view bytes) {
  if (bytes.size() < sizeof(uint64_t)) return Damaged(id, "is too short");
  std::string_view body = bytes.substr(sizeof(uint64_t));
  if (LoadFixed<uint64_t>(bytes) != Checksum(id, body)) {
    return Damaged(id, "does not match its checksum");
  }
  const auto format = TakeVarint(body);
  if (!format || *format != kFormat) {
    return MakeError(absl::StatusCode::kDataLoss, "NEWER_FORMAT",
                     StrCat("the stored record of writer ", id,
                            " has a format that this build cannot read; run the build that "
                            "wrote it"));
  }
  const auto used_at = TakeVarint(body);
  const auto settled = TakeVarint(body);
  const auto count = TakeVarint(body);
  if (!used_at || !settled || !count) return Damaged(id, "ends early");
  Writer writer{*used_at, *settled, {}, 0};
  uint64_t sequence = 0;
  for (uint64_t i = 0; i < *count; ++i) {
    const auto distance = TakeVarint(body);
    const auto size = TakeVarint(body);
    if (!distance || !size || *size > body.size()) return Damaged(id, "ends early");
    sequence += *distance;
    writer.outcomes.emplace(sequence, body.substr(0, *size));
    writer.outcome_bytes += *size;
    body.remove_prefix(*size);
  }
  return writer;
}

// For each its number, and its record with its size in front.
std::string Writers::EncodeBusy() const {
  std::string out;
  for (const auto& [id, record] : busy_) {
    AppendVarint(id, out);
    AppendVarint(record.size(), out);
    out += record;
  }
  return out;
}

absl::Status Writers::LoadBusy(std::string_view busy) {
  while (!busy.empty()) {
    const auto id = TakeVarint(busy);
    const auto size = TakeVarint(busy);
    if (!id || !size || *size > busy.size()) return Damaged(id.value_or(0), "ends early");
    const std::string_view record = busy.substr(0, *size);
    auto writer = Decode(*id, record);
    if (!writer.ok()) return writer.status();
    writers_[*id] = *std::move(writer);
    busy_[*id] = std::string(record);
    busy.remove_prefix(*size);
  }
  return absl::OkStatus();
}

uint64_t Writers::Digest() const {
  uint64_t digest = writers_.size();
  for (const auto& [id, writer] : writers_) digest = Hash64(Encode(id, writer), digest + id);
  return digest;
}

absl::Status Writers::Load(const Engine& engine, std::string_view busy) {
  writers_.clear();
  changed_.clear();
  busy_.clear();
  const auto it = engine.Scan(WriterKey(partition_, 0), WritersEnd(partition_));
  for (; it->Valid(); it->Next()) {
    const uint64_t id = WriterOf(it->key());
    auto writer = Decode(id, it->value());
    if (!writer.ok()) return writer.status();
    writers_.emplace(id, *std::move(writer));
  }
  return it->status().ok() ? LoadBusy(busy) : it->status();
}

}  // namespace quorate::kv
