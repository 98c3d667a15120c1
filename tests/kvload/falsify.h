// Changes to a true history, each of which breaks what its workload is about.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

namespace quorate::load {

// The lines of a history, in the order of the file. False: it has nothing to change.
using Lines = std::vector<nlohmann::json>;
using Falsify = bool (*)(Lines& lines);

// The last read of a key shows the first value that the key was ever given.
bool ReadTheFirstValueLast(Lines& lines);
// A read shows what nobody wrote.
bool ReadFromNowhere(Lines& lines);
// As the first, of a session that itself has written the key since.
bool ForgetWhatTheSessionWrote(Lines& lines);
// The last read of a set or list lacks an element that was acknowledged long before.
bool LoseAnElement(Lines& lines);
// The last read of a set shows an element that was removed.
bool BringBackAnElement(Lines& lines);
// The first two elements of a list change places in one read.
bool SwapElements(Lines& lines);
// A counter's last read is more than was ever added.
bool CountTooMuch(Lines& lines);
// Of a batch that is read at once, one key shows another value.
bool TearABatch(Lines& lines);
// A read shows a sibling that was replaced.
bool BringBackASibling(Lines& lines);
// A read finds a value that expired.
bool ReadWhatExpired(Lines& lines);

}  // namespace quorate::load
