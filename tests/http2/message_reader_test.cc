#include "http2/message_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http2/client.h"

namespace quorate::http2 {
namespace {

using Messages = std::vector<std::string>;

constexpr size_t kMax = 100;

// What the reader hands out of `bytes`, given so.
void Read(MessageReader& reader, std::string_view bytes, Messages& messages) {
  // A copy that is gone thereafter.
  const std::string chunk(bytes);
  reader.Add(chunk);
  MessageReader::Message message;
  while (reader.Next(message)) messages.emplace_back(message.bytes);
}

TEST(MessageReaderTest, ReadsTheSameWhereverTheBytesAreSplit) {
  const std::string bytes =
      Framed("one") + Framed("") + Framed(std::string(kMax, 'x')) + Framed("");
  const Messages expected = {"one", "", std::string(kMax, 'x'), ""};
  for (size_t first = 0; first <= bytes.size(); ++first) {
    for (size_t second = first; second <= bytes.size(); ++second) {
      MessageReader reader(kMax);
      Messages messages;
      Read(reader, std::string_view(bytes).substr(0, first), messages);
      Read(reader, std::string_view(bytes).substr(first, second - first), messages);
      Read(reader, std::string_view(bytes).substr(second), messages);
      ASSERT_EQ(messages, expected) << first << " " << second;
      ASSERT_TRUE(reader.empty());
      ASSERT_EQ(reader.kept_bytes(), 0u);
      ASSERT_TRUE(reader.status().ok());
    }
  }
}

TEST(MessageReaderTest, ReadsAMessageThatComesByteByByte) {
  const std::string bytes = Framed("one message") + Framed("another");
  MessageReader reader(kMax);
  Messages messages;
  for (size_t at = 0; at < bytes.size(); ++at) {
    Read(reader, std::string_view(bytes).substr(at, 1), messages);
    const bool between = at + 1 == Framed("one message").size() || at + 1 == bytes.size();
    EXPECT_EQ(reader.empty(), between) << at;
    EXPECT_EQ(reader.kept_bytes() == 0, between) << at;
  }
  EXPECT_EQ(messages, (Messages{"one message", "another"}));
}

TEST(MessageReaderTest, IsNotEmptyUntilAllIsHandedOut) {
  const std::string bytes = Framed("one") + Framed("two");
  MessageReader reader(kMax);
  EXPECT_TRUE(reader.empty());
  reader.Add(bytes);
  EXPECT_FALSE(reader.empty());
  MessageReader::Message message;
  ASSERT_TRUE(reader.Next(message));
  EXPECT_EQ(message.bytes, "one");
  EXPECT_FALSE(reader.empty());
  ASSERT_TRUE(reader.Next(message));
  EXPECT_EQ(message.bytes, "two");
  EXPECT_FALSE(reader.Next(message));
  EXPECT_TRUE(reader.empty());
}

TEST(MessageReaderTest, TellsWhichMessagesAreCompressed) {
  const std::string bytes = Framed("yes", true) + Framed("no", false);
  MessageReader reader(kMax);
  reader.Add(bytes);
  MessageReader::Message message;
  ASSERT_TRUE(reader.Next(message));
  EXPECT_TRUE(message.compressed);
  ASSERT_TRUE(reader.Next(message));
  EXPECT_FALSE(message.compressed);
}

TEST(MessageReaderTest, HandsOutWhatComesBeforeAMessageThatIsTooLarge) {
  const std::string bytes = Framed("one") + Framed(std::string(kMax + 1, 'x')) + Framed("two");
  for (size_t split = 0; split <= bytes.size(); ++split) {
    MessageReader reader(kMax);
    Messages messages;
    Read(reader, std::string_view(bytes).substr(0, split), messages);
    Read(reader, std::string_view(bytes).substr(split), messages);
    ASSERT_EQ(messages, Messages{"one"}) << split;
    ASSERT_EQ(reader.status().code(), absl::StatusCode::kResourceExhausted) << split;
  }
}

TEST(MessageReaderTest, RefusesATooLargeMessageByItsHead) {
  MessageReader reader(kMax);
  Messages messages;
  Read(reader, std::string("\0\xff\xff\xff\xff", 5), messages);
  EXPECT_EQ(reader.status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace quorate::http2
