#include "rpc/peer_input.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/strings.h"
#include "rpc/peer_wire.h"

namespace quorate::rpc {
namespace {

constexpr size_t kCapacity = 64 << 10;

}  // namespace

absl::Span<char> PeerInput::Room() {
  const size_t kept = end_ - begin_;
  const bool full = kept == capacity_;
  // After a large message it is small again.
  const size_t capacity = full               ? std::max(kCapacity, 2 * capacity_)
                          : kept < kCapacity ? kCapacity
                                             : capacity_;
  if (capacity != capacity_) {
    std::unique_ptr<char[]> other(new char[capacity]);
    if (kept > 0) std::memcpy(other.get(), bytes_.get() + begin_, kept);
    bytes_ = std::move(other);
    capacity_ = capacity;
  } else if (kept > 0 && begin_ > 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, kept);
  }
  begin_ = 0;
  end_ = kept;
  return {bytes_.get() + end_, capacity_ - end_};
}

absl::StatusOr<std::string_view> PeerInput::Messages() {
  const std::string_view all(bytes_.get() + begin_, end_ - begin_);
  size_t whole = 0;
  while (all.size() - whole >= wire::kSizeBytes) {
    const size_t size = wire::ReadSize(all.substr(whole));
    if (size > message_bytes_max_) {
      return MakeError(absl::StatusCode::kInvalidArgument, "FRAME_TOO_LARGE",
                       StrCat("a message of ", size, " bytes on the peer port is more than the ",
                              message_bytes_max_, " that one may have"));
    }
    if (all.size() - whole - wire::kSizeBytes < size) break;
    whole += wire::kSizeBytes + size;
  }
  begin_ += whole;
  return all.substr(0, whole);
}

}  // namespace quorate::rpc
