#include "programs.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "base/strings.h"

namespace quorate::bench {
namespace {

std::string CommandLineOf(pid_t pid) {
  std::ifstream in(StrCat("/proc/", pid, "/cmdline"));
  return {std::istreambuf_iterator<char>(in), {}};
}

// The first line of what it says of itself.
std::string VersionOf(pid_t pid) {
  std::error_code gone;
  const auto program = std::filesystem::read_symlink(StrCat("/proc/", pid, "/exe"), gone);
  if (gone) return "";
  const std::string ask = StrCat("'", program.string(), "' --version 2>/dev/null");
  const std::unique_ptr<FILE, int (*)(FILE*)> said(popen(ask.c_str(), "r"), pclose);
  char line[200] = {};
  if (said == nullptr || std::fgets(line, sizeof(line), said.get()) == nullptr) return "";
  std::string version = line;
  while (!version.empty() && version.back() == '\n') version.pop_back();
  return version;
}

}  // namespace

std::string ParseCommandLine(const std::string& cmdline) {
  std::string line;
  for (size_t at = 0; at < cmdline.size();) {
    const std::string word = cmdline.c_str() + at;
    at += word.size() + 1;
    const bool quoted = word.empty() || word.find_first_of(" \"'$&;") != std::string::npos;
    StrAppend(&line, line.empty() ? "" : " ", quoted ? StrCat("'", word, "'") : word);
  }
  return line;
}

Program DescribeProgram(std::string name, std::string what, const std::vector<pid_t>& pids) {
  Program program{std::move(name), std::move(what), "", ""};
  if (pids.empty()) return program;
  program.version = VersionOf(pids.front());
  program.command = ParseCommandLine(CommandLineOf(pids.front()));
  return program;
}

}  // namespace quorate::bench
