// What keys of merging policies hold, for people and for programs.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "client/types.h"
#include "session.h"

namespace quorate::kvctl {

// Contexts as text: what --context takes and "context" in JSON says.
std::string ContextText(const std::string& context);
void AddContext(CLI::App& verb, std::string& text);
// INVALID_ARGUMENT, BAD_FLAG. Empty: none.
absl::StatusOr<std::string> ContextFromText(const std::string& text);

// Adds "siblings", "elements" or "fields", and "context"; of sets and maps "value"
// goes.
void AddMerged(const Merged& merged, nlohmann::json& to);
// One line: a, b   or   name=Ann, visits=3, tags={x, y}
std::string ToLine(const Merged& merged);

// On stdout, as `output` says: siblings and elements a line each, fields as a
// table or name, type and content between tabs. On stderr, unless --quiet, how to
// go on from several siblings.
void PrintMerged(const Session& session, const Merged& merged, Output output);

}  // namespace quorate::kvctl
