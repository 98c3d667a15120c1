// Records from files, as the writes that make them: JSON lines, or a Debian status file.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/types.h"

namespace quorate::kvctl {

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // The writes of one record, none at the end. INVALID_ARGUMENT names the line that is
  // wrong.
  virtual absl::StatusOr<std::vector<Mutation>> Next() = 0;
  // Of the input, so far.
  uint64_t bytes() const { return bytes_; }

 protected:
  // `in` must outlive this.
  explicit RecordReader(std::istream& in) : in_(in) {}
  // Without the new line; false at the end.
  bool ReadLine(std::string& line);
  uint64_t line_number() const { return line_number_; }

 private:
  std::istream& in_;
  uint64_t bytes_ = 0;
  uint64_t line_number_ = 0;
};

// {"key": ..., "value": ...} on each line, each a string or {"b64": "..."}; in place of
// the value "elements" of a set, or "fields" of a map as export writes them. Other
// fields are passed over.
std::unique_ptr<RecordReader> ReadJsonLines(std::istream& in);

// Blank-line separated stanzas, as in /var/lib/dpkg/status: the name of the
// package is the key, the whole stanza the value. A second architecture of a
// package has the key name:architecture.
std::unique_ptr<RecordReader> ReadDpkgStatus(std::istream& in);

}  // namespace quorate::kvctl
