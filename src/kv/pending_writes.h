// The writes of a run of entries before they go to the engine: what later commands of the run
// see in front of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "storage/engine.h"

namespace quorate::kv {

class PendingWrites {
 public:
  // What the run has done to a key.
  enum class State : uint8_t { kUntouched, kPut, kDeleted };
  struct Seen {
    State state = State::kUntouched;
    std::string_view record;  // kPut; valid as long as the run's batch
  };
  Seen Find(std::string_view stored_key);

  // To be written before anything else is asked.
  EngineBatch::Room PutRoom(size_t key_bytes, size_t record_bytes) {
    return batch_.PutRoom(key_bytes, record_bytes);
  }
  void Delete(std::string_view stored_key) { batch_.DeleteKey(stored_key); }

  // What follows is the next command.
  void BeginCommand() { command_began_ = batch_.steps().size(); }
  // Takes back everything since BeginCommand.
  void Undo();

  // Moves all writes out, in order. Where anybody asked for keys, of each only the last is
  // left; else also those before it may be there.
  EngineBatch TakeBatch();

 private:
  // The newest step of each key that Find has to know of: most runs only put, and need none.
  void Index();

  EngineBatch batch_;
  absl::flat_hash_map<std::string_view, size_t> newest_;
  size_t indexed_ = 0;  // steps in newest_
  size_t command_began_ = 0;
};

}  // namespace quorate::kv
