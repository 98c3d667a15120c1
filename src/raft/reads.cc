#include "raft/reads.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace quorate::raft {
namespace {

void AppendFailed(std::vector<ReadFailed>& failed, const std::vector<uint64_t>& read_ids) {
  for (uint64_t id : read_ids) failed.push_back({id});
}

void AppendOwn(std::vector<ReadFailed>& failed, const std::vector<AskedRead>& reads) {
  for (const AskedRead& read : reads) {
    if (!read.from) failed.push_back({read.id});
  }
}

}  // namespace

void LeaderReads::BeginRound(LogIndex commit) {
  rounds_.push_back({NewRound(), commit, std::exchange(waiting_, {})});
}

std::vector<LeaderReads::Round> LeaderReads::Confirm(uint64_t round) {
  const auto end = std::find_if(rounds_.begin(), rounds_.end(),
                                [&](const Round& r) { return r.number > round; });
  std::vector<Round> confirmed(std::make_move_iterator(rounds_.begin()),
                               std::make_move_iterator(end));
  rounds_.erase(rounds_.begin(), end);
  return confirmed;
}

std::vector<ReadFailed> LeaderReads::FailAll() {
  std::vector<ReadFailed> failed;
  for (const Round& round : rounds_) AppendOwn(failed, round.reads);
  AppendOwn(failed, waiting_);
  rounds_.clear();
  waiting_.clear();
  return failed;
}

uint64_t ForwardedReads::BeginAsking(uint64_t ticks) {
  const uint64_t context = next_context_++;
  asked_.push_back({context, ticks, std::exchange(waiting_, {})});
  return context;
}

std::vector<uint64_t> ForwardedReads::Answered(uint64_t context) {
  const auto at = std::find_if(asked_.begin(), asked_.end(),
                               [&](const Asked& asked) { return asked.context == context; });
  if (at == asked_.end()) return {};
  std::vector<uint64_t> read_ids = std::move(at->read_ids);
  asked_.erase(at);
  return read_ids;
}

std::vector<ReadFailed> ForwardedReads::Tick() {
  std::vector<ReadFailed> failed;
  for (Asked& asked : asked_) --asked.ticks_left;
  while (!asked_.empty() && asked_.front().ticks_left == 0) {
    AppendFailed(failed, asked_.front().read_ids);
    asked_.erase(asked_.begin());
  }
  return failed;
}

std::vector<ReadFailed> ForwardedReads::FailAll() {
  std::vector<ReadFailed> failed;
  for (const Asked& asked : asked_) AppendFailed(failed, asked.read_ids);
  AppendFailed(failed, waiting_);
  asked_.clear();
  waiting_.clear();
  return failed;
}

}  // namespace quorate::raft
