#include "source_tree.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace quorate::architecture {
namespace fs = std::filesystem;

std::vector<Include> SourceFile::Includes() const {
  static const std::regex kInclude(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  std::vector<Include> found;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(lines[i], match, kInclude)) found.push_back({match[1], i + 1});
  }
  return found;
}

fs::path Root() { return QUORATE_SOURCE_DIR; }

std::string ReadFile(const std::string& path) {
  std::ifstream in(Root() / path);
  if (!in) throw std::runtime_error("can't read " + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<SourceFile> FilesUnder(const std::vector<std::string>& folders,
                                   const std::vector<std::string>& endings) {
  std::vector<SourceFile> files;
  for (const std::string& folder : folders) {
    if (!fs::exists(Root() / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(Root() / folder)) {
      const std::string path = fs::relative(entry.path(), Root()).generic_string();
      const bool wanted = std::any_of(endings.begin(), endings.end(),
                                      [&](const std::string& end) { return path.ends_with(end); });
      if (!entry.is_regular_file() || !wanted) continue;
      SourceFile file{path, {}};
      std::istringstream text(ReadFile(path));
      for (std::string line; std::getline(text, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace quorate::architecture
