// What a host in C records by novelo.h is a journey that gives the same again, byte for byte.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "abi/recorded.h"
#include "novelo/adapters/email.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/journey.hpp"
#include "support/temp_folder.hpp"

namespace {

using novelo::testing_support::TempFolder;

std::string failures_of(const novelo::testing::JourneyReport& report) {
  std::string text;
  for (const auto& step : report.steps) {
    for (const std::string& failure : step.failures) text += "\n" + failure;
  }
  return text;
}

void check_replays(const std::string& file, std::size_t least_steps) {
  const auto journey = novelo::testing::Journey::load(file);
  INFO((journey ? file : to_string(journey.error())));
  REQUIRE(journey);
  CHECK(journey->steps() >= least_steps);
  const novelo::VoiceAdapter voice;
  const novelo::SmsAdapter sms;
  const novelo::WhatsAppAdapter whatsapp;
  const novelo::EmailAdapter email;
  novelo::MemoryStore store;
  const auto report =
      novelo::testing::play(*journey, {&voice, &sms, &whatsapp, &email},
                            [&store] { return novelo::Result<novelo::Store*>(&store); }, {});
  INFO((report ? std::string() : to_string(report.error())));
  REQUIRE(report);
  INFO(failures_of(*report));
  CHECK(report->passed());
}

}  // namespace

TEST_CASE("the host with a runner that docs/c.md shows is that of tests/abi/page_test.c") {
  const auto read = [](const char* name) {
    std::ifstream in(std::string(NOVELO_SOURCE_DIR) + name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string page = read("/docs/c.md");
  const std::string test = read("/tests/abi/page_test.c");
  const std::string mark = "/* docs: begin */\n";
  const std::size_t from = test.find(mark);
  REQUIRE(from != std::string::npos);
  const std::size_t end = test.find("/* docs: end */");
  CHECK(page.find("```c\n" + test.substr(from + mark.size(), end - from - mark.size()) + "```") !=
        std::string::npos);
}

TEST_CASE("a host in C records, and the recording replays") {
  for (const bool secrets : {true, false}) {
    const TempFolder folder;
    const std::string file = folder.file("desk.json");
    CHECK(record_desk(file.c_str(), secrets ? 1 : 0) == 0);
    check_replays(file, 8);
  }
}

TEST_CASE("what a runner does for a host in C is recorded, and replays") {
  constexpr int calls = 50;
  const TempFolder folder;
  const std::string file = folder.file("desk.json");
  CHECK(record_hall(file.c_str(), folder.file("late.json").c_str(), calls) == 0);
  check_replays(file, calls + 3);
}
