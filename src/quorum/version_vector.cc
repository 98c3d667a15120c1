#include "quorum/version_vector.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kEntryBytesMin = 3;

absl::Status Bad(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VERSION_VECTOR",
                   StrCat("the version vector ", what, "; take it from a read, as it is"));
}

}  // namespace

uint64_t VersionVector::CounterOf(const Identity& identity) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), Entry(identity, 0));
  return at != entries_.end() && at->first == identity ? at->second : 0;
}

bool VersionVector::Covers(const VersionVector& other) const {
  return std::all_of(other.entries_.begin(), other.entries_.end(),
                     [this](const Entry& entry) { return CounterOf(entry.first) >= entry.second; });
}

VersionVector::Order VersionVector::Compare(const VersionVector& other) const {
  const bool after = Covers(other);
  const bool before = other.Covers(*this);
  if (after) return before ? Order::kEqual : Order::kAfter;
  return before ? Order::kBefore : Order::kConcurrent;
}

void VersionVector::Add(const Dot& dot) {
  if (!dot) return;
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), Entry(dot.identity, 0));
  if (at != entries_.end() && at->first == dot.identity) {
    at->second = std::max(at->second, dot.counter);
  } else {
    entries_.insert(at, {dot.identity, dot.counter});
  }
}

void VersionVector::Merge(const VersionVector& other) {
  for (const auto& [identity, counter] : other.entries_) Add({identity, counter});
}

void VersionVector::Append(std::string& out) const {
  AppendVarint(entries_.size(), out);
  for (const auto& [identity, counter] : entries_) AppendDot({identity, counter}, out);
}

VersionVector VersionVector::Read(Reader& reader) {
  VersionVector vector;
  for (uint64_t left = reader.Count(kEntryBytesMin); left > 0 && reader.ok(); --left) {
    const Dot dot = reader.Dot();
    const bool rises = vector.empty() || vector.entries_.back().first < dot.identity;
    if (!dot || !rises) reader.Spoil();
    vector.entries_.emplace_back(dot.identity, dot.counter);
  }
  return vector;
}

std::string VersionVector::Encode() const {
  std::string out(1, static_cast<char>(kFormat));
  Append(out);
  return out;
}

absl::StatusOr<VersionVector> VersionVector::Decode(std::string_view bytes) {
  if (bytes.empty()) return Bad("is empty");
  const auto format = static_cast<uint8_t>(bytes.front());
  if (format > kFormat) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, "NEWER_FORMAT",
        StrCat("the version vector has format ", int{format}, ", this build reads up to ",
               int{kFormat}, "; run the build that made it"));
  }
  if (format != kFormat) return Bad(StrCat("has format ", int{format}, ", which there never was"));
  Reader reader(bytes.substr(1));
  VersionVector vector = Read(reader);
  if (!reader.ok()) return Bad("is cut short, or its entries do not rise");
  if (!reader.done()) return Bad(StrCat("has ", reader.left().size(), " bytes too many"));
  return vector;
}

}  // namespace quorate::quorum
