#include "backup/records.h"

#include "backup/damaged.h"
#include "base/varint.h"

namespace quorate::backup {

std::string_view AppendRecord(const v1::Record& record, std::string& out) {
  const size_t size = record.ByteSizeLong();
  AppendVarint(size, out);
  const size_t begin = out.size();
  out.resize(begin + size);
  record.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out.data() + begin));
  return std::string_view(out).substr(begin);
}

absl::StatusOr<bool> RecordReader::Next(v1::Record& record) {
  if (rest_.empty()) return false;
  const auto size = TakeVarint(rest_);
  if (!size || *size > rest_.size()) return Damaged("a record is cut short");
  bytes_ = rest_.substr(0, *size);
  rest_.remove_prefix(*size);
  if (!record.ParseFromArray(bytes_.data(), static_cast<int>(bytes_.size()))) {
    return Damaged("a record can't be read");
  }
  return true;
}

}  // namespace quorate::backup
