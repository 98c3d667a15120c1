#include "kv/pending_writes.h"

#include <utility>
#include <variant>

namespace quorate::kv {
namespace {

std::string_view KeyOf(const EngineBatch::Step& step) {
  const auto* put = std::get_if<EngineBatch::Put>(&step);
  return put != nullptr ? put->key : std::get<EngineBatch::Delete>(step).key;
}

}  // namespace

void PendingWrites::Index() {
  for (; indexed_ < batch_.steps().size(); ++indexed_) {
    newest_.insert_or_assign(KeyOf(batch_.steps()[indexed_]), indexed_);
  }
}

PendingWrites::Seen PendingWrites::Find(std::string_view stored_key) {
  Index();
  const auto it = newest_.find(stored_key);
  if (it == newest_.end()) return {};
  const auto* put = std::get_if<EngineBatch::Put>(&batch_.steps()[it->second]);
  if (put == nullptr) return {State::kDeleted, {}};
  return {State::kPut, put->value};
}

void PendingWrites::Undo() {
  batch_.Truncate(command_began_);
  if (indexed_ <= command_began_) return;
  newest_.clear();
  indexed_ = 0;
}

EngineBatch PendingWrites::TakeBatch() {
  if (indexed_ > 0) {
    Index();
    batch_.Retain(
        [this](size_t at) { return newest_.find(KeyOf(batch_.steps()[at]))->second == at; });
  }
  newest_.clear();
  indexed_ = 0;
  return std::exchange(batch_, EngineBatch());
}

}  // namespace quorate::kv
