// A set that many add to and remove from at once (observed-remove, without
// tombstones): each element stands with the dots that added it, and a removal
// takes away those that the remover had read. An addition that it had not read
// stays, whatever their order.
//
// Knows nothing of what was seen, so that a map may hold several under one vector.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "quorum/bytes.h"
#include "quorum/dot.h"
#include "quorum/dotted.h"
#include "quorum/version_vector.h"

namespace quorate::quorum {

class ElementSet {
 public:
  struct Addition {
    Dot dot;
    friend bool operator==(const Addition&, const Addition&) = default;
  };
  using Additions = std::vector<Addition>;  // sorted by dot, not empty

  // Instead of all additions of it that this replica has; `seen` learns of both.
  void Add(std::string_view element, const Dot& dot, VersionVector& seen);
  // What `context` has seen of it.
  void Remove(std::string_view element, const VersionVector& context);
  void RemoveAll(const VersionVector& context);
  void Merge(const ElementSet& theirs, SawDot i_saw, SawDot they_saw);

  bool Contains(std::string_view element) const { return elements_.contains(element); }
  bool empty() const { return elements_.empty(); }
  size_t size() const { return elements_.size(); }
  // In byte order.
  const std::map<std::string, Additions, std::less<>>& elements() const { return elements_; }
  void AddDotsTo(VersionVector& vector) const;

  void Append(std::string& out) const;
  // Spoils the reader where elements or dots don't rise.
  static ElementSet Read(Reader& reader);

  friend bool operator==(const ElementSet&, const ElementSet&) = default;

 private:
  std::map<std::string, Additions, std::less<>> elements_;
};

}  // namespace quorate::quorum
