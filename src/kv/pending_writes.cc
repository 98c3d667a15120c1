#include "kv/pending_writes.h"

#include <utility>

#include "base/check.h"

namespace quorate::kv {

PendingWrites::Seen PendingWrites::Find(std::string_view stored_key) const {
  const auto it = by_key_.find(stored_key);
  if (it == by_key_.end()) return {};
  return {it->second->state, it->second->record};
}

void PendingWrites::Put(std::string stored_key, std::string record) {
  Set(std::move(stored_key), State::kPut, std::move(record));
}

void PendingWrites::Delete(std::string stored_key) {
  Set(std::move(stored_key), State::kDeleted, {});
}

void PendingWrites::Set(std::string stored_key, State state, std::string record) {
  Write* write = nullptr;
  if (const auto it = by_key_.find(stored_key); it != by_key_.end()) {
    write = it->second;
  } else {
    write = &writes_.emplace_back();
    write->stored_key = std::move(stored_key);
    by_key_.emplace(write->stored_key, write);
  }
  if (undoable_) undo_.push_back({write, write->state, std::move(write->record)});
  write->state = state;
  write->record = std::move(record);
}

void PendingWrites::BeginCommand(bool undoable) {
  undoable_ = undoable;
  undo_.clear();
}

void PendingWrites::Undo() {
  QUORATE_CHECK(undoable_, "a command that was said to need no undoing is undone");
  for (; !undo_.empty(); undo_.pop_back()) {
    Before& before = undo_.back();
    before.write->state = before.state;
    before.write->record = std::move(before.record);
  }
}

EngineBatch PendingWrites::TakeBatch() {
  EngineBatch batch;
  by_key_.clear();
  undo_.clear();
  for (Write& write : writes_) {
    switch (write.state) {
      case State::kUntouched:
        break;  // only by a command that was undone
      case State::kPut:
        batch.PutKey(std::move(write.stored_key), std::move(write.record));
        break;
      case State::kDeleted:
        batch.DeleteKey(std::move(write.stored_key));
        break;
    }
  }
  writes_.clear();
  return batch;
}

}  // namespace quorate::kv
