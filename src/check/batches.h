// Atomic batches: whoever reads several of a batch's keys at one moment sees
// all of it or nothing, unless others have written since.
//
// What is read names the writes (values are unique). A read is torn if one of
// its keys shows a batch and another one what certainly is older than that
// batch's write there (register_truth.h), or than anything acknowledged before
// it; or if two keys show two batches that wrote both.
#pragma once

#include <string_view>
#include <vector>

#include "check/key_truth.h"
#include "check/promise.h"
#include "check/verdict.h"

namespace quorate::check {

// Reads of several keys at this level.
PromiseVerdict JudgeBatches(const std::vector<KeyHistory>& keys, std::string_view level);

}  // namespace quorate::check
