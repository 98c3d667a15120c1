// A key that holds several things at once: a set of elements, or siblings. A
// write adds one member, and takes away those that its context had shown; both
// happen together, whatever else is written meanwhile.
//
// A read is explained if some of the writes that may have come by then, among
// them all that it must have seen, leave just what it gave. The largest such
// choice is tried: a write may have come unless something that it took away is
// there, or what it added is not, for no reason. Exact where each member is
// added once (tests/check/truth_test.cc tries all choices).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/key_truth.h"

namespace quorate::check {

class MembersTruth : public KeyTruth {
 public:
  MembersTruth(const KeyHistory& key, Counts counts);

  Answer Explain(const Operation& read, const MustSee& must) const override;
  // The writes of the members read.
  std::vector<uint32_t> Shown(const Operation& read, const MustSee& must) const override;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Member {
    std::string_view name;
    uint32_t added_by = kNone;
    bool added_twice = false;  // then nothing is said of it
    std::vector<uint32_t> taken_by;
  };
  struct Write {
    uint32_t adds = kNone;  // member
    std::vector<uint32_t> takes;
    bool takes_all = false;  // a delete without a context
  };
  class Question;

  uint32_t Intern(std::string_view name);
  // Of the read; nullopt: something that nobody added.
  std::optional<std::vector<uint32_t>> Find(const Operation& read, Answer& answer) const;
  std::optional<Answer> CheckPresent(const Question& question) const;
  std::optional<Answer> CheckAbsent(Question& question) const;

  const KeyHistory& key_;
  const Counts counts_;
  std::map<std::string_view, uint32_t> names_;
  std::vector<Member> members_;
  std::vector<Write> writes_;
  int64_t takes_all_from_us_ = INT64_MAX;  // when the first blind delete began
};

// What was read: siblings, elements, or one value.
std::vector<std::string_view> MembersOf(const Operation& read);

}  // namespace quorate::check
