// Frames by hand (RFC 9113, section 4.1).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quorate::http2::raw {

inline constexpr uint8_t kData = 0;
inline constexpr uint8_t kHeaders = 1;
inline constexpr uint8_t kReset = 3;
inline constexpr uint8_t kSettings = 4;
inline constexpr uint8_t kGoAway = 7;
inline constexpr uint8_t kWindowUpdate = 8;
inline constexpr uint8_t kContinuation = 9;

inline constexpr uint8_t kEndHeaders = 4;

inline std::string Frame(uint8_t type, uint8_t flags, int32_t stream, std::string_view payload) {
  std::string frame;
  const auto add = [&](size_t number, int bytes) {
    while (bytes-- > 0) frame.push_back(static_cast<char>(number >> (8 * bytes)));
  };
  add(payload.size(), 3);
  add(type, 1);
  add(flags, 1);
  add(static_cast<size_t>(stream), 4);
  return frame.append(payload);
}

// How a connection begins.
inline std::string Preface() {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0, 0, "");
}

// The frames that `bytes` are.
inline std::vector<std::string> FramesIn(std::string_view bytes) {
  constexpr size_t kFrameHeadBytes = 9;
  const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  std::vector<std::string> frames;
  while (bytes.size() >= kFrameHeadBytes) {
    const size_t size = kFrameHeadBytes + (size_t{at(0)} << 16 | size_t{at(1)} << 8 | at(2));
    frames.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  return frames;
}

inline uint8_t TypeOf(std::string_view frame) { return static_cast<uint8_t>(frame[3]); }

inline bool HasFrame(std::string_view bytes, uint8_t type) {
  for (const std::string& frame : FramesIn(bytes)) {
    if (TypeOf(frame) == type) return true;
  }
  return false;
}

}  // namespace quorate::http2::raw
