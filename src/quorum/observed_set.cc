#include "quorum/observed_set.h"

#include "base/error.h"
#include "base/strings.h"
#include "quorum/body_codec.h"
#include "quorum/bytes.h"

namespace quorate::quorum {

void ObservedSet::Add(std::string_view element, const Dot& dot) {
  elements_.Add(element, dot, seen_);
}

void ObservedSet::Remove(std::string_view element, const Dot& dot, const VersionVector& context) {
  elements_.Remove(element, context);
  seen_.Merge(context);
  seen_.Add(dot);
}

void ObservedSet::RemoveAll(const Dot& dot, const VersionVector& context) {
  elements_.RemoveAll(context);
  seen_.Merge(context);
  seen_.Add(dot);
}

void ObservedSet::Merge(const ObservedSet& other) {
  Merge(other, [](const Dot&) { return false; });
}

void ObservedSet::Merge(const ObservedSet& other, SawDot i_saw) {
  elements_.Merge(
      other.elements_, [&](const Dot& dot) { return seen_.Covers(dot) || i_saw(dot); },
      [&](const Dot& dot) { return other.seen_.Covers(dot); });
  seen_.Merge(other.seen_);
}

bool ObservedSet::Forget(SawDot covered) {
  if (!AllCovered(seen_, covered)) return false;
  seen_.Clear();
  return true;
}

VersionVector ObservedSet::Context() const {
  VersionVector context = seen_;
  elements_.AddDotsTo(context);
  return context;
}

std::string ObservedSet::Encode() const {
  std::string out = BeginBody(BodyKind::kSet);
  seen_.Append(out);
  elements_.Append(out);
  return out;
}

absl::StatusOr<ObservedSet> ObservedSet::Decode(std::string_view bytes) {
  absl::StatusOr<std::string_view> opened = OpenBody(BodyKind::kSet, bytes);
  if (!opened.ok()) return opened.status();
  Reader reader(*opened);
  ObservedSet set;
  set.seen_ = VersionVector::Read(reader);
  set.elements_ = ElementSet::Read(reader);
  if (!reader.done()) return BodyDamaged(BodyKind::kSet, "does not read to its end");
  return set;
}

absl::Status ContextCovered(const VersionVector& context, const VersionVector& seen,
                            SawDot also_saw) {
  for (const auto& [identity, counter] : context.entries()) {
    const Dot dot{identity, counter};
    if (seen.Covers(dot) || also_saw(dot)) continue;
    return MakeError(absl::StatusCode::kFailedPrecondition, "CONTEXT_AHEAD",
                     StrCat("the context knows of write ", dot.ToString(),
                            ", which this replica has not seen; nothing was removed: try again, "
                            "or through another node"));
  }
  return absl::OkStatus();
}

}  // namespace quorate::quorum
