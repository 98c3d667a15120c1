#include "check/session_past.h"

#include <algorithm>

#include "check/counter_truth.h"
#include "check/lww_truth.h"

namespace quorate::check {

void SessionPast::Add(const Operation& op) {
  if (op.outcome != Outcome::kDone) return;
  if (op.action == Action::kGet) {
    AddRead(op);
  } else if (!IsObserver(op)) {
    AddWrite(op);
  }
}

void SessionPast::AddWrite(const Operation& op) {
  const auto position = positions_.find(&op);
  // At ANY a write may still be kept for its replicas.
  if (position == positions_.end() || LevelOf(op.level).level == Level::kAny) return;
  Note(position->second, &op);
  if (kind_ != KeyKind::kLww || op.result.version == 0) return;
  if (!version_ || op.result.version > version_->version) {
    version_ = {.version = op.result.version, .by = &op};
  }
}

void SessionPast::AddRead(const Operation& op) {
  for (const uint32_t write : truth_.Shown(op, Must())) Note(write, &op);
  if (kind_ == KeyKind::kLww) {
    const uint64_t version = static_cast<const LwwTruth&>(truth_).VersionOf(op);
    if (version != 0 && (!version_ || version > version_->version)) {
      version_ = {.version = version, .by = &op};
    }
  }
  if (kind_ == KeyKind::kCounter && static_cast<const CounterTruth&>(truth_).only_grows()) {
    const std::optional<int64_t> sum = CounterTruth::SumOf(op);
    if (sum && (!sum_ || *sum > sum_->sum)) sum_ = {.sum = *sum, .by = &op};
  }
}

void SessionPast::Note(uint32_t write, const Operation* by) {
  if (!shown_by_.emplace(write, by).second) return;
  // What comes before it need not be remembered: who has it has that too.
  if (kind_ == KeyKind::kRegister || kind_ == KeyKind::kList) {
    std::erase_if(seen_, [&](uint32_t earlier) { return truth_.Before(earlier, write); });
  }
  seen_.push_back(write);
}

MustSee SessionPast::Must() const {
  MustSee must;
  must.also = seen_;
  if (version_) must.version_min = version_->version;
  if (sum_) must.sum_min = sum_->sum;
  return must;
}

const Operation* SessionPast::ComesBefore(const Operation& write) const {
  if (kind_ == KeyKind::kLww) {
    const uint64_t version = write.result.version;
    return version_ && version != 0 && version < version_->version ? version_->by : nullptr;
  }
  const auto position = positions_.find(&write);
  if (position == positions_.end()) return nullptr;
  for (const uint32_t earlier : seen_) {
    if (truth_.Before(position->second, earlier)) return shown_by_.at(earlier);
  }
  return nullptr;
}

const Operation* SessionPast::ShownBy(const Answer& answer) const {
  for (const Operation* write : answer.evidence) {
    const auto position = positions_.find(write);
    if (position == positions_.end()) continue;
    const auto shown = shown_by_.find(position->second);
    if (shown != shown_by_.end() && shown->second != write) return shown->second;
  }
  if (kind_ == KeyKind::kLww && version_) return version_->by;
  if (kind_ == KeyKind::kCounter && sum_) return sum_->by;
  return nullptr;
}

}  // namespace quorate::check
