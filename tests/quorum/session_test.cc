#include "quorum/session.h"

#include <gtest/gtest.h>

#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

const Identity kOne{NodeId(1), Boot(1)};
const Identity kTwo{NodeId(2), Boot(1)};

TEST(SessionTest, HoldsWhatWasWrittenAndReadAndTheNewestTime) {
  SessionPart part;
  part.Note({kOne, 3}, HlcTime(30));
  part.Note({kTwo, 1}, HlcTime(20));
  part.Note(Dot(), HlcTime());
  EXPECT_EQ(part.dots.ToString(), "n1b1:3 n2b1:1");
  EXPECT_EQ(part.time, HlcTime(30));
  std::string bytes;
  part.AppendTo(bytes);
  Reader reader(bytes);
  EXPECT_EQ(SessionPart::TakeFrom(reader), part);
  EXPECT_TRUE(reader.done());
}

TEST(SessionTest, ManyOddDotsBecomeOneNumber) {
  SeenClock seen;
  seen.Add(kOne, {1, 500});
  seen.Add({kOne, 502});
  SessionPart part;
  for (uint64_t counter = 2; counter <= 500; counter += 2) part.Note({kOne, counter}, HlcTime(1));
  part.Note({kOne, 502}, HlcTime(1));
  part.Note({kTwo, 4}, HlcTime(1));
  part.Compact(seen);
  EXPECT_EQ(part.dots.ToString(), "n1b1:1-500,502 n2b1:4");
  seen.Add({kTwo, 4});
  EXPECT_TRUE(seen.Covers(part.dots)) << "it must not ask for what nobody has";
}

TEST(SessionTest, AnEndedBootIsNoLongerAskedFor) {
  SeenClock seen;
  seen.End(NodeId(1), Boot(2));
  SessionPart part;
  part.Note({kOne, 3}, HlcTime(1));
  part.Compact(seen);
  EXPECT_TRUE(part.dots.empty());
}

}  // namespace
}  // namespace quorate::quorum
