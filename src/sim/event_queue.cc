#include "sim/event_queue.h"

#include <algorithm>
#include <utility>

namespace quorate::sim {

void EventQueue::At(absl::Duration when, Event event) {
  heap_.push_back({std::max(when, now_), next_sequence_++, std::move(event)});
  std::push_heap(heap_.begin(), heap_.end(), Later);
}

bool EventQueue::RunNext() {
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  Entry entry = std::move(heap_.back());
  heap_.pop_back();
  now_ = entry.when;
  ++events_run_;
  std::move(entry.event)();
  return true;
}

void EventQueue::RunUntil(absl::Duration end) {
  while (!stopped_ && !heap_.empty() && heap_.front().when <= end) RunNext();
  if (!stopped_) now_ = std::max(now_, end);
}

}  // namespace quorate::sim
