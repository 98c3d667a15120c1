// kvctl session.
#include <gmock/gmock.h>

#include "kvctl/command_line.h"

namespace quorate::kvctl {
namespace {

using ::testing::HasSubstr;

class SessionCommandTest : public CommandLineTest {};

TEST_F(SessionCommandTest, ShowsWhatASessionHasSeen) {
  const std::string file = Path("session");
  EXPECT_EQ(Kvctl("session new " + file).code, 0);
  EXPECT_TRUE(Kvctl("session show " + file + " -o json").json()["seen"].empty());
  ASSERT_EQ(Kvctl("put default k v --session " + file).code, 0);
  const auto json = Kvctl("session show " + file + " -o json").json();
  ASSERT_EQ(json["seen"].size(), 1u);
  EXPECT_EQ(json["seen"][0]["keyspace"], "default");
  EXPECT_GT(json["seen"][0]["term"], 0);
  EXPECT_GT(json["seen"][0]["index"], 0);
  EXPECT_THAT(Kvctl("session show " + file).out, HasSubstr("default"));
  // The same as a word.
  EXPECT_EQ(Kvctl("session show $(base64 -w0 " + file + ") -o json").json(), json);
  // A new one forgets.
  EXPECT_EQ(Kvctl("session new " + file).code, 0);
  EXPECT_TRUE(Kvctl("session show " + file + " -o json").json()["seen"].empty());
}

TEST_F(SessionCommandTest, RefusesTokensThatAreDamagedOrOfAnotherCluster) {
  const std::string file = Path("session");
  ASSERT_EQ(Kvctl("put default k v --session " + file).code, 0);
  ASSERT_EQ(Shell("head -c 18 " + file + " >" + Path("cut")).code, 0);
  const Ended cut = Kvctl("session show " + Path("cut"));
  EXPECT_EQ(cut.code, 2);
  EXPECT_THAT(cut.err, HasSubstr("SESSION_DAMAGED"));
  Write("forged", std::string("\x01") + std::string(40, 'x'));
  EXPECT_THAT(Kvctl("session show " + Path("forged")).err, HasSubstr("SESSION_DAMAGED"));
  EXPECT_THAT(Kvctl("session show 'no token'").err, HasSubstr("SESSION_DAMAGED"));
  EXPECT_THAT(Kvctl("session new /nowhere/at/all").err, HasSubstr("UNWRITABLE_FILE"));
}

}  // namespace
}  // namespace quorate::kvctl
