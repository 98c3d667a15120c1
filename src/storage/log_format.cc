#include "storage/log_format.h"

#include <bit>
#include <cstring>

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"

namespace quorate {
namespace {

static_assert(std::endian::native == std::endian::little, "the log's numbers are little endian");

constexpr uint64_t kSegmentMagic = 0x474f4c4554524f51;  // "QORTELOG"
constexpr uint32_t kRecordMagic = 0x43455251;           // "QREC"

// Offsets in a segment's first block.
constexpr size_t kSegmentChecksumAt = 0;
constexpr size_t kSegmentMagicAt = 8;
constexpr size_t kSegmentVersionAt = 16;
constexpr size_t kSegmentGenerationAt = 24;
constexpr size_t kSegmentFirstSequenceAt = 32;

// Offsets in a record.
constexpr size_t kChecksumAt = 0;
constexpr size_t kMagicAt = 8;
constexpr size_t kFlagsAt = 12;
constexpr size_t kGenerationAt = 16;
constexpr size_t kSequenceAt = 24;
constexpr size_t kPayloadBytesAt = 32;
constexpr size_t kCheckpointItemsAt = 40;
constexpr size_t kItemsAt = 44;
constexpr size_t kRecordHeaderBytes = 48;
constexpr uint32_t kCheckpointFlag = 1;

constexpr uint8_t kReset = 1;
constexpr uint8_t kHardState = 2;
constexpr uint8_t kBase = 4;
constexpr uint8_t kEntries = 8;
constexpr uint8_t kRemove = 16;

constexpr size_t kItemHeaderBytes = 8 + 1;
constexpr size_t kPairBytes = 8 + 8;
constexpr size_t kEntriesHeaderBytes = 8 + 4;
constexpr size_t kEntryHeaderBytes = 4 + 8 + 1;

template <class T>
T LoadAt(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

template <class T>
void StoreAt(char* out, size_t at, T value) {
  std::memcpy(out + at, &value, sizeof(value));
}

class Writer {
 public:
  explicit Writer(char* out) : out_(out) {}
  template <class T>
  void Number(T value) {
    std::memcpy(out_, &value, sizeof(value));
    out_ += sizeof(value);
  }
  void Pair(uint64_t a, uint64_t b) {
    Number(a);
    Number(b);
  }
  void Bytes(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }
  char* at() const { return out_; }

 private:
  char* out_;
};

// Reads past the end yield zeros and make ok() false.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}
  template <class T>
  T Number() {
    T value{};
    if (in_.size() < sizeof(value)) {
      ok_ = false;
      in_ = {};
      return value;
    }
    std::memcpy(&value, in_.data(), sizeof(value));
    in_.remove_prefix(sizeof(value));
    return value;
  }
  std::string_view Bytes(size_t size) {
    if (in_.size() < size) {
      ok_ = false;
      in_ = {};
      return {};
    }
    const std::string_view bytes = in_.substr(0, size);
    in_.remove_prefix(size);
    return bytes;
  }
  bool ok() const { return ok_; }
  bool done() const { return in_.empty(); }

 private:
  std::string_view in_;
  bool ok_ = true;
};

uint64_t WriteBytes(const GroupWrite& write) {
  uint64_t bytes = kItemHeaderBytes;
  if (write.reset) bytes += kPairBytes;
  if (write.hard_state) bytes += kPairBytes;
  if (!write.entries.empty()) bytes += kEntriesHeaderBytes;
  for (const LogEntry& entry : write.entries) bytes += EntryBytes(entry);
  return bytes;
}

uint64_t PayloadBytes(const RecordParts& parts) {
  uint64_t bytes = parts.bases.size() * (kItemHeaderBytes + kPairBytes);
  if (parts.checkpoint) bytes += parts.checkpoint->size() * (kItemHeaderBytes + 2 * kPairBytes);
  for (const GroupWrite& write : parts.copied) bytes += WriteBytes(write);
  for (const GroupWrite& write : parts.groups) bytes += WriteBytes(write);
  return bytes;
}

void EncodePosition(const GroupPosition& position, bool with_hard_state, Writer& out) {
  out.Number(position.partition.value());
  out.Number<uint8_t>(with_hard_state ? kHardState | kBase : kBase);
  if (with_hard_state) {
    out.Pair(position.hard_state.term.value(), position.hard_state.vote.value());
  }
  out.Pair(position.base.index.value(), position.base.term.value());
}

void EncodeWrite(const GroupWrite& write, Writer& out) {
  out.Number(write.partition.value());
  out.Number<uint8_t>((write.reset ? kReset : 0) | (write.hard_state ? kHardState : 0) |
                      (write.entries.empty() ? 0 : kEntries) | (write.remove ? kRemove : 0));
  if (write.reset) out.Pair(write.reset->index.value(), write.reset->term.value());
  if (write.hard_state) out.Pair(write.hard_state->term.value(), write.hard_state->vote.value());
  if (write.entries.empty()) return;
  out.Number(write.entries.front().index.value());
  out.Number(static_cast<uint32_t>(write.entries.size()));
  for (const LogEntry& entry : write.entries) {
    out.Number(static_cast<uint32_t>(entry.data.size()));
    out.Number(entry.term.value());
    out.Number(static_cast<uint8_t>(entry.kind));
    out.Bytes(entry.data.view());
  }
}

LogBase DecodeBase(Reader& in) {
  const LogIndex index(in.Number<uint64_t>());
  return {index, Term(in.Number<uint64_t>())};
}

bool DecodeEntries(Reader& in, std::vector<LogEntry>& entries) {
  LogIndex index(in.Number<uint64_t>());
  const uint32_t count = in.Number<uint32_t>();
  for (uint32_t i = 0; i < count; ++i, index = index.next()) {
    const uint32_t size = in.Number<uint32_t>();
    const Term term(in.Number<uint64_t>());
    const uint8_t kind = in.Number<uint8_t>();
    const std::string_view data = in.Bytes(size);
    if (!in.ok() || kind > static_cast<uint8_t>(EntryKind::kConfiguration)) return false;
    entries.push_back({term, index, static_cast<EntryKind>(kind), Payload(std::string(data))});
  }
  return true;
}

bool DecodeItem(Reader& in, RecordItem& item) {
  item.write.partition = PartitionId(in.Number<uint64_t>());
  const uint8_t flags = in.Number<uint8_t>();
  if ((flags & ~(kReset | kHardState | kBase | kEntries | kRemove)) != 0) return false;
  if (flags & kReset) item.write.reset = DecodeBase(in);
  if (flags & kHardState) {
    const Term term(in.Number<uint64_t>());
    item.write.hard_state = HardState{term, NodeId(in.Number<uint64_t>())};
  }
  if (flags & kBase) item.base = DecodeBase(in);
  if ((flags & kEntries) && !DecodeEntries(in, item.write.entries)) return false;
  item.write.remove = (flags & kRemove) != 0;
  return in.ok();
}

}  // namespace

uint64_t EntryBytes(const LogEntry& entry) { return kEntryHeaderBytes + entry.data.size(); }

void EncodeSegmentHeader(const SegmentHeader& header, char* block) {
  std::memset(block, 0, kFileBlockBytes);
  StoreAt(block, kSegmentMagicAt, kSegmentMagic);
  StoreAt(block, kSegmentVersionAt, kLogFormatVersion);
  StoreAt(block, kSegmentGenerationAt, header.generation);
  StoreAt(block, kSegmentFirstSequenceAt, header.first_sequence);
  const std::string_view covered(block + kSegmentMagicAt, kFileBlockBytes - kSegmentMagicAt);
  StoreAt(block, kSegmentChecksumAt, Hash64(covered, header.generation));
}

absl::StatusOr<std::optional<SegmentHeader>> DecodeSegmentHeader(std::string_view block,
                                                                 uint64_t generation) {
  if (block.size() != kFileBlockBytes) return std::nullopt;
  if (LoadAt<uint64_t>(block, kSegmentMagicAt) != kSegmentMagic) return std::nullopt;
  if (LoadAt<uint64_t>(block, kSegmentGenerationAt) != generation) return std::nullopt;
  if (Hash64(block.substr(kSegmentMagicAt), generation) !=
      LoadAt<uint64_t>(block, kSegmentChecksumAt)) {
    return std::nullopt;
  }
  const uint32_t version = LoadAt<uint32_t>(block, kSegmentVersionAt);
  if (version > kLogFormatVersion) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "NEWER_FORMAT",
                     StrCat("the log has format ", version, ", this kvd reads up to ",
                            kLogFormatVersion, ": start the newer kvd again"));
  }
  return SegmentHeader{generation, LoadAt<uint64_t>(block, kSegmentFirstSequenceAt)};
}

