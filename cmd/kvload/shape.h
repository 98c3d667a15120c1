// What keys of a job hold, and so how they are read and written down.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/level.h"
#include "client/types.h"
#include "plan.h"
#include "request.h"

namespace quorate::load {

enum class Shape : uint8_t {
  kValue,     // one value, or a counter
  kList,      // elements in a row, in one value
  kKeys,      // a set whose elements are keys of their own: {set}/element
  kSiblings,  // policy siblings
  kSet,       // policy set
  kMap,       // policy map, with the fields below
};

Shape ShapeOf(const Job& job, Conflict policy);

struct MapField {
  std::string_view name;
  FieldType type;
};
inline constexpr std::array<MapField, 4> kMapFields = {{{"v0", FieldType::kValue},
                                                        {"v1", FieldType::kValue},
                                                        {"c0", FieldType::kCounter},
                                                        {"s0", FieldType::kSet}}};

// As histories name a map's field.
std::string FieldKey(std::string_view map, std::string_view field);
// Of a key as histories name it: where it is stored.
std::string StoredKey(Shape shape, const std::string& key);

// In front of the keys that are the elements of the set `key`; all of one partition.
std::string ElementPrefix(std::string_view key);

std::string JoinList(const std::vector<std::string>& elements);
std::vector<std::string> SplitList(std::string_view text);

// What a read showed: of a map, of each field.
std::vector<Told> ToldOf(Shape shape, GetResult got);

}  // namespace quorate::load
