#include "quorum/body_codec.h"
#include "quorum/bytes.h"
#include "quorum/field_map.h"

namespace quorate::quorum {
namespace {

constexpr size_t kFieldBytesMin = 2;
constexpr size_t kWrittenBytesMin = 5;

void AppendRegister(const FieldMap::Register& values, std::string& out) {
  AppendVarint(values.size(), out);
  for (const FieldMap::Written& written : values) {
    AppendDot(written.dot, out);
    AppendVarint(written.time.value(), out);
    AppendSized(written.value, out);
  }
}

FieldMap::Register ReadRegister(Reader& reader) {
  FieldMap::Register values;
  for (uint64_t left = reader.Count(kWrittenBytesMin); left > 0 && reader.ok(); --left) {
    FieldMap::Written written;
    written.dot = reader.Dot();
    written.time = HlcTime(reader.Varint());
    written.value = reader.Sized();
    if (!written.dot || (!values.empty() && !(values.back().dot < written.dot))) reader.Spoil();
    values.push_back(std::move(written));
  }
  return values;
}

// Names rise, and no field is empty.
template <class T, class ReadOne>
FieldMap::Fields<T> ReadFields(Reader& reader, ReadOne read) {
  FieldMap::Fields<T> fields;
  for (uint64_t left = reader.Count(kFieldBytesMin); left > 0 && reader.ok(); --left) {
    const std::string name(reader.Sized());
    T field = read(reader);
    const bool rises = fields.empty() || fields.rbegin()->first < name;
    if (field.empty() || !rises) reader.Spoil();
    fields.emplace_hint(fields.end(), name, std::move(field));
  }
  return fields;
}

}  // namespace

std::string FieldMap::Encode() const {
  std::string out = BeginBody(BodyKind::kMap);
  seen_.Append(out);
  AppendVarint(registers_.size(), out);
  for (const auto& [name, values] : registers_) {
    AppendSized(name, out);
    AppendRegister(values, out);
  }
  AppendVarint(counters_.size(), out);
  for (const auto& [name, counter] : counters_) {
    AppendSized(name, out);
    counter.Append(out);
  }
  AppendVarint(sets_.size(), out);
  for (const auto& [name, set] : sets_) {
    AppendSized(name, out);
    set.Append(out);
  }
  return out;
}

absl::StatusOr<FieldMap> FieldMap::Decode(std::string_view bytes) {
  absl::StatusOr<std::string_view> opened = OpenBody(BodyKind::kMap, bytes);
  if (!opened.ok()) return opened.status();
  Reader reader(*opened);
  FieldMap map;
  map.seen_ = VersionVector::Read(reader);
  map.registers_ = ReadFields<Register>(reader, ReadRegister);
  map.counters_ = ReadFields<Counter>(reader, Counter::Read);
  map.sets_ = ReadFields<ElementSet>(reader, ElementSet::Read);
  if (!reader.done()) return BodyDamaged(BodyKind::kMap, "does not read to its end");
  return map;
}

}  // namespace quorate::quorum
