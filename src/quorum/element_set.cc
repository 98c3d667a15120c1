#include "quorum/element_set.h"

namespace quorate::quorum {
namespace {

constexpr size_t kDotBytesMin = 3;
constexpr size_t kElementBytesMin = 2 + kDotBytesMin;

const ElementSet::Additions kNone;

}  // namespace

void ElementSet::Add(std::string_view element, const Dot& dot, VersionVector& seen) {
  Additions& additions = elements_[std::string(element)];
  for (const Addition& replaced : additions) seen.Add(replaced.dot);
  additions = {{dot}};
  seen.Add(dot);
}

void ElementSet::Remove(std::string_view element, const VersionVector& context) {
  const auto found = elements_.find(element);
  if (found == elements_.end()) return;
  RemoveSeen(found->second, context);
  if (found->second.empty()) elements_.erase(found);
}

void ElementSet::RemoveAll(const VersionVector& context) {
  ChangeAndErase(elements_, [&](const std::string&, Additions& additions) {
    RemoveSeen(additions, context);
    return additions.empty();
  });
}

void ElementSet::Merge(const ElementSet& theirs, SawDot i_saw, SawDot they_saw) {
  for (const auto& [element, additions] : theirs.elements_) elements_.try_emplace(element);
  ChangeAndErase(elements_, [&](const std::string& element, Additions& additions) {
    const auto found = theirs.elements_.find(element);
    const Additions& other = found == theirs.elements_.end() ? kNone : found->second;
    additions = MergeDotted(additions, i_saw, other, they_saw);
    return additions.empty();
  });
}

void ElementSet::AddDotsTo(VersionVector& vector) const {
  for (const auto& [element, additions] : elements_) {
    for (const Addition& addition : additions) vector.Add(addition.dot);
  }
}

void ElementSet::Append(std::string& out) const {
  AppendVarint(elements_.size(), out);
  for (const auto& [element, additions] : elements_) {
    AppendSized(element, out);
    AppendVarint(additions.size(), out);
    for (const Addition& addition : additions) AppendDot(addition.dot, out);
  }
}

ElementSet ElementSet::Read(Reader& reader) {
  ElementSet set;
  for (uint64_t left = reader.Count(kElementBytesMin); left > 0 && reader.ok(); --left) {
    const std::string element(reader.Sized());
    Additions additions;
    for (uint64_t dots = reader.Count(kDotBytesMin); dots > 0 && reader.ok(); --dots) {
      const Dot dot = reader.Dot();
      if (!dot || (!additions.empty() && !(additions.back().dot < dot))) reader.Spoil();
      additions.push_back({dot});
    }
    const bool rises = set.empty() || set.elements_.rbegin()->first < element;
    if (additions.empty() || !rises) reader.Spoil();
    set.elements_.emplace_hint(set.elements_.end(), element, std::move(additions));
  }
  return set;
}

}  // namespace quorate::quorum
