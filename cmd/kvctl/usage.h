// What to say when the command line makes no sense.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace quorate::kvctl {

// kvctl keyspace create --help: of the innermost verb that was understood.
std::string HelpCommand(const CLI::App& app);

// Names the word that isn't known and what was probably meant; otherwise the
// parser's own words.
std::string ExplainParseError(const CLI::App& app, const CLI::ParseError& error);

}  // namespace quorate::kvctl
