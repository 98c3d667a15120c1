#include "check/members_truth.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "check/quote.h"

namespace quorate::check {

std::vector<std::string_view> MembersOf(const Operation& read) {
  const Result& told = read.result;
  if (told.values) return {told.values->begin(), told.values->end()};
  if (told.elements) return {told.elements->begin(), told.elements->end()};
  if (told.value) return {*told.value};
  return {};
}

MembersTruth::MembersTruth(const KeyHistory& key, Counts counts)
    : key_(key), counts_(std::move(counts)), writes_(key.writes.size()) {
  for (uint32_t i = 0; i < writes_.size(); ++i) {
    const Operation& op = *key_.writes[i];
    Write& write = writes_[i];
    if (op.action == Action::kSetAdd || op.action == Action::kPut) {
      write.adds = Intern(op.value);
      Member& member = members_[write.adds];
      member.added_twice = member.added_by != kNone;
      if (!member.added_twice) member.added_by = i;
    }
    if (op.action == Action::kSetRemove) write.takes.push_back(Intern(op.value));
    for (const std::string& name : op.replaced) write.takes.push_back(Intern(name));
    for (const uint32_t member : write.takes) members_[member].taken_by.push_back(i);
    write.takes_all = op.action == Action::kDelete && op.replaced.empty();
    if (write.takes_all) takes_all_from_us_ = std::min(takes_all_from_us_, op.invoke_us);
  }
}

uint32_t MembersTruth::Intern(std::string_view name) {
  const auto [place, added] = names_.emplace(name, static_cast<uint32_t>(members_.size()));
  if (added) members_.push_back({.name = name, .taken_by = {}});
  return place->second;
}

// One read, and what is known of each write as far as it goes.
class MembersTruth::Question {
 public:
  Question(const MembersTruth& truth, const Operation& read, const MustSee& must,
           const std::vector<uint32_t>& found)
      : truth_(truth),
        read_(read),
        must_(must),
        present_(truth.members_.size()),
        also_(must.also.empty() ? 0 : truth.writes_.size()),
        may_have_come_(truth.writes_.size(), Tri::kUnknown) {
    for (const uint32_t member : found) present_[member] = true;
    for (const uint32_t i : must.also) also_[i] = true;
  }

  bool Present(uint32_t member) const { return present_[member]; }
  bool Certain(uint32_t write) const {
    const Operation& op = *truth_.key_.writes[write];
    if (!also_.empty() && also_[write]) return true;
    return op.outcome == Outcome::kDone && *op.return_us < must_.ended_before_us &&
           (!must_.counting_only || truth_.counts_[write]);
  }
  bool MayHaveCome(uint32_t write) {
    if (may_have_come_[write] == Tri::kUnknown) {
      may_have_come_[write] = Tri::kNo;  // so that a circle explains nothing
      if (Compute(write)) may_have_come_[write] = Tri::kYes;
    }
    return may_have_come_[write] == Tri::kYes;
  }
  bool MayBeAbsent(uint32_t member) {
    const int64_t blind_us = truth_.takes_all_from_us_;
    if (blind_us != INT64_MAX && blind_us <= *read_.return_us) return true;
    const std::vector<uint32_t>& takers = truth_.members_[member].taken_by;
    return std::any_of(takers.begin(), takers.end(), [&](uint32_t w) { return MayHaveCome(w); });
  }

 private:
  enum class Tri : uint8_t { kUnknown, kNo, kYes };

  bool Compute(uint32_t i) {
    const Write& write = truth_.writes_[i];
    if (truth_.key_.writes[i]->invoke_us > *read_.return_us) return false;
    for (const uint32_t member : write.takes) {
      if (present_[member]) return false;
    }
    return write.adds == kNone || present_[write.adds] || MayBeAbsent(write.adds);
  }

  const MembersTruth& truth_;
  const Operation& read_;
  const MustSee& must_;
  std::vector<bool> present_;
  std::vector<bool> also_;
  std::vector<Tri> may_have_come_;
};

std::optional<std::vector<uint32_t>> MembersTruth::Find(const Operation& read,
                                                        Answer& answer) const {
  std::vector<uint32_t> found;
  answer.kind = Answer::Kind::kNowhere;
  for (const std::string_view name : MembersOf(read)) {
    const auto place = names_.find(name);
    if (place == names_.end() || members_[place->second].added_by == kNone) {
      answer.what = StrCat("gave ", QuoteBytes(name), ", which nobody added");
      return std::nullopt;
    }
    const Operation& add = *key_.writes[members_[place->second].added_by];
    if (add.invoke_us > *read.return_us) {
      answer.what = StrCat("gave ", QuoteBytes(name), " before it was added");
      answer.evidence = {&add};
      return std::nullopt;
    }
    found.push_back(place->second);
  }
  std::sort(found.begin(), found.end());
  const auto twice = std::adjacent_find(found.begin(), found.end());
  if (twice == found.end()) return found;
  answer.what = StrCat("gave ", QuoteBytes(members_[*twice].name), " twice");
  return std::nullopt;
}

std::optional<Answer> MembersTruth::CheckPresent(const Question& question) const {
  for (uint32_t m = 0; m < members_.size(); ++m) {
    const Member& member = members_[m];
    if (!question.Present(m) || member.added_twice) continue;
    for (const uint32_t taker : member.taken_by) {
      const uint32_t adds = writes_[taker].adds;
      const bool beside = adds != kNone && question.Present(adds);
      if (!beside && !question.Certain(taker)) continue;
      return Answer{
          .kind = Answer::Kind::kBack,
          .what = StrCat("gave ", QuoteBytes(member.name),
                         beside ? " beside what had replaced it" : ", which had been taken away"),
          .evidence = {key_.writes[member.added_by], key_.writes[taker]}};
    }
  }
  return std::nullopt;
}

std::optional<Answer> MembersTruth::CheckAbsent(Question& question) const {
  for (uint32_t m = 0; m < members_.size(); ++m) {
    const Member& member = members_[m];
    if (question.Present(m) || member.added_by == kNone || member.added_twice) continue;
    if (!question.Certain(member.added_by) || question.MayBeAbsent(m)) continue;
    return Answer{.kind = Answer::Kind::kMissed,
                  .what = StrCat("missed ", QuoteBytes(member.name)),
                  .evidence = {key_.writes[member.added_by]}};
  }
  return std::nullopt;
}

Answer MembersTruth::Explain(const Operation& read, const MustSee& must) const {
  Answer answer;
  const std::optional<std::vector<uint32_t>> found = Find(read, answer);
  if (!found) return answer;
  Question question(*this, read, must, *found);
  if (std::optional<Answer> wrong = CheckPresent(question)) return *wrong;
  if (std::optional<Answer> wrong = CheckAbsent(question)) return *wrong;
  return {};
}

std::vector<uint32_t> MembersTruth::Shown(const Operation& read, const MustSee&) const {
  std::vector<uint32_t> shown;
  for (const std::string_view name : MembersOf(read)) {
    const auto place = names_.find(name);
    if (place == names_.end()) continue;
    const Member& member = members_[place->second];
    if (member.added_by != kNone && !member.added_twice) shown.push_back(member.added_by);
  }
  return shown;
}

}  // namespace quorate::check
