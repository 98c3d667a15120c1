#include "client/scan.h"

namespace quorate {

bool ScanCursor::Next() {
  if (!status_.ok() || (limit_ != 0 && given_ == limit_)) return false;
  if (started_) ++position_;
  // A page may be empty and yet not the last.
  while (position_ >= page_.records.size()) {
    if (started_ && page_.cursor.empty()) return false;
    auto page = fetch_(page_.cursor);
    started_ = true;
    if (!page.ok()) {
      status_ = page.status();
      return false;
    }
    page_ = *std::move(page);
    position_ = 0;
  }
  ++given_;
  return true;
}

}  // namespace quorate
