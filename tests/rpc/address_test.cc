#include "rpc/address.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

namespace quorate::rpc {
namespace {

using ::testing::HasSubstr;

TEST(AddressTest, ReadsNamesAndBothKindsOfNumbers) {
  EXPECT_EQ(ParseAddress("127.0.0.1:7400")->host, "127.0.0.1");
  EXPECT_EQ(ParseAddress("db1.example:65535")->port, 65535);
  EXPECT_EQ(ParseAddress("[::1]:80")->host, "::1");
  EXPECT_EQ(ParseAddress("[::1]:80")->ToString(), "[::1]:80");
}

TEST(AddressTest, RefusesWhatIsNotHostAndPort) {
  for (const char* text : {"", "7400", ":7400", "host", "host:", "host:0", "host:65536", "host:x",
                           "::1:80", "host:-1", "host:80:90"}) {
    EXPECT_EQ(ReasonOf(ParseAddress(text).status()), "BAD_VALUE") << text;
  }
}

TEST(AddressTest, KnowsWhatOnlyThisMachineCanReach) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1"}) {
    EXPECT_TRUE(ParseAddress(text)->IsLoopback()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "localhost.example:1"}) {
    EXPECT_FALSE(ParseAddress(text)->IsLoopback()) << text;
  }
}

TEST(AddressTest, NamesTheAddressAndTheSettingOfAPortInUse) {
  const int taken = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  ASSERT_EQ(getsockname(taken, reinterpret_cast<sockaddr*>(&at), &size), 0);
  const Address address{"127.0.0.1", ntohs(at.sin_port)};
  const absl::Status status = CheckCanListen(address, "peer-listen");
  EXPECT_EQ(ReasonOf(status), "PORT_IN_USE");
  EXPECT_THAT(std::string(status.message()), HasSubstr(address.ToString()));
  EXPECT_THAT(std::string(status.message()), HasSubstr("--peer-listen"));
  close(taken);
  EXPECT_TRUE(CheckCanListen(address, "peer-listen").ok());
}

TEST(AddressTest, NamesAHostThatIsNotOfThisMachine) {
  const absl::Status status = CheckCanListen({"192.0.2.1", 7400}, "listen");
  EXPECT_EQ(ReasonOf(status), "CANNOT_LISTEN");
  EXPECT_THAT(std::string(status.message()), HasSubstr("192.0.2.1:7400"));
}

}  // namespace
}  // namespace quorate::rpc
