// What clients ask of counters, sets and maps, as the argument of a Change. Bytes
// of another policy are refused as such (WRONG_POLICY).
//   the beginning (body_codec.h), with the policy that it is for
//   counter  8 bytes, what to add, two's complement, little endian
//   set      1 byte, SetOp::Kind; the element
//   map      1 byte, MapOp::Kind; the field's name with its size in front; then
//            the register's value, 8 bytes to add, or the set's element
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quorate::quorum {

struct CounterOp {
  int64_t delta = 0;
};

struct SetOp {
  enum class Kind : uint8_t { kAdd = 1, kRemove = 2 };
  Kind kind = Kind::kAdd;
  std::string element;
};

struct MapOp {
  enum class Kind : uint8_t {
    kPut = 1,
    kAddToCounter = 2,
    kAddToSet = 3,
    kRemoveFromSet = 4,
    kRemoveRegister = 5,
    kRemoveCounter = 6,
    kRemoveSet = 7,
  };
  Kind kind = Kind::kPut;
  std::string field;
  std::string value;  // of a register, or an element
  int64_t delta = 0;
};

std::string EncodeOp(const CounterOp& op);
std::string EncodeOp(const SetOp& op);
std::string EncodeOp(const MapOp& op);

// INVALID_ARGUMENT BAD_POLICY_OP says what is wrong; WRONG_POLICY and NEWER_FORMAT
// see OpenBody.
absl::StatusOr<CounterOp> DecodeCounterOp(std::string_view bytes);
absl::StatusOr<SetOp> DecodeSetOp(std::string_view bytes);
absl::StatusOr<MapOp> DecodeMapOp(std::string_view bytes);

}  // namespace quorate::quorum
