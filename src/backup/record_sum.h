// What a heap of records holds, in a few numbers: equal for equal contents,
// however they are spread over partitions and in whatever order they come.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"
#include "quorate/v1/backup.pb.h"

namespace quorate::backup {

class RecordSum {
 public:
  RecordSum() = default;
  explicit RecordSum(const v1::RecordSum& stored);

  // `bytes`: the record, serialised. Versions and contexts must not be in it.
  void Add(const v1::Record& record, std::string_view bytes);
  void Add(const RecordSum& other);
  void Fill(v1::RecordSum& out) const;

  uint64_t records() const { return lasting_.records + expiring_.records; }
  uint64_t expiring() const { return expiring_.records; }
  // Of what never expires alone, and of what does.
  bool SameLasting(const RecordSum& other) const { return lasting_ == other.lasting_; }
  bool SameExpiring(const RecordSum& other) const { return expiring_ == other.expiring_; }

  friend bool operator==(const RecordSum&, const RecordSum&) = default;

 private:
  struct Part {
    uint64_t records = 0;
    Hash128 sum;  // modulo 2^64, each half
    void Add(const Hash128& hash);
    friend bool operator==(const Part&, const Part&) = default;
  };
  Part lasting_;
  Part expiring_;  // when is not part of it: a restored key expires a moment later
};

}  // namespace quorate::backup
