#include "rpc/turn_offer.h"

#include "rpc/worker_threads.h"

namespace quorate::rpc {
namespace {

thread_local TurnOffer* current = nullptr;

}  // namespace

TurnOffer::TurnOffer() {
  if (current == nullptr) current = this;
}

TurnOffer::~TurnOffer() {
  if (current != this) return;
  current = nullptr;
  for (const auto& [threads, index] : taken_) threads->RunHereOrWake(index);
}

bool TurnOffer::Take(WorkerThreads& threads, uint32_t index) {
  if (current == nullptr) return false;
  current->taken_.emplace_back(&threads, index);
  return true;
}

}  // namespace quorate::rpc
