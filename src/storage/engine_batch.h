// What goes into an engine at once. Keys and values lie in memory of the batch's own, one
// behind the other: a batch of hundreds of them takes a few allocations.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string_view>
#include <variant>
#include <vector>

namespace quorate {

// Applied in order, all or nothing.
class EngineBatch {
 public:
  // Valid as long as the batch, or the one it was moved to.
  struct Put {
    std::string_view key, value;
  };
  struct Delete {
    std::string_view key;
  };
  struct DeleteRange {
    std::string_view begin, end;
  };  // [begin, end)
  using Step = std::variant<Put, Delete, DeleteRange>;

  EngineBatch() = default;
  EngineBatch(EngineBatch&&) = default;
  EngineBatch& operator=(EngineBatch&&) = default;
  EngineBatch Copy() const;

  void PutKey(std::string_view key, std::string_view value);
  void DeleteKey(std::string_view key);
  void DeleteKeys(std::string_view begin, std::string_view end);

  // Where the caller is to write key and value of a put, before anybody looks at the steps.
  struct Room {
    char* key;
    char* value;
  };
  Room PutRoom(size_t key_bytes, size_t value_bytes);

  const std::vector<Step>& steps() const { return steps_; }
  bool empty() const { return steps_.empty(); }
  // Forgets all steps but the first `count`.
  void Truncate(size_t count) { steps_.resize(count); }
  // Forgets those of whose place `stays` does not hold.
  template <class Stays>
  void Retain(const Stays& stays) {
    size_t kept = 0;
    for (size_t at = 0; at < steps_.size(); ++at) {
      if (stays(at)) steps_[kept++] = steps_[at];
    }
    Truncate(kept);
  }
  void clear() { *this = EngineBatch(); }

 private:
  char* Allocate(size_t bytes);
  std::string_view Keep(std::string_view bytes);

  std::unique_ptr<std::pmr::monotonic_buffer_resource> bytes_;  // null: none yet
  std::vector<Step> steps_;
};

}  // namespace quorate
