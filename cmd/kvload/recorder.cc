#include "recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"

namespace quorate::load {
namespace {

absl::Status CannotWrite(const std::string& path) {
  return MakeError(absl::StatusCode::kUnavailable, "WRITE_FAILED",
                   StrCat(path, ": ", std::strerror(errno)));
}

// 0: it is missing, or none.
uint64_t NumberIn(const nlohmann::ordered_json& json, const char* field) {
  const auto found = json.find(field);
  return found != json.end() && found->is_number_unsigned() ? found->get<uint64_t>() : 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Recorder>> Recorder::Open(const std::string& path,
                                                         const std::string& header) {
  const int file = open(path.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return CannotWrite(path);
  std::unique_ptr<Recorder> recorder(new Recorder(path, file));
  if (lseek(file, 0, SEEK_END) == 0) {
    recorder->Write(header);
    if (!recorder->status().ok()) return recorder->status();
    return recorder;
  }
  if (absl::Status status = recorder->ReadBack(); !status.ok()) return status;
  return recorder;
}

Recorder::~Recorder() { close(file_); }

absl::Status Recorder::ReadBack() {
  std::ifstream in(path_, std::ios::binary);
  std::string line;
  for (uint64_t number = 1; std::getline(in, line); ++number) {
    const auto json = nlohmann::ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
      return MakeError(absl::StatusCode::kInvalidArgument, "BAD_HISTORY_LINE",
                       StrCat(path_, ":", number, ": not a line of a history; name another ",
                              "folder, or remove the file"));
    }
    if (json.contains("replica") || json.contains("replicas")) continue;
    last_client_ = std::max(last_client_, NumberIn(json, "client"));
    last_batch_ = std::max(last_batch_, NumberIn(json, "batch"));
    if (!json.contains("key")) continue;
    if (auto key = BytesFromJson(json["key"])) keys_.insert(*std::move(key));
  }
  return absl::OkStatus();
}

void Recorder::Write(const std::string& lines) {
  std::string_view left = lines;
  while (status_.ok() && !left.empty()) {
    const ssize_t n = write(file_, left.data(), left.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      status_ = CannotWrite(path_);
      return;
    }
    left.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace quorate::load
