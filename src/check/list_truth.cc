#include "check/list_truth.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "check/quote.h"

namespace quorate::check {

const std::vector<std::string>& ListTruth::Elements(const Operation& read) const {
  static const std::vector<std::string> none;
  return read.result.elements ? *read.result.elements : none;
}

ListTruth::ListTruth(const KeyHistory& key, Counts counts)
    : key_(key), counts_(std::move(counts)), positions_(key.writes.size(), kNotSeen) {
  for (uint32_t i = 0; i < key_.writes.size(); ++i) {
    if (key_.writes[i]->action == Action::kAppend) appends_.emplace(key_.writes[i]->value, i);
  }
  for (const Operation* read : key_.reads) {
    if (longest_ == nullptr || Elements(*read).size() > Elements(*longest_).size()) longest_ = read;
  }
  if (longest_ != nullptr) {
    const std::vector<std::string>& order = Elements(*longest_);
    for (size_t i = order.size(); i-- > 0;) {
      const auto append = appends_.find(order[i]);
      if (append != appends_.end()) positions_[append->second] = static_cast<int64_t>(i);
    }
  }
  for (uint32_t i = 0; i < positions_.size(); ++i) {
    const Operation& op = *key_.writes[i];
    if (op.outcome != Outcome::kDone) continue;
    ended_[0].Add(*op.return_us, positions_[i], i);
    if (counts_[i]) ended_[1].Add(*op.return_us, positions_[i], i);
  }
  ended_[0].Seal();
  ended_[1].Seal();
}

// What no list of these appends can be: nullopt-like kExplained if it can.
Answer ListTruth::Malformed(const Operation& read) const {
  Answer answer{.kind = Answer::Kind::kNowhere, .what = {}, .evidence = {}};
  const std::vector<std::string>& elements = Elements(read);
  std::set<std::string_view> seen;
  for (size_t i = 0; i < elements.size(); ++i) {
    const auto append = appends_.find(elements[i]);
    if (append == appends_.end()) {
      answer.what = StrCat("gave ", QuoteBytes(elements[i]), ", which nobody appended");
      return answer;
    }
    answer.evidence = {key_.writes[append->second]};
    if (key_.writes[append->second]->invoke_us > *read.return_us) {
      answer.what = StrCat("gave ", QuoteBytes(elements[i]), " before it was appended");
      return answer;
    }
    if (!seen.insert(elements[i]).second) {
      answer.what = StrCat("gave ", QuoteBytes(elements[i]), " twice");
      return answer;
    }
    if (elements[i] != Elements(*longest_)[i]) {
      answer.what = StrCat("gave ", QuoteBytes(elements[i]), " at place ", i,
                           ", where another read gave ", QuoteBytes(Elements(*longest_)[i]));
      answer.evidence.push_back(longest_);
      return answer;
    }
  }
  return {};
}

Answer ListTruth::Explain(const Operation& read, const MustSee& must) const {
  if (Answer answer = Malformed(read); !answer.explained()) return answer;
  const auto length = static_cast<int64_t>(Elements(read).size());
  uint32_t missed = GreatestByReturn::kNone;
  const auto last = ended_[must.counting_only].Before(must.ended_before_us);
  if (last.second != GreatestByReturn::kNone && last.first >= length) missed = last.second;
  for (const uint32_t i : must.also) {
    if (positions_[i] >= length) missed = i;
  }
  if (missed == GreatestByReturn::kNone) return {};
  const Operation& append = *key_.writes[missed];
  return {.kind = Answer::Kind::kMissed,
          .what = StrCat("missed ", QuoteBytes(append.value)),
          .evidence = {&append}};
}

std::vector<uint32_t> ListTruth::Shown(const Operation& read, const MustSee&) const {
  // The last one stands for all before it.
  const std::vector<std::string>& elements = Elements(read);
  if (elements.empty()) return {};
  const auto append = appends_.find(elements.back());
  return append == appends_.end() ? std::vector<uint32_t>() : std::vector{append->second};
}

bool ListTruth::Before(uint32_t w, uint32_t a) const { return positions_[w] < positions_[a]; }

std::optional<std::pair<uint32_t, uint32_t>> ListTruth::OutOfOrder() const {
  for (uint32_t i = 0; i < positions_.size(); ++i) {
    const auto [position, earlier] = ended_[0].Before(key_.writes[i]->invoke_us);
    if (earlier != GreatestByReturn::kNone && position > positions_[i]) {
      return std::pair(earlier, i);
    }
  }
  return std::nullopt;
}

}  // namespace quorate::check
