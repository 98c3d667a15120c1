// Reads the checkout's own files, for the tests that keep it in order.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace quorate::architecture {

struct Include {
  std::string name;  // as written between the marks
  size_t line;       // from 1
};

struct SourceFile {
  std::string path;  // relative to the checkout, with '/'
  std::vector<std::string> lines;

  std::vector<Include> Includes() const;
};

std::filesystem::path Root();

// Throws when the file can't be read: a test that reads nothing shows nothing.
std::string ReadFile(const std::string& path);

// All files under `folders` whose name ends in one of `endings`, by path. What
// builds leave behind is not looked at.
std::vector<SourceFile> FilesUnder(const std::vector<std::string>& folders,
                                   const std::vector<std::string>& endings);

}  // namespace quorate::architecture
