// Changes of sets and maps, and merged values, to and from messages.
#pragma once

#include "kv/command.h"

namespace quorate::v1 {
class Merged;
class Mutation;
}  // namespace quorate::v1

namespace quorate::kv {

// Of kAddElement, kRemoveElement and kChangeField: the action alone.
void EncodeMergingAction(const Mutation& mutation, v1::Mutation& out);
// Moves the strings. False: it leaves open what to do, or this build does not
// know it.
bool TakeMergingAction(v1::Mutation& in, Mutation& out);

// Both move the strings.
void TakeMerged(Merged& merged, v1::Merged& out);
Merged TakeMerged(v1::Merged& in);
// Copies them.
void EncodeMerged(const Merged& merged, v1::Merged& out);

}  // namespace quorate::kv
