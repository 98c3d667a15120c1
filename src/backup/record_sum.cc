#include "backup/record_sum.h"

#include <algorithm>
#include <string>

namespace quorate::backup {
namespace {

bool Expires(const v1::Record& record) {
  if (record.expires_at_us() != 0) return true;
  return std::any_of(record.merged().siblings().begin(), record.merged().siblings().end(),
                     [](const v1::Sibling& one) { return one.expires_at_us() != 0; });
}

// Without what a restored copy may differ in: when it expires, and which of its
// siblings is the newest.
Hash128 HashOf(const v1::Record& record, std::string_view bytes) {
  if (record.expires_at_us() == 0 && record.merged().siblings().empty()) return WideHash(bytes);
  v1::Record plain = record;
  plain.clear_expires_at_us();
  auto& siblings = *plain.mutable_merged()->mutable_siblings();
  for (v1::Sibling& one : siblings) one.clear_expires_at_us();
  std::sort(siblings.begin(), siblings.end(),
            [](const v1::Sibling& a, const v1::Sibling& b) { return a.value() < b.value(); });
  if (siblings.empty() && !record.has_merged()) plain.clear_merged();
  return WideHash(plain.SerializeAsString());
}

}  // namespace

void RecordSum::Part::Add(const Hash128& hash) {
  sum.high += hash.high;
  sum.low += hash.low;
}

RecordSum::RecordSum(const v1::RecordSum& stored)
    : lasting_{stored.records(), {stored.high(), stored.low()}},
      expiring_{stored.expiring(), {stored.expiring_high(), stored.expiring_low()}} {}

void RecordSum::Add(const v1::Record& record, std::string_view bytes) {
  Part& part = Expires(record) ? expiring_ : lasting_;
  ++part.records;
  part.Add(HashOf(record, bytes));
}

void RecordSum::Add(const RecordSum& other) {
  lasting_.records += other.lasting_.records;
  lasting_.Add(other.lasting_.sum);
  expiring_.records += other.expiring_.records;
  expiring_.Add(other.expiring_.sum);
}

void RecordSum::Fill(v1::RecordSum& out) const {
  out.set_records(lasting_.records);
  out.set_high(lasting_.sum.high);
  out.set_low(lasting_.sum.low);
  out.set_expiring(expiring_.records);
  out.set_expiring_high(expiring_.sum.high);
  out.set_expiring_low(expiring_.sum.low);
}

}  // namespace quorate::backup
