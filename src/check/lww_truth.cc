#include "check/lww_truth.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "check/quote.h"

namespace quorate::check {

LwwTruth::LwwTruth(const KeyHistory& key, Counts counts, int64_t expiry_slack_us)
    : key_(key), counts_(std::move(counts)), expiry_slack_us_(expiry_slack_us) {
  for (uint32_t i = 0; i < key_.writes.size(); ++i) {
    const Operation& op = *key_.writes[i];
    if (op.action == Action::kPut) puts_[op.value].push_back(i);
    if (op.action == Action::kDelete || op.ttl_us.value_or(0) > 0) removals_.push_back(i);
    if (op.outcome != Outcome::kDone) continue;
    const auto version = static_cast<int64_t>(op.result.version);
    versions_.Add(*op.return_us, version, i);
    if (counts_[i]) versions_counting_.Add(*op.return_us, version, i);
  }
  versions_.Seal();
  versions_counting_.Seal();
}

LwwTruth::Needed LwwTruth::Need(const MustSee& must) const {
  const auto& versions = must.counting_only ? versions_counting_ : versions_;
  Needed needed{.any = must.version_min != 0, .version = must.version_min, .write = nullptr};
  const auto raise = [&](uint32_t i) {
    const uint64_t version = key_.writes[i]->result.version;
    if (needed.any && version <= needed.version) return;
    needed = {.any = true, .version = version, .write = key_.writes[i]};
  };
  const uint32_t newest = versions.Before(must.ended_before_us).second;
  if (newest != GreatestByReturn::kNone) raise(newest);
  for (const uint32_t i : must.also) raise(i);
  return needed;
}

const Operation* LwwTruth::SourceOf(const Operation& read) const {
  const auto puts = read.result.value ? puts_.find(*read.result.value) : puts_.end();
  if (puts == puts_.end()) return nullptr;
  const Operation* source = nullptr;
  for (const uint32_t i : puts->second) {
    const Operation& op = *key_.writes[i];
    if (op.invoke_us > *read.return_us) break;
    if (source == nullptr || op.result.version == read.result.version) source = &op;
  }
  return source;
}

uint64_t LwwTruth::VersionOf(const Operation& read) const {
  if (read.result.version != 0) return read.result.version;
  const Operation* source = SourceOf(read);
  return source == nullptr ? 0 : source->result.version;
}

Answer LwwTruth::Explain(const Operation& read, const MustSee& must) const {
  const Needed needed = Need(must);
  if (read.result.found == false) return ExplainAbsent(read, needed);
  const Operation* source = SourceOf(read);
  if (source == nullptr) {
    return {.kind = Answer::Kind::kNowhere,
            .what = "gave a value that nobody had written by then",
            .evidence = {}};
  }
  const uint64_t version = VersionOf(read);
  if (version != 0 && version < needed.version) {
    Answer answer{.kind = Answer::Kind::kMissed, .what = {}, .evidence = {source}};
    answer.what = StrCat("gave version ", version, " and missed ", needed.version);
    if (needed.write != nullptr) answer.evidence.push_back(needed.write);
    return answer;
  }
  const int64_t ttl_us = source->ttl_us.value_or(0);
  const int64_t ended_us = EndOf(*source);
  if (ttl_us > 0 && ended_us != INT64_MAX && must.ended_before_us != INT64_MAX &&
      must.ended_before_us - expiry_slack_us_ - ttl_us > ended_us) {
    return {.kind = Answer::Kind::kExpired, .what = "gave what had expired", .evidence = {source}};
  }
  return {};
}

Answer LwwTruth::ExplainAbsent(const Operation& read, const Needed& needed) const {
  if (!needed.any) return {};
  for (const uint32_t i : removals_) {
    const Operation& op = *key_.writes[i];
    if (op.invoke_us > *read.return_us) break;
    const uint64_t version = op.result.version;
    if (version != 0 && version < needed.version) continue;
    if (op.action == Action::kDelete) return {};
    const bool at_the_end = *read.return_us == INT64_MAX;
    if (at_the_end || *read.return_us + expiry_slack_us_ >= op.invoke_us + *op.ttl_us) return {};
  }
  Answer answer{.kind = Answer::Kind::kMissed, .what = {}, .evidence = {}};
  answer.what = StrCat("gave nothing and missed version ", needed.version);
  if (needed.write == nullptr) return answer;
  answer.evidence.push_back(needed.write);
  if (needed.write->ttl_us.value_or(0) > 0) {
    answer.kind = Answer::Kind::kEarly;
    answer.what =
        StrCat("missed ", QuoteBytes(needed.write->value), ", which was not to expire yet");
  }
  return answer;
}

std::vector<uint32_t> LwwTruth::Shown(const Operation&, const MustSee&) const { return {}; }

bool LwwTruth::Before(uint32_t w, uint32_t a) const {
  const uint64_t first = key_.writes[w]->result.version;
  const uint64_t second = key_.writes[a]->result.version;
  return first != 0 && second != 0 && first < second;
}

}  // namespace quorate::check
