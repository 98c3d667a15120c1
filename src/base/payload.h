// Immutable bytes with shared ownership: an entry's data goes to the log
// thread, to peers and to the state machine without a copy.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace quorate {

class Payload {
 public:
  Payload() = default;
  explicit Payload(std::string bytes)
      : bytes_(bytes.empty() ? nullptr : std::make_shared<const std::string>(std::move(bytes))) {}

  // Valid as long as any copy of this payload lives.
  std::string_view view() const { return bytes_ ? std::string_view(*bytes_) : std::string_view(); }
  size_t size() const { return bytes_ ? bytes_->size() : 0; }
  bool empty() const { return size() == 0; }

  friend bool operator==(const Payload& a, const Payload& b) { return a.view() == b.view(); }

 private:
  std::shared_ptr<const std::string> bytes_;
};

}  // namespace quorate
