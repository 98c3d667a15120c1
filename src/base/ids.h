// Identifiers and positions as distinct types: a term cannot be passed where
// an index is meant. All are 64-bit and zero means "none".
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

namespace quorate {

// A number that only compares with its own kind. `Tag::kPrefix` starts its
// printed form: NodeId{3} prints as n3.
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(uint64_t value) : value_(value) {}

  constexpr uint64_t value() const { return value_; }
  constexpr explicit operator bool() const { return value_ != 0; }
  constexpr auto operator<=>(const Id&) const = default;

  std::string ToString() const { return std::string(Tag::kPrefix) + std::to_string(value_); }

  template <class H>
  friend H AbslHashValue(H h, Id id) {
    return H::combine(std::move(h), id.value_);
  }
  friend std::ostream& operator<<(std::ostream& out, Id id) { return out << id.ToString(); }

 private:
  uint64_t value_ = 0;
};

// An Id that counts: it has a next and a distance.
template <class Tag>
class Position : public Id<Tag> {
 public:
  using Id<Tag>::Id;

  constexpr Position next() const { return Position(this->value() + 1); }
  // The one before; of zero, zero.
  constexpr Position prev() const { return Position(this->value() == 0 ? 0 : this->value() - 1); }
  constexpr Position operator+(uint64_t n) const { return Position(this->value() + n); }
  // How far this lies beyond `other`, which must not be larger.
  constexpr uint64_t operator-(Position other) const { return this->value() - other.value(); }
  constexpr auto operator<=>(const Position&) const = default;
};

struct NodeIdTag {
  static constexpr char kPrefix[] = "n";
};
struct PartitionIdTag {
  static constexpr char kPrefix[] = "p";
};
struct KeyspaceIdTag {
  static constexpr char kPrefix[] = "k";
};
struct TermTag {
  static constexpr char kPrefix[] = "t";
};
struct LogIndexTag {
  static constexpr char kPrefix[] = "i";
};
struct EpochTag {
  static constexpr char kPrefix[] = "e";
};
struct BootTag {
  static constexpr char kPrefix[] = "b";
};

using NodeId = Id<NodeIdTag>;
// Never used again after its partition is dropped.
using PartitionId = Id<PartitionIdTag>;
using KeyspaceId = Id<KeyspaceIdTag>;
using Term = Position<TermTag>;
using LogIndex = Position<LogIndexTag>;
// Of the topology.
using Epoch = Position<EpochTag>;
// Counts the starts of a node on one data folder.
using Boot = Position<BootTag>;

// The Raft group that agrees on the topology.
inline constexpr PartitionId kMetaPartition{1};

}  // namespace quorate
