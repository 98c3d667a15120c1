#include "http2/inflate.h"

#include <zlib.h>

#include <algorithm>

#include "base/error.h"

namespace quorate::http2 {
namespace {

constexpr size_t kStepBytes = 16 << 10;
constexpr int kEitherHeader = 15 + 32;  // the largest window; gzip's or zlib's, as it says

struct Inflater {
  z_stream stream = {};
  bool ready = inflateInit2(&stream, kEitherHeader) == Z_OK;
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
};

}  // namespace

absl::StatusOr<std::string> Inflate(std::string_view compressed, size_t bytes_max) {
  Inflater inflater;
  if (!inflater.ready) return absl::ResourceExhaustedError("no memory to decompress a message");
  z_stream& stream = inflater.stream;
  // zlib does not write there.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string bytes;
  while (true) {
    const size_t at = bytes.size();
    // One more than is allowed, so that too many show.
    const size_t step = std::min(kStepBytes, bytes_max + 1 - at);
    bytes.resize(at + step);
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data() + at);
    stream.avail_out = static_cast<uInt>(step);
    const int told = inflate(&stream, Z_NO_FLUSH);
    bytes.resize(at + step - stream.avail_out);
    if (bytes.size() > bytes_max) {
      return MakeError(absl::StatusCode::kResourceExhausted, "CALL_TOO_LARGE",
                       "a compressed message is larger than it may be");
    }
    if (told == Z_STREAM_END) return bytes;
    if (told != Z_OK || stream.avail_out > 0) {
      return MakeError(absl::StatusCode::kInvalidArgument, "CALL_MALFORMED",
                       "a message that is said to be compressed cannot be decompressed");
    }
  }
}

}  // namespace quorate::http2
