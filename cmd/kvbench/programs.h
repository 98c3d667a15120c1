// What contestants run with, so that whoever reads a figure knows of what it is.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace quorate::bench {

struct Program {
  std::string name;
  std::string what;  // how it takes part
  std::string version;
  std::string command;  // of its first process
};

// By its processes, which run. Empty where nobody knows them.
Program DescribeProgram(std::string name, std::string what, const std::vector<pid_t>& pids);

// The words of a /proc/PID/cmdline, as one would type them.
std::string ParseCommandLine(const std::string& cmdline);

}  // namespace quorate::bench
