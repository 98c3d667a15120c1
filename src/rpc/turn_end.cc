#include "rpc/turn_end.h"

#include <utility>

#include "base/check.h"

namespace quorate::rpc {
namespace {

thread_local TurnEnd::Scope* current = nullptr;

}  // namespace

void TurnEnd::Defer(Work work) {
  if (current == nullptr) {
    std::move(work)();
  } else {
    current->work_.push_back(std::move(work));
  }
}

bool TurnEnd::InTurn() { return current != nullptr; }

TurnEnd::Scope::Scope() {
  QUORATE_CHECK(current == nullptr, "a turn within a turn");
  current = this;
}

TurnEnd::Scope::~Scope() {
  // What these put off comes after them.
  for (size_t next = 0; next < work_.size(); ++next) {
    Work work = std::move(work_[next]);
    std::move(work)();
  }
  current = nullptr;
}

}  // namespace quorate::rpc
