#include "quorum/siblings.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/body_codec.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

constexpr size_t kSiblingBytesMin = 6;

}  // namespace

absl::Status Siblings::Put(Sibling sibling, const VersionVector& context, size_t siblings_max) {
  std::vector<Sibling> kept = siblings_;
  RemoveSeen(kept, context);
  if (kept.size() >= siblings_max) {
    return MakeError(absl::StatusCode::kResourceExhausted, "SIBLINGS_FULL",
                     StrCat("the key has ", kept.size(),
                            " concurrent values that this write does "
                            "not know of, and ",
                            siblings_max,
                            " are allowed; read the key and "
                            "write one value with that read's context"));
  }
  seen_.Merge(context);
  seen_.Add(sibling.dot);
  siblings_ = std::move(kept);
  InsertDotted(siblings_, std::move(sibling));
  return absl::OkStatus();
}

void Siblings::Remove(const Dot& dot, const VersionVector& context) {
  RemoveSeen(siblings_, context);
  seen_.Merge(context);
  seen_.Add(dot);
}

bool Siblings::Saw(const Dot& dot) const { return seen_.Covers(dot); }

void Siblings::Merge(const Siblings& other) {
  Merge(other, [](const Dot&) { return false; });
}

void Siblings::Merge(const Siblings& other, SawDot i_saw) {
  siblings_ = MergeDotted(
      siblings_, [&](const Dot& dot) { return Saw(dot) || i_saw(dot); }, other.siblings_,
      [&](const Dot& dot) { return other.Saw(dot); });
  seen_.Merge(other.seen_);
}

bool Siblings::Forget(SawDot covered) {
  if (!AllCovered(seen_, covered)) return false;
  seen_.Clear();
  return true;
}

VersionVector Siblings::Context() const {
  VersionVector context = seen_;
  for (const Sibling& sibling : siblings_) context.Add(sibling.dot);
  return context;
}

std::string Siblings::Encode() const {
  std::string out = BeginBody(BodyKind::kSiblings);
  seen_.Append(out);
  AppendVarint(siblings_.size(), out);
  for (const Sibling& sibling : siblings_) {
    AppendDot(sibling.dot, out);
    AppendVarint(sibling.time.value(), out);
    AppendVarint(sibling.expires_at_us, out);
    AppendSized(sibling.value, out);
  }
  return out;
}

absl::StatusOr<Siblings> Siblings::Decode(std::string_view bytes) {
  absl::StatusOr<std::string_view> opened = OpenBody(BodyKind::kSiblings, bytes);
  if (!opened.ok()) return opened.status();
  Reader reader(*opened);
  Siblings siblings;
  siblings.seen_ = VersionVector::Read(reader);
  for (uint64_t left = reader.Count(kSiblingBytesMin); left > 0 && reader.ok(); --left) {
    Sibling sibling;
    sibling.dot = reader.Dot();
    sibling.time = HlcTime(reader.Varint());
    sibling.expires_at_us = reader.Varint();
    sibling.value = reader.Sized();
    const bool rises = siblings.siblings_.empty() || siblings.siblings_.back().dot < sibling.dot;
    if (!sibling.dot || !rises) reader.Spoil();
    siblings.siblings_.push_back(std::move(sibling));
  }
  if (!reader.done()) return BodyDamaged(BodyKind::kSiblings, "does not read to its end");
  return siblings;
}

}  // namespace quorate::quorum
