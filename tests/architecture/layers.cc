#include "layers.h"

#include <sstream>
#include <stdexcept>
#include <utility>

namespace quorate::architecture {
namespace {

// Whose header it is, by how its name starts. The first match counts.
const std::vector<std::pair<std::string, std::string>> kLibraryOfPrefix = {
    {"absl/", "Abseil"},
    {"spdlog/", "spdlog"},
    {"fmt/", "spdlog"},
    {"xxhash.h", "xxhash"},
    {"zstd.h", "zstd"},
    {"yaml-cpp/", "yaml-cpp"},
    {"prometheus/", "prometheus-cpp"},
    {"google/protobuf/", "protobuf"},
    {"quorate/v1/", "protobuf"},
    {"grpc/", "gRPC"},
    {"grpcpp/", "gRPC"},
    {"rocksdb/", "RocksDB"},
    {"nghttp2/", "nghttp2"},
    {"zlib.h", "zlib"},
    {"httplib.h", "cpp-httplib"},
    {"nlohmann/", "nlohmann-json"},
    {"CLI/", "CLI11"},
};

// Threads, clocks, files and the terminal, as the standard library has them.
const std::set<std::string> kImpureHeaders = {
    "thread", "mutex",   "shared_mutex", "condition_variable", "future",    "chrono",
    "ctime",  "fstream", "iostream",     "filesystem",         "semaphore", "absl/time/clock.h",
};

std::string Trim(const std::string& text) {
  const size_t begin = text.find_first_not_of(" `");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" `") - begin + 1);
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(Trim(part));
  return parts;
}

std::string LibraryOf(const std::string& include) {
  if (include.ends_with(".grpc.pb.h")) return "gRPC";
  for (const auto& [prefix, library] : kLibraryOfPrefix) {
    if (include.starts_with(prefix)) return library;
  }
  return "";
}

// Headers of C and of the system, such as <unistd.h> and <sys/socket.h>; C++'s
// own have no ending.
bool IsSystemHeader(const std::string& include) {
  return include.ends_with(".h") && (include.find('/') == std::string::npos ||
                                     include.starts_with("sys/") || include.starts_with("net") ||
                                     include.starts_with("arpa/") || include.starts_with("linux/"));
}

// Why the layer may not include it; empty: it may.
std::string Reason(const Layers& layers, const Layer& layer, const std::string& include) {
  const std::string folder = include.substr(0, include.find('/'));
  if (include.find('/') != std::string::npos && layers.contains(folder)) {
    return layer.folders.contains(folder) ? "" : "the table does not let it use src/" + folder;
  }
  if (const std::string library = LibraryOf(include); !library.empty()) {
    if (!layer.libraries.contains(library)) return "the table does not let it use " + library;
    return layer.pure && kImpureHeaders.contains(include) ? "a pure folder has no clock" : "";
  }
  if (include.find('.') == std::string::npos) {  // C++'s own
    return layer.pure && kImpureHeaders.contains(include)
               ? "a pure folder has no threads, clocks or files"
               : "";
  }
  if (!IsSystemHeader(include)) return "no rule says whose header that is";
  return layer.pure ? "a pure folder does not talk to the system" : "";
}

}  // namespace

Layers ParseLayers(const std::string& markdown) {
  Layers layers;
  std::istringstream in(markdown);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `src/")) continue;
    const std::vector<std::string> cells = Split(line, '|');  // the first is empty
    if (cells.size() < 6) throw std::runtime_error("the table's row lacks cells: " + line);
    const std::string name = cells[1].substr(std::string("src/").size());
    Layer layer;
    layer.folders.insert(name);
    for (const std::string& below : Split(cells[2], ',')) {
      const auto found = layers.find(below);
      if (found == layers.end()) {
        throw std::runtime_error("src/" + name + " may include '" + below +
                                 "', which no row above it describes");
      }
      layer.folders.insert(found->second.folders.begin(), found->second.folders.end());
    }
    for (const std::string& library : Split(cells[3], ',')) layer.libraries.insert(library);
    layer.pure = cells[4] == "yes";
    layers[name] = std::move(layer);
  }
  return layers;
}

std::vector<std::string> Violations(const Layers& layers, const SourceFile& file) {
  const std::vector<std::string> parts = Split(file.path, '/');
  const auto layer = parts.size() > 2 ? layers.find(parts[1]) : layers.end();
  if (layer == layers.end()) return {file.path + ": its folder has no row in the table"};
  std::vector<std::string> found;
  for (const Include& include : file.Includes()) {
    const std::string reason = Reason(layers, layer->second, include.name);
    if (!reason.empty()) {
      found.push_back(file.path + ":" + std::to_string(include.line) + ": includes " +
                      include.name + ": " + reason);
    }
  }
  return found;
}

}  // namespace quorate::architecture