uint64_t RecordBytes(const RecordParts& parts) {
  return RoundUpToBlock(kRecordHeaderBytes + PayloadBytes(parts));
}

uint64_t BasesRecordBytes(size_t bases) {
  return RoundUpToBlock(kRecordHeaderBytes + bases * (kItemHeaderBytes + kPairBytes));
}

void EncodeRecord(const RecordParts& parts, char* out) {
  const size_t checkpoint_items = parts.checkpoint ? parts.checkpoint->size() : 0;
  StoreAt(out, kMagicAt, kRecordMagic);
  StoreAt(out, kFlagsAt, parts.checkpoint ? kCheckpointFlag : 0u);
  StoreAt(out, kGenerationAt, parts.generation);
  StoreAt(out, kSequenceAt, parts.sequence);
  StoreAt(out, kCheckpointItemsAt, static_cast<uint32_t>(checkpoint_items));
  StoreAt(out, kItemsAt,
          static_cast<uint32_t>(checkpoint_items + parts.bases.size() + parts.copied.size() +
                                parts.groups.size()));
  Writer writer(out + kRecordHeaderBytes);
  if (parts.checkpoint) {
    for (const GroupPosition& position : *parts.checkpoint) EncodePosition(position, true, writer);
  }
  for (const GroupPosition& position : parts.bases) EncodePosition(position, false, writer);
  for (const GroupWrite& write : parts.copied) EncodeWrite(write, writer);
  for (const GroupWrite& write : parts.groups) EncodeWrite(write, writer);

  const uint64_t used = static_cast<uint64_t>(writer.at() - out);
  StoreAt(out, kPayloadBytesAt, used - kRecordHeaderBytes);
  StoreAt(out, kChecksumAt,
          Hash64(std::string_view(out + kMagicAt, used - kMagicAt), parts.generation));
  std::memset(out + used, 0, RoundUpToBlock(used) - used);
}

