#include "rpc/frame_bundle.h"

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/support/slice.h>

#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// Field 1, length-delimited.
constexpr uint8_t kFramesTag = 1 << 3 | 2;
// Below it a copy is cheaper than a slice of its own.
constexpr size_t kCopyBytesMax = 2048;

void AppendHeader(std::string* out, size_t size) {
  uint8_t header[11];
  header[0] = kFramesTag;
  const uint8_t* end = CodedOutputStream::WriteVarint64ToArray(size, header + 1);
  out->append(reinterpret_cast<const char*>(header), static_cast<size_t>(end - header));
}

grpc::Slice OwnedSlice(std::string bytes) {
  auto* owned = new std::string(std::move(bytes));
  return grpc::Slice(
      owned->data(), owned->size(), [](void* o) { delete static_cast<std::string*>(o); }, owned);
}

absl::Status Malformed(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "MALFORMED_BUNDLE",
                   StrCat("the message on the peer port isn't a bundle of frames: ", what,
                          "; only kvd nodes of the same cluster may use this port"));
}

}  // namespace

grpc::ByteBuffer MakeBundle(std::vector<std::string> frames) {
  std::vector<grpc::Slice> slices;
  std::string open;
  for (std::string& frame : frames) {
    AppendHeader(&open, frame.size());
    if (frame.size() <= kCopyBytesMax) {
      open.append(frame);
      continue;
    }
    slices.push_back(OwnedSlice(std::move(open)));
    open.clear();
    slices.push_back(OwnedSlice(std::move(frame)));
  }
  if (!open.empty()) slices.push_back(OwnedSlice(std::move(open)));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

absl::Status ForEachFrame(std::string_view bundle,
                          const std::function<absl::Status(std::string_view)>& take) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bundle.data()),
                      static_cast<int>(bundle.size()));
  while (static_cast<size_t>(in.CurrentPosition()) < bundle.size()) {
    uint32_t size = 0;
    if (in.ReadTagNoLastTag() != kFramesTag || !in.ReadVarint32(&size)) {
      return Malformed(StrCat("no frame at byte ", in.CurrentPosition()));
    }
    const auto at = static_cast<size_t>(in.CurrentPosition());
    if (size > bundle.size() - at) {
      return Malformed(StrCat("a frame of ", size, " bytes in ", bundle.size() - at));
    }
    if (absl::Status taken = take(bundle.substr(at, size)); !taken.ok()) return taken;
    in.Skip(static_cast<int>(size));
  }
  return absl::OkStatus();
}

}  // namespace quorate::rpc
