// The writes of a run of entries before they go to the engine: what later
// commands of the run see in front of it. One write per key is left at the end.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "storage/engine.h"

namespace quorate::kv {

class PendingWrites {
 public:
  // What the run has done to a key.
  enum class State : uint8_t { kUntouched, kPut, kDeleted };
  struct Seen {
    State state = State::kUntouched;
    std::string_view record;  // kPut; valid until the next change
  };
  Seen Find(std::string_view stored_key) const;

  void Put(std::string stored_key, std::string record);
  void Delete(std::string stored_key);

  // Forgets how to undo: what follows is the next command. `undoable`: Undo may
  // be called.
  void BeginCommand(bool undoable);
  // Takes back everything since BeginCommand.
  void Undo();

  // Moves all writes out, in the order in which the keys were first written.
  EngineBatch TakeBatch();

 private:
  struct Write {
    std::string stored_key;
    State state = State::kUntouched;
    std::string record;
  };
  struct Before {
    Write* write;
    State state;
    std::string record;
  };

  void Set(std::string stored_key, State state, std::string record);

  std::deque<Write> writes_;  // addresses stay
  absl::flat_hash_map<std::string_view, Write*> by_key_;
  bool undoable_ = false;
  std::vector<Before> undo_;
};

}  // namespace quorate::kv
