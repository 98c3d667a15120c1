#include "check/register_truth.h"

#include <algorithm>

#include "base/strings.h"
#include "check/quote.h"
#include "check/unled.h"

namespace quorate::check {
namespace {

// The least of one field among the writes from some place on, in the order of
// another.
class LeastFrom {
 public:
  void Add(uint64_t order, uint64_t value) { entries_.emplace_back(order, value); }
  void Seal() {
    std::sort(entries_.begin(), entries_.end());
    for (size_t i = entries_.size(); i-- > 1;) {
      entries_[i - 1].second = std::min(entries_[i - 1].second, entries_[i].second);
    }
  }
  // Of those at `order` or beyond; UINT64_MAX: there are none.
  uint64_t From(uint64_t order) const {
    const auto from = std::partition_point(entries_.begin(), entries_.end(),
                                           [&](const auto& e) { return e.first < order; });
    return from == entries_.end() ? UINT64_MAX : from->second;
  }

 private:
  std::vector<std::pair<uint64_t, uint64_t>> entries_;
};

// Times may be negative; orders them as LeastFrom wants them.
uint64_t Ordered(int64_t time_us) { return static_cast<uint64_t>(time_us) ^ (uint64_t{1} << 63); }

int64_t Plus(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

}  // namespace

RegisterTruth::RegisterTruth(const KeyHistory& key, Counts counts, const RegisterOptions& options)
    : key_(key), counts_(std::move(counts)), options_(options), places_(key.writes.size()) {
  for (uint32_t i = 0; i < key_.writes.size(); ++i) {
    const Operation& op = *key_.writes[i];
    places_[i].ended_us = EndOf(op);
    // A delete that found nothing may tell the version that was.
    if (op.action != Action::kDelete || op.result.found == true) {
      places_[i].version = op.result.version;
    }
    if (op.action == Action::kPut) puts_[op.value].push_back(i);
    if (op.action == Action::kDelete || op.ttl_us.value_or(0) > 0) removals_.push_back(i);
  }
  LearnVersions();
  OrderWrites();
  for (uint32_t i = 0; i < key_.writes.size(); ++i) {
    if (places_[i].ended_us == INT64_MAX) continue;
    const auto version = static_cast<int64_t>(places_[i].version);
    for (const bool counting : {false, true}) {
      if (counting && !counts_[i]) continue;
      (counting ? invoked_counting_ : invoked_)
          .Add(places_[i].ended_us, key_.writes[i]->invoke_us, i);
      if (version == 0) continue;
      (counting ? versions_counting_ : versions_).Add(places_[i].ended_us, version, i);
    }
  }
  for (GreatestByReturn* all : {&invoked_, &invoked_counting_, &versions_, &versions_counting_}) {
    all->Seal();
  }
}

void RegisterTruth::LearnVersions() {
  for (const Operation* read : key_.reads) {
    if (!read->result.value || read->result.version == 0) continue;
    const auto puts = puts_.find(*read->result.value);
    if (puts == puts_.end() || puts->second.size() != 1) continue;
    Place& place = places_[puts->second.front()];
    if (place.version == 0) place.from_reads = true;
    const bool later = options_.shows_pending && read->result.version > place.version;
    if (place.version == 0 || (place.from_reads && later)) place.version = read->result.version;
  }
}

void RegisterTruth::OrderWrites() {
  LeastFrom version_by_invoke;
  LeastFrom end_by_version;
  for (uint32_t i = 0; i < places_.size(); ++i) {
    const uint64_t version = places_[i].version;
    if (version == 0) continue;
    version_by_invoke.Add(Ordered(key_.writes[i]->invoke_us), version);
    end_by_version.Add(version, Ordered(places_[i].ended_us));
  }
  version_by_invoke.Seal();
  end_by_version.Seal();
  for (Place& place : places_) {
    place.after_us = place.ended_us;
    if (place.version != 0) place.after_version = place.version + 1;
    for (bool moved = true; moved;) {
      moved = false;
      if (place.after_us != INT64_MAX) {
        const uint64_t version = version_by_invoke.From(Ordered(place.after_us) + 1);
        if (version < place.after_version) {
          place.after_version = version;
          moved = true;
        }
      }
      if (place.after_version == UINT64_MAX) continue;
      const uint64_t end = end_by_version.From(place.after_version);
      if (end < Ordered(place.after_us)) {
        place.after_us = static_cast<int64_t>(end ^ (uint64_t{1} << 63));
        moved = true;
      }
    }
  }
}

bool RegisterTruth::Before(uint32_t w, uint32_t a) const {
  if (w == a) return false;
  if (w == kStart) return true;
  const uint64_t version = places_[a].version;
  return key_.writes[a]->invoke_us > places_[w].after_us ||
         (version != 0 && version >= places_[w].after_version);
}

bool RegisterTruth::MayHaveExpired(const Operation& write, const Operation& read) const {
  if (write.ttl_us.value_or(0) <= 0) return false;
  return Plus(read.return_us.value_or(INT64_MAX), options_.expiry_slack_us) >=
         Plus(write.invoke_us, *write.ttl_us);
}

bool RegisterTruth::HasExpired(const Operation& write, const MustSee& must) const {
  if (write.ttl_us.value_or(0) <= 0 || EndOf(write) == INT64_MAX) return false;
  // At the end nobody says when the replicas were read.
  const int64_t moment_us = must.ended_before_us;
  if (moment_us == INT64_MAX) return false;
  const int64_t due_us = Plus(EndOf(write), *write.ttl_us);
  if (moment_us <= Plus(due_us, options_.expiry_slack_us)) return false;
  const int64_t unled_us = must.unled == nullptr ? 0 : must.unled->Within(due_us, moment_us);
  return moment_us > Plus(Plus(due_us, options_.expiry_slack_us), unled_us);
}

std::vector<uint32_t> RegisterTruth::Sources(const Operation& read) const {
  std::vector<uint32_t> sources;
  const Result& told = read.result;
  if (told.found == false) {
    sources.push_back(kStart);
    for (const uint32_t i : removals_) {
      const Operation& op = *key_.writes[i];
      if (op.invoke_us > *read.return_us) break;
      if (op.action == Action::kDelete || MayHaveExpired(op, read)) sources.push_back(i);
    }
    return sources;
  }
  const auto puts = told.value ? puts_.find(*told.value) : puts_.end();
  if (puts == puts_.end()) return sources;
  for (const uint32_t i : puts->second) {
    const uint64_t version = places_[i].version;
    if (key_.writes[i]->invoke_us > *read.return_us) break;
    if (told.version == 0 || version == 0 || version == told.version) sources.push_back(i);
  }
  return sources;
}

std::optional<uint32_t> RegisterTruth::Missed(uint32_t source, const MustSee& must) const {
  const auto& invoked = must.counting_only ? invoked_counting_ : invoked_;
  const auto& versions = must.counting_only ? versions_counting_ : versions_;
  for (const uint32_t latest : {versions.Before(must.ended_before_us).second,
                                invoked.Before(must.ended_before_us).second}) {
    if (latest != GreatestByReturn::kNone && Before(source, latest)) return latest;
  }
  for (const uint32_t i : must.also) {
    if (Before(source, i)) return i;
  }
  return std::nullopt;
}

// By version, of those whose versions are known.
std::optional<uint32_t> RegisterTruth::NewestToSee(const MustSee& must) const {
  const auto& versions = must.counting_only ? versions_counting_ : versions_;
  std::optional<uint32_t> newest;
  const uint32_t ended = versions.Before(must.ended_before_us).second;
  if (ended != GreatestByReturn::kNone) newest = ended;
  for (const uint32_t i : must.also) {
    if (!newest || places_[i].version > places_[*newest].version) newest = i;
  }
  return newest;
}

// Of a put that others overtook: before it was made anew, under a ballot of its own, the attempt
// of before came to nothing.
bool RegisterTruth::IsOfOvertaken(const Operation& read) const {
  const Result& told = read.result;
  if (!options_.shows_pending || !told.value || told.version == 0) return false;
  const auto puts = puts_.find(*told.value);
  return puts != puts_.end() &&
         std::any_of(puts->second.begin(), puts->second.end(), [&](uint32_t i) {
           return key_.writes[i]->invoke_us <= *read.return_us && told.version < places_[i].version;
         });
}

Answer RegisterTruth::NoSource(const Operation& read, const MustSee& must) const {
  const Result& told = read.result;
  for (const Operation* op : key_.failed) {
    if (!options_.shows_pending || op->action != Action::kPut || op->value != told.value) continue;
    if (op->invoke_us <= *read.return_us) return {};
  }
  if (IsOfOvertaken(read)) {
    const auto later = NewestToSee(must);
    if (!later || places_[*later].version <= told.version) return {};
    return Lacks(*key_.writes[*later], read);
  }
  Answer answer{.kind = Answer::Kind::kNowhere, .what = {}, .evidence = {}};
  const auto puts = told.value ? puts_.find(*told.value) : puts_.end();
  if (puts == puts_.end()) {
    answer.what = "gave a value that nobody wrote";
    return answer;
  }
  const Operation& put = *key_.writes[puts->second.front()];
  answer.what = put.invoke_us > *read.return_us
                    ? std::string("gave a value before it was written")
                    : StrCat("gave version ", told.version, " of a value that has another");
  answer.evidence.push_back(&put);
  return answer;
}

Answer RegisterTruth::Lacks(const Operation& later, const Operation& read) const {
  Answer answer{.kind = Answer::Kind::kMissed, .what = {}, .evidence = {&later}};
  if (later.action == Action::kDelete) {
    answer.what = "gave what had been deleted";
  } else if (read.result.found == false && later.ttl_us.value_or(0) > 0) {
    answer.kind = Answer::Kind::kEarly;
    answer.what = StrCat("missed ", QuoteBytes(later.value), ", which was not to expire yet");
  } else {
    answer.what = StrCat("missed ", QuoteBytes(later.value));
  }
  return answer;
}

Answer RegisterTruth::Explain(const Operation& read, const MustSee& must) const {
  const std::vector<uint32_t> sources = Sources(read);
  if (sources.empty()) return NoSource(read, must);
  Answer worst;
  for (const uint32_t source : sources) {
    Answer answer;
    if (const std::optional<uint32_t> missed = Missed(source, must)) {
      answer = Lacks(*key_.writes[*missed], read);
    } else if (source != kStart && read.result.found == true &&
               HasExpired(*key_.writes[source], must)) {
      answer.kind = Answer::Kind::kExpired;
      answer.what = "gave what had expired";
    }
    if (answer.explained()) return answer;
    if (source != kStart) answer.evidence.insert(answer.evidence.begin(), key_.writes[source]);
    worst = std::move(answer);
  }
  return worst;
}

// Of several that may be the source, the one that comes before all others.
std::vector<uint32_t> RegisterTruth::Shown(const Operation& read, const MustSee& must) const {
  std::vector<uint32_t> sources = Sources(read);
  std::erase_if(sources, [&](uint32_t source) { return Missed(source, must).has_value(); });
  for (const uint32_t first : sources) {
    if (std::any_of(sources.begin(), sources.end(), [&](uint32_t other) {
          return other != first && (other == kStart || !Before(first, other));
        })) {
      continue;
    }
    if (first == kStart) return {};
    if (options_.shows_pending && places_[first].ended_us == INT64_MAX) return {};
    return {first};
  }
  return {};
}

std::optional<std::pair<uint32_t, uint32_t>> RegisterTruth::VersionsGoBack() const {
  for (uint32_t i = 0; i < places_.size(); ++i) {
    const auto [version, earlier] = versions_.Before(key_.writes[i]->invoke_us);
    if (places_[i].version == 0 || earlier == GreatestByReturn::kNone) continue;
    if (version >= static_cast<int64_t>(places_[i].version)) return std::pair(earlier, i);
  }
  return std::nullopt;
}

}  // namespace quorate::check
