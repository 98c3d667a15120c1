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
  current = nullptr;
  for (Work& work : work_) std::move(work)();
}

}  // namespace quorate::rpc
