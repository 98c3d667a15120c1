// What a version tells of the value, and the other way round: a key's value
// that one put wrote and its version are the same thing. An operation that was
// told the version only, or asked for it, then speaks of that value, and of no
// write of unknown outcome; and a write of unknown outcome whose value was read
// with its version has that one. Without that the search must try each of them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "check/history.h"

namespace quorate::check {

class VersionValues {
 public:
  // All of one key. Those in operations() that say more than they were told
  // are copies.
  explicit VersionValues(const std::vector<const Operation*>& operations);

  const std::vector<const Operation*>& operations() const { return operations_; }
  bool changed_any() const { return !copies_.empty(); }
  // The operation at this position as it was told, and those that told what was
  // added to it.
  std::vector<const Operation*> WithEvidence(uint32_t position) const;

 private:
  struct Pair {
    const std::string* value = nullptr;
    uint64_t version = 0;
    const Operation* told_by = nullptr;
    bool unique = true;
  };

  void Learn(const std::vector<const Operation*>& operations);
  const Pair* ByVersion(uint64_t version) const;
  const Pair* ByValue(std::string_view value) const;
  // Adds what follows from the pairs, and notes whose they are.
  Operation Explain(const Operation& operation, std::vector<const Operation*>& told_by) const;

  std::deque<Pair> pairs_;
  absl::flat_hash_map<uint64_t, Pair*> by_version_;
  absl::flat_hash_map<std::string_view, Pair*> by_value_;
  std::deque<Operation> copies_;
  std::vector<const Operation*> operations_;
  // Of those that were changed, by position: the original, and who told.
  absl::flat_hash_map<uint32_t, std::vector<const Operation*>> evidence_;
};

}  // namespace quorate::check
