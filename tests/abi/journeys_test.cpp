// Every journey through the C interface: played by a host that is written in C, on stores that were
// opened in C, with and without restarts. What has been stored is looked at from both sides.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "abi/c_seat.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/testing/journey.hpp"
#include "support/journey_files.hpp"
#ifdef NOVELO_HAS_EMAIL
#include "novelo/adapters/email.hpp"
#endif

namespace {

using namespace novelo;
using namespace novelo::testing;
using testing_support::every_journey;
namespace fs = std::filesystem;

// For what the player wants to know of a connection; the engine behind the handles has its own.
struct Adapters {
  VoiceAdapter voice;
  SmsAdapter sms;
  WhatsAppAdapter whatsapp;
#ifdef NOVELO_HAS_EMAIL
  EmailAdapter email;
#endif

  std::vector<const ChannelAdapter*> all() const {
    std::vector<const ChannelAdapter*> list{&voice, &sms, &whatsapp};
#ifdef NOVELO_HAS_EMAIL
    list.push_back(&email);
#endif
    return list;
  }
};

void play_file(const std::string& file, novelo_store* store, bool restart) {
  const Adapters adapters;
  const auto journey = Journey::load(file);
  INFO((journey ? file : to_string(journey.error())));
  REQUIRE(journey);
  PlayOptions options;
  options.restart = restart;
  const auto report = play_at(
      *journey, adapters.all(), [store] { return Result<Store*>(&store_behind(store)); },
      c_seats(store, seat_in_c), options);
  INFO((report ? std::string() : to_string(report.error())));
  REQUIRE(report);
  CHECK(report->steps.size() == journey->steps());
  for (const StepReport& step : report->steps) {
    for (const std::string& failure : step.failures) {
      FAIL_CHECK(file << ": step " << step.number << " (" << step.name << "): " << failure);
    }
  }
}

void play_in_memory(bool restart) {
  const std::uint32_t before = abi::live_handles();
  for (const std::string& file : every_journey()) {
    novelo_store* store = nullptr;
    REQUIRE(novelo_store_open_memory(nullptr, &store, nullptr) == NOVELO_OK);
    play_file(file, store, restart);
    CHECK(novelo_store_close(store, nullptr) == NOVELO_OK);
  }
  CHECK(abi::live_handles() == before);
}

}  // namespace

TEST_CASE("every journey passes through the C interface") {
  play_in_memory(false);
}

TEST_CASE("every journey passes through the C interface, with restarts") {
  play_in_memory(true);
}

TEST_CASE("every journey passes through the C interface on one file") {
  std::string folder = (fs::temp_directory_path() / "novelo-abi-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string path = folder + "/desk.novelo";
  novelo_store* store = nullptr;
  REQUIRE(novelo_store_open_sqlite(path.data(), path.size(), nullptr, &store, nullptr) ==
          NOVELO_OK);
  // Each journey is a tenant of its own.
  for (const std::string& file : every_journey()) play_file(file, store, true);
  CHECK(novelo_store_checkpoint(store, nullptr) == NOVELO_OK);
  CHECK(novelo_store_close(store, nullptr) == NOVELO_OK);
  fs::remove_all(folder);
}
