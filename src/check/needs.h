// Values that cannot come back: with one writer only, what reads such a value
// must do so before the key is written again. Tells dead ends long before the
// reader's return does.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "check/key_model.h"
#include "check/schedule.h"

namespace quorate::check {

class Needs {
 public:
  Needs(const KeyModel& model, const Schedule& schedule);

  // Of the required calls that can only be placed while the key has this
  // value, which it cannot get a second time: the last to return, as a
  // position in schedule.required().
  std::optional<uint32_t> LastReader(const KeyValue& value) const;

 private:
  absl::flat_hash_map<KeyValue, uint32_t> last_reader_;
};

}  // namespace quorate::check
