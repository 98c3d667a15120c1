// The program itself: exit codes and what it prints.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace quorate::sim {
namespace {

struct Ended {
  int code = -1;
  std::string output;
};

Ended Kvsim(const std::string& arguments) {
  const std::string command = std::string(QUORATE_BIN_DIR) + "/kvsim " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  Ended ended;
  std::array<char, 4096> buffer;
  while (const size_t got = fread(buffer.data(), 1, buffer.size(), pipe)) {
    ended.output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

TEST(KvsimTest, ACleanSeedExitsWithZeroAndRepeatsItself) {
  const Ended once = Kvsim("--seed 3");
  EXPECT_EQ(once.code, 0) << once.output;
  EXPECT_NE(once.output.find("clean"), std::string::npos) << once.output;
  EXPECT_EQ(Kvsim("--seed 3").output, once.output);
}

TEST(KvsimTest, AViolationExitsWithTenItsTimelineAndTheCommandToSeeItAgain) {
  const Ended found = Kvsim("--seed 1 --seeds 30 --bug apply-twice");
  EXPECT_EQ(found.code, 10) << found.output;
  EXPECT_NE(found.output.find("  ****  "), std::string::npos) << found.output;
  const size_t again = found.output.find("to see it again: kvsim ");
  ASSERT_NE(again, std::string::npos) << found.output;
  const std::string command = found.output.substr(again + sizeof("to see it again: kvsim ") - 1);
  EXPECT_EQ(Kvsim(command.substr(0, command.find('\n'))).code, 10) << command;
}

TEST(KvsimTest, TellsEachEventWhenAsked) {
  const Ended told = Kvsim("--seed 3 --nodes 3 --duration 2 --verbose");
  EXPECT_EQ(told.code, 0);
  for (const char* kind : {"  send  ", "  recv  ", "  call  ", "  done  ", "  disk  ", "Append"}) {
    EXPECT_NE(told.output.find(kind), std::string::npos) << kind;
  }
}

TEST(KvsimTest, WrongUsageExitsWithTwoAndSaysWhatThereIs) {
  const Ended unknown = Kvsim("--bug forget-everything");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.output.find("count-learner"), std::string::npos) << unknown.output;
  EXPECT_EQ(Kvsim("--nodes 4").code, 2);
}

}  // namespace
}  // namespace quorate::sim
