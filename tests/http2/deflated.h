// What clients compress.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace quorate::http2 {

enum class Form { kGzip, kZlib };

inline std::string Deflated(std::string bytes, Form form) {
  z_stream stream = {};
  const int window_bits = form == Form::kGzip ? 15 + 16 : 15;
  EXPECT_EQ(
      deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace quorate::http2
