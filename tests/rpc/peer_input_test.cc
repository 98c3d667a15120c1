#include "rpc/peer_input.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "base/error.h"
#include "rpc/peer_wire.h"

namespace quorate::rpc {
namespace {

constexpr size_t kMax = 1 << 20;

std::string MessageOf(size_t size, char fill) {
  const auto bytes = wire::SizeOf(size);
  return std::string(bytes.data(), bytes.size()) + std::string(size, fill);
}

// As much of `bytes` as there is room for.
size_t Feed(PeerInput& input, std::string_view bytes) {
  const absl::Span<char> room = input.Room();
  EXPECT_FALSE(room.empty());
  const size_t fed = std::min(room.size(), bytes.size());
  std::copy_n(bytes.data(), fed, room.data());
  input.Came(fed);
  return fed;
}

TEST(PeerInputTest, GivesWhatIsWholeInOrderHoweverItComes) {
  std::mt19937 random(5);
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    const size_t size = i % 20 == 0 ? random() % kMax : random() % 300;
    sent += MessageOf(size, static_cast<char>('a' + i % 26));
  }
  PeerInput input(kMax);
  std::string got;
  for (size_t at = 0; at < sent.size();) {
    at += Feed(input, std::string_view(sent).substr(at, 1 + random() % 100'000));
    const auto messages = input.Messages();
    ASSERT_TRUE(messages.ok());
    got += *messages;
  }
  EXPECT_EQ(got, sent);
}

TEST(PeerInputTest, RefusesASizeThatIsTooLarge) {
  PeerInput input(kMax);
  Feed(input, MessageOf(kMax + 1, 'x').substr(0, 4));
  EXPECT_EQ(ReasonOf(input.Messages().status()), "FRAME_TOO_LARGE");
}

TEST(PeerInputTest, ItsMemoryGrowsWithWhatHasCome) {
  PeerInput input(64 << 20);
  Feed(input, MessageOf(10, 'x').replace(0, 4, std::string("\0\0\0\2", 4)));  // 32 MiB, it says
  EXPECT_TRUE(input.Messages()->empty());
  EXPECT_LE(input.Room().size(), size_t{128} << 10);
}

}  // namespace
}  // namespace quorate::rpc
