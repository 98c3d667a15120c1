// Scripts that let a shell complete kvctl's command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace quorate::kvctl {

// For bash, from the verbs, flags and arguments that `app` has. Names of
// keyspaces are asked of the cluster when they are wanted.
std::string BashCompletion(const CLI::App& app);
// The same, by zsh's own adapter.
std::string ZshCompletion(const CLI::App& app);

}  // namespace quorate::kvctl
