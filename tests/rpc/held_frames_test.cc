#include "rpc/held_frames.h"

#include <gtest/gtest.h>

#include <string>

namespace quorate::rpc {
namespace {

struct Line {
  HeldFrames frames;
  std::string arrived = {};

  void Send(const FrameGate::Stream& stream, char what) {
    const auto arrival = [&]() -> FrameGate::Arrival { return [this, what] { arrived += what; }; };
    if (!frames.Holds(stream, arrival)) arrived += what;
  }
};

TEST(HeldFramesTest, HoldsWhatComesOnStreamsThatWereOpenAndHandsItOnInOrder) {
  Line line{{{NodeId(1)}, false}};
  const FrameGate::Stream former = line.frames.Open(NodeId(1));
  line.Send(former, 'a');
  line.frames.Hold();
  line.Send(former, 'b');
  line.Send(former, 'c');
  line.Send(line.frames.Open(NodeId(1)), 'd');
  EXPECT_EQ(line.arrived, "ad") << "the later stream is another connection";
  EXPECT_EQ(line.frames.held(), 2u);
  EXPECT_EQ(line.frames.Release(), 2u);
  line.Send(former, 'e');
  EXPECT_EQ(line.arrived, "adbce");
}

TEST(HeldFramesTest, HoldsLaterStreamsWhereItIsToldTo) {
  Line line{{{NodeId(1)}, true}};
  line.frames.Hold();
  line.Send(line.frames.Open(NodeId(1)), 'a');
  EXPECT_EQ(line.arrived, "");
  line.frames.Release();
  EXPECT_FALSE(line.frames.holding());
  EXPECT_EQ(line.arrived, "a");
}

TEST(HeldFramesTest, LetsOthersThrough) {
  Line line{{{NodeId(1)}, true}};
  line.frames.Hold();
  line.Send(line.frames.Open(NodeId(2)), 'a');
  EXPECT_EQ(line.arrived, "a");
}

TEST(HeldFramesTest, WhatComesWhileItHandsOnGoesBehind) {
  Line line{{{NodeId(1)}, false}};
  const FrameGate::Stream stream = line.frames.Open(NodeId(1));
  line.frames.Hold();
  ASSERT_TRUE(line.frames.Holds(stream, [&]() -> FrameGate::Arrival {
    return [&] {
      line.Send(stream, 'b');
      line.arrived += 'a';
    };
  }));
  EXPECT_EQ(line.frames.Release(), 2u);
  EXPECT_EQ(line.arrived, "ab");
}

}  // namespace
}  // namespace quorate::rpc
