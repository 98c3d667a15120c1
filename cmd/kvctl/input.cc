#include "input.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::kvctl {
namespace {

std::string ReadAll(std::istream& in) {
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

absl::StatusOr<std::string> ReadValue(const std::string& argument) {
  if (argument == "-") return ReadAll(std::cin);
  if (!argument.starts_with("@")) return argument;
  const std::string path = argument.substr(1);
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  if (file) bytes = ReadAll(file);
  if (!file.good() && !file.eof()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "UNREADABLE_FILE",
                     StrCat("cannot read \"", path, "\": ", std::strerror(errno),
                            "; a value that starts with @ itself can come from stdin (-)"));
  }
  return bytes;
}

}  // namespace quorate::kvctl
