#include "quorum/session.h"

#include <gtest/gtest.h>

#include "base/error.h"
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

TEST(SessionTest, CompactingAsksForNothingBehindTheNewestThatItSaw) {
  SeenClock seen;
  seen.Add(kOne, {1, 500});
  SessionPart part;
  part.Note({kOne, 7}, HlcTime(1));
  part.Compact(seen);
  EXPECT_EQ(part.dots.ToString(), "n1b1:1-7");
}

TEST(SessionTest, AnAnswerTellsWhatItsSessionMayMakeShorter) {
  const Identity later{NodeId(1), Boot(2)};
  SessionPart session;
  session.Note({kOne, 3}, HlcTime(1));
  session.Note({kTwo, 2}, HlcTime(1));
  session.Note({kTwo, 5}, HlcTime(1));
  SeenClock seen;
  seen.End(NodeId(1), Boot(2));
  seen.Add(later, {1, 9});
  seen.Add(kTwo, {1, 6});
  SessionPart answer;
  answer.TellShorter(session, seen);
  session.Merge(answer);
  EXPECT_EQ(session.dots.ToString(), "n2b1:1-5");
  EXPECT_TRUE(session.dots.ended().empty()) << "who has not heard of the end need not wait for it";
}

TEST(SessionTest, DamagedPartsAreRefused) {
  SessionPart part;
  part.Note({kOne, 3}, HlcTime(30));
  const std::string bytes = EncodeSessionPart(part);
  EXPECT_EQ(*DecodeSessionPart(bytes), part);
  EXPECT_EQ(*DecodeSessionPart(""), SessionPart());
  EXPECT_EQ(ReasonOf(DecodeSessionPart(bytes + "x").status()), "SESSION_DAMAGED");
  EXPECT_EQ(ReasonOf(DecodeSessionPart(bytes.substr(1)).status()), "SESSION_DAMAGED");
}

}  // namespace
}  // namespace quorate::quorum
