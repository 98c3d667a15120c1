// A walk over records in key order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/types.h"

namespace quorate {

// Fetches pages as they are needed; a page that fails for a moment is asked
// for again from where the last one ended.
//
//   auto scan = orders.Scan({.prefix = "4"});
//   for (const Record& record : scan) ...
//   if (!scan.status().ok()) ...   // the walk ended early
//
// Not thread-safe. Each page is read at its own moment: the walk as a whole is
// no snapshot.
class ScanCursor {
 public:
  // Gives the page after the one with this cursor.
  using FetchPage = std::function<absl::StatusOr<ScanPage>(std::string cursor)>;

  ScanCursor(FetchPage fetch, uint64_t limit) : fetch_(std::move(fetch)), limit_(limit) {}

  // Moves to the next record, the first at first. False at the end and on an
  // error; status() tells which.
  bool Next();
  // Valid after Next returned true, until the next call of it.
  const Record& record() const { return page_.records[position_]; }
  const absl::Status& status() const { return status_; }
  // Of the page that record() is from.
  const std::vector<ReadReceipt>& receipts() const { return page_.receipts; }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Record;
    using difference_type = std::ptrdiff_t;
    using pointer = const Record*;
    using reference = const Record&;

    explicit Iterator(ScanCursor* scan) : scan_(scan) {}
    const Record& operator*() const { return scan_->record(); }
    const Record* operator->() const { return &scan_->record(); }
    Iterator& operator++() {
      if (!scan_->Next()) scan_ = nullptr;
      return *this;
    }
    bool operator==(const Iterator& other) const { return scan_ == other.scan_; }

   private:
    ScanCursor* scan_;
  };
  // Moves: a walk is gone through once.
  Iterator begin() { return Iterator(Next() ? this : nullptr); }
  Iterator end() { return Iterator(nullptr); }

 private:
  FetchPage fetch_;
  uint64_t limit_;  // 0: none
  uint64_t given_ = 0;
  ScanPage page_;
  size_t position_ = 0;
  bool started_ = false;
  absl::Status status_;
};

}  // namespace quorate