std::optional<uint64_t> PeekRecordBytes(std::string_view block, uint64_t generation) {
  if (block.size() < kRecordHeaderBytes) return std::nullopt;
  if (LoadAt<uint32_t>(block, kMagicAt) != kRecordMagic) return std::nullopt;
  if (LoadAt<uint64_t>(block, kGenerationAt) != generation) return std::nullopt;
  const uint64_t payload = LoadAt<uint64_t>(block, kPayloadBytesAt);
  if (payload > uint64_t{1} << 40) return std::nullopt;  // a damaged length
  return RoundUpToBlock(kRecordHeaderBytes + payload);
}

bool RecordIsIntact(std::string_view record, uint64_t generation) {
  const uint64_t used = kRecordHeaderBytes + LoadAt<uint64_t>(record, kPayloadBytesAt);
  if (used > record.size()) return false;
  if (Hash64(record.substr(kMagicAt, used - kMagicAt), generation) !=
      LoadAt<uint64_t>(record, kChecksumAt)) {
    return false;
  }
  return record.find_first_not_of('\0', used) == std::string_view::npos;
}

uint64_t RecordSequence(std::string_view record) { return LoadAt<uint64_t>(record, kSequenceAt); }

absl::StatusOr<DecodedRecord> DecodeRecord(std::string_view record) {
  const uint64_t payload_bytes = LoadAt<uint64_t>(record, kPayloadBytesAt);
  const uint32_t flags = LoadAt<uint32_t>(record, kFlagsAt);
  DecodedRecord decoded;
  decoded.sequence = RecordSequence(record);
  decoded.bytes = RoundUpToBlock(kRecordHeaderBytes + payload_bytes);
  decoded.checkpoint = (flags & kCheckpointFlag) != 0;
  decoded.checkpoint_items = LoadAt<uint32_t>(record, kCheckpointItemsAt);
  const uint32_t items = LoadAt<uint32_t>(record, kItemsAt);
  bool good = (flags & ~kCheckpointFlag) == 0 && decoded.checkpoint_items <= items;
  Reader reader(record.substr(kRecordHeaderBytes, payload_bytes));
  for (uint32_t i = 0; good && i < items; ++i) {
    good = DecodeItem(reader, decoded.items.emplace_back());
  }
  if (!good || !reader.done()) {
    return MakeError(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
                     StrCat("record ", decoded.sequence,
                            " has a right checksum and a content that makes no sense"));
  }
  return decoded;
}

}  // namespace quorate
