// The body of a key of policy `set`: an ElementSet and what was seen of the key.
//
// Body: the beginning (body_codec.h), the vector, how many elements, and for each
// the element with its size in front, how many dots, and those.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "quorum/element_set.h"

namespace quorate::quorum {

class ObservedSet {
 public:
  void Add(std::string_view element, const Dot& dot);
  // What `context` has seen of the element. All of `context` must have been seen
  // by this replica (see ContextCovered), or what it lacks would not be removed.
  void Remove(std::string_view element, const Dot& dot, const VersionVector& context);
  void RemoveAll(const Dot& dot, const VersionVector& context);

  // See Siblings.
  void Merge(const ObservedSet& other);
  void Merge(const ObservedSet& other, SawDot i_saw);
  bool Forget(SawDot covered);
  VersionVector Context() const;

  const ElementSet& elements() const { return elements_; }

  std::string Encode() const;
  // See OpenBody.
  static absl::StatusOr<ObservedSet> Decode(std::string_view bytes);

  friend bool operator==(const ObservedSet&, const ObservedSet&) = default;

 private:
  VersionVector seen_;
  ElementSet elements_;
};

// FAILED_PRECONDITION CONTEXT_AHEAD where the context knows of writes that `seen`
// lacks: the replica is to merge the key from the others first.
absl::Status ContextCovered(const VersionVector& context, const VersionVector& seen,
                            SawDot also_saw);

}  // namespace quorate::quorum
