// Keys each of whose values tells which write it is of, so that every read can be
// judged: as of a register with one writer, that is linearizable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace quorate::bench {

// Thread-safe.
class VersionedKeys {
 public:
  static constexpr size_t kValueBytes = 256;

  // All of them at version 0, which somebody writes first.
  explicit VersionedKeys(uint64_t count) : states_(count) {}

  uint64_t count() const { return states_.size(); }
  static std::string Name(uint64_t key);
  // Of bytes as if by chance, that no two versions share.
  static std::string Value(uint64_t key, uint64_t version);

  // The version to put; nullopt: another put of the key is under way, or what became of
  // one is not known.
  std::optional<uint64_t> BeginPut(uint64_t key);
  void EndPut(uint64_t key, bool acknowledged);
  // What a read that begins now may not miss.
  uint64_t BeginGet(uint64_t key) const;
  // Nothing if the read was right, else what is wrong with it. `value` nullopt: nothing
  // was found.
  std::string EndGet(uint64_t key, uint64_t begun, const std::optional<std::string>& value);

 private:
  struct State {
    uint32_t certain = 0;  // nobody may read an older one any more
    uint32_t newest = 0;   // that anybody has begun to put
    bool under_way = false;
  };
  mutable absl::Mutex mutex_;
  std::vector<State> states_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::bench
