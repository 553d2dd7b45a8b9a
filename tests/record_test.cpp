// Recordings: whatever an engine was asked gives the same rows again, byte for byte.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

#include "codec/json.hpp"
#include "novelo/adapters/email.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/recorder.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/journey.hpp"
#include "recorder/exact.hpp"
#include "recorder/limits_fields.hpp"
#include "support/journey_files.hpp"
#include "support/payloads.hpp"
#include "support/temp_folder.hpp"

namespace {

using namespace novelo;
using namespace novelo::testing;
using testing_support::every_journey;
using testing_support::TempFolder;
namespace fs = std::filesystem;

constexpr auto desk = R"({
  "tenant": {"company": "Aurora", "locale": "en", "zone": "UTC"},
  "connections": [{"name": "meta", "adapter": "whatsapp", "path": "/hooks/whatsapp",
                   "secrets": ["app_secret", "verify_token", "access_token"]}],
  "entry_points": [{"name": "whatsapp", "channel": "whatsapp", "connection": "meta",
                    "address": "1001", "desk": "care", "queue": "front"}],
  "desks": [{"name": "care"}],
  "queues": [{"name": "front"}],
  "agents": [{"name": "joao", "queues": ["front"]}]
})";

struct Adapters {
  VoiceAdapter voice;
  SmsAdapter sms;
  WhatsAppAdapter whatsapp;
  EmailAdapter email;
  std::vector<const ChannelAdapter*> all() const { return {&voice, &sms, &whatsapp, &email}; }
};

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string failures_of(const JourneyReport& report) {
  std::string text;
  for (const StepReport& step : report.steps) {
    for (const std::string& failure : step.failures) {
      text += "\nstep " + std::to_string(step.number) + ": " + failure;
    }
  }
  return text;
}

// Plays a journey and records it; what it was recorded to.
JourneyReport record(const Journey& journey, const std::string& file, bool restart = false) {
  RecordingOptions options;
  options.name = journey.name();
  options.zone = journey.zone();
  options.secrets = true;
  auto recorder = Recorder::open(file, options);
  REQUIRE(recorder);
  MemoryStore store;
  const Adapters adapters;
  PlayOptions play_options;
  play_options.restart = restart;
  play_options.on_call = recorder->observer();
  auto report = play(
      journey, adapters.all(), [&store] { return Result<Store*>(&store); }, play_options);
  INFO((report ? std::string() : to_string(report.error())));
  REQUIRE(report);
  const Status finished = recorder->finish(store);
  INFO((finished ? std::string() : to_string(finished.error())));
  REQUIRE(finished);
  return std::move(*report);
}

JourneyReport replay(const std::string& file, bool restart = false) {
  const auto journey = Journey::load(file);
  INFO((journey ? file : to_string(journey.error())));
  REQUIRE(journey);
  MemoryStore store;
  const Adapters adapters;
  PlayOptions options;
  options.restart = restart;
  auto report = play(
      *journey, adapters.all(), [&store] { return Result<Store*>(&store); }, options);
  INFO((report ? std::string() : to_string(report.error())));
  REQUIRE(report);
  return std::move(*report);
}

void check_replays(const std::string& file, bool restart = false) {
  const JourneyReport report = replay(file, restart);
  INFO(file << failures_of(report));
  CHECK(report.passed());
}

Timestamp at(std::int64_t seconds) {
  return *parse_timestamp("2026-03-12T09:00:00.000001Z") + std::chrono::seconds(seconds);
}

// A host of its own, with everything that is hard to write down.
struct Host {
  MemoryStore store;
  Adapters adapters;
  EngineOptions options;
  Timestamp now = at(0);

  explicit Host(std::function<void(const EngineCall&)> observer) {
    options.tenant_secret = Secret("a tenant's secret, sixteen bytes");
    options.secrets[ConnectionName("meta")] = {{"app_secret", {Secret("signs webhooks")}},
                                               {"verify_token", {Secret("verifies")}},
                                               {"access_token", {Secret("gives access")}}};
    options.on_call = std::move(observer);
  }
  Engine open() { return Engine::open(store, adapters.all(), options, now).value(); }
};

Input message(const std::string& id, const std::string& text) {
  InboundMessage message{id, at(1), {{AddressKind::phone, "5541988887777"}, {}, "Ana"}, "1001", {}};
  message.content.text = text;
  return DecodedEvent{ConnectionName("meta"), message};
}

void feed(Engine& engine, std::vector<Input> inputs, Timestamp now) {
  REQUIRE(engine.feed(inputs, now));
}

// Settles all there is with a reply whose headers repeat.
void settle_all(Engine& engine, Timestamp now) {
  const auto handouts = engine.poll(now, 3);
  REQUIRE(handouts);
  for (const Handout& handout : *handouts) {
    if (handout.kind == EffectKind::notify) {
      CHECK(engine.settle(handout.id, Done{}, now));
    } else {
      CHECK(engine.settle(
          handout.id, TransportReply{429, {{"A", "1"}, {"A", "2"}, {"Retry-After", "9"}}, "\xff"},
          now));
    }
  }
}

void drive(Host& host) {
  Engine first = host.open();
  CHECK_FALSE(
      first.feed({"early", {}, SetPresence{AgentName("joao"), Presence::available, {}}}, host.now));
  CHECK(first.feed({"config", {}, LoadConfiguration{desk}}, host.now));
  const AgentName joao("joao");
  feed(first,
       {Command{"in", joao, SetPresence{joao, Presence::available, "\xff no UTF-8 ${label} $name"}},
        message("wamid.1", "Hello ${x}"), message("wamid.1", "Hello ${x}"),
        Command{"nobody", joao, ViewConversation{ConversationId(999)}}},
       at(5));
  settle_all(first, at(9));
  CHECK_FALSE(
      first.receive({"POST", "/nowhere", {{"X", "1"}, {"x", "2"}, {"Y", "\xfe"}}, "\xff\xfe"},
                    at(4)));                                                  // earlier than before
  CHECK_FALSE(first.receive({"POST", "/hooks/whatsapp", {}, "{}"}, at(10)));  // no signature
  CHECK(first.feed_time(at(11)));
  CHECK_FALSE(first.feed_time(at(0) + std::chrono::hours(24 * 900)));
  { Engine gone = std::move(first); }
  host.options.limits.text_scalars = 20;
  host.options.time_jump = std::chrono::hours(24);
  host.options.secrets[ConnectionName("meta")]["app_secret"] = {Secret("rotated"), Secret("old")};
  host.now = at(12);
  Engine second = host.open();
  feed(second, {message("wamid.2", "a text that is longer than twenty scalars")}, at(13));
  Receipt receipt{
      "wamid.out", {},    DeliveryStatus::read, SendError{SendErrorClass::permanent, "1", "t"},
      at(3),       "1001"};
  UnsupportedEvent unsupported{"u1",   at(14),  {{AddressKind::phone, "5541988887777"}, {}, {}},
                               "1001", "order", true};
  CallEvent call{"c1", CallEventKind::incoming, "call-1", at(14), {}, "4000", {}, {}, {}, {}, 0, {},
                 {}};
  feed(second,
       {DecodedEvent{ConnectionName("meta"), receipt},
        DecodedEvent{ConnectionName("meta"), unsupported},
        DecodedEvent{ConnectionName("meta"), call}},
       at(14));
  settle_all(second, at(15));
}

}  // namespace

TEST_CASE("[B4] every journey, recorded, replays byte for byte, and so does its recording") {
  const TempFolder folder;
  for (const std::string& file : every_journey()) {
    const auto journey = Journey::load(file);
    REQUIRE(journey);
    const JourneyReport played = record(*journey, folder.file("once.json"));
    CHECK(played.passed());
    check_replays(folder.file("once.json"));
    const auto again = Journey::load(folder.file("once.json"));
    REQUIRE(again);
    record(*again, folder.file("twice.json"));
    INFO(file);
    CHECK(text_of(folder.file("once.json")) == text_of(folder.file("twice.json")));
  }
}

TEST_CASE("[B4] a recording of a run with restarts replays, restarts included") {
  const TempFolder folder;
  const auto journey = Journey::load(NOVELO_SOURCE_DIR "/examples/journeys/ana/journey.json");
  REQUIRE(journey);
  record(*journey, folder.file("restarts.json"), true);
  CHECK(text_of(folder.file("restarts.json")).find("\"open\"") != std::string::npos);
  check_replays(folder.file("restarts.json"));
}

TEST_CASE("[B4] a recording replays with restarts between any two calls") {
  const TempFolder folder;
  const auto journey = Journey::load(NOVELO_SOURCE_DIR "/examples/journeys/ana/journey.json");
  REQUIRE(journey);
  record(*journey, folder.file("once.json"));
  check_replays(folder.file("once.json"), true);
}

TEST_CASE("a host's own calls replay: batches, refusals, bytes that are no text, times, options") {
  const TempFolder folder;
  RecordingOptions options;
  options.secrets = true;
  auto recorder = Recorder::open(folder.file("host.json"), options).value();
  Host host(recorder.observer());
  drive(host);
  REQUIRE(recorder.finish(host.store));
  CHECK(recorder.status());
  check_replays(folder.file("host.json"));
  const JourneyReport report = replay(folder.file("host.json"));
  CHECK(std::any_of(report.transcript.begin(), report.transcript.end(), [](const auto& line) {
    return line.text.find("Hello ${x}") != std::string::npos;
  }));
}

TEST_CASE("a replay that comes out otherwise says where") {
  const TempFolder folder;
  RecordingOptions options;
  options.secrets = true;
  auto recorder = Recorder::open(folder.file("host.json"), options).value();
  Host host(recorder.observer());
  drive(host);
  REQUIRE(recorder.finish(host.store));
  std::string text = text_of(folder.file("host.json"));
  const auto place = text.find("Hello ${x}");
  REQUIRE(place != std::string::npos);
  text[place] = 'J';
  std::ofstream(folder.file("other.json"), std::ios::binary) << text;
  const std::string failures = failures_of(replay(folder.file("other.json")));
  CHECK(failures.find("store: expected the rows") != std::string::npos);
}

TEST_CASE("without its secrets a recording has none of them, and replays all the same") {
  const TempFolder folder;
  auto recorder = Recorder::open(folder.file("host.json"), {}).value();
  Host host(recorder.observer());
  drive(host);
  REQUIRE(recorder.finish(host.store));
  const std::string text = text_of(folder.file("host.json"));
  for (const char* secret : {"a tenant's secret", "signs webhooks", "gives access", "rotated"}) {
    CHECK(text.find(secret) == std::string::npos);
  }
  CHECK(text.find("\"verification\": \"recorded\"") != std::string::npos);
  CHECK(text.find("\"store\"") == std::string::npos);
  check_replays(folder.file("host.json"));
}

TEST_CASE("a recording is a whole journey after every call") {
  const TempFolder folder;
  auto recorder = Recorder::open(folder.file("host.json"), {}).value();
  int calls = 0;
  const auto observer = recorder.observer();
  Host host([&](const EngineCall& call) {
    observer(call);
    const auto journey = Journey::load(folder.file("host.json"));
    INFO((journey ? std::string() : to_string(journey.error())));
    const bool opening = calls++ == 0;  // nothing has been asked: there is no step yet
    CHECK(journey.has_value() != opening);
  });
  drive(host);
  CHECK(calls > 10);
}

TEST_CASE("a recording ends at its ceiling, is whole, and says so") {
  const TempFolder folder;
  RecordingOptions options;
  options.most_bytes = 3000;
  auto recorder = Recorder::open(folder.file("short.json"), options).value();
  Host host(recorder.observer());
  drive(host);
  const Status finished = recorder.finish(host.store);
  REQUIRE_FALSE(finished);
  CHECK(finished.error().code == ErrorCode::limit);
  CHECK(finished.error().reason == "full");
  CHECK(fs::file_size(folder.file("short.json")) <= 3000);
  check_replays(folder.file("short.json"));
}

TEST_CASE("a recording begins with the tenant's first engine") {
  const TempFolder folder;
  Host host({});
  {
    Engine engine = host.open();
    CHECK(engine.feed({"config", {}, LoadConfiguration{desk}}, host.now));
  }
  auto recorder = Recorder::open(folder.file("late.json"), {}).value();
  host.options.on_call = recorder.observer();
  const Engine engine = host.open();
  REQUIRE_FALSE(recorder.status());
  CHECK(recorder.status().error().reason == "not_from_the_beginning");
  CHECK_FALSE(recorder.finish(host.store));
  const auto nowhere = Recorder::open(folder.file("no/such/folder.json"), {});
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().reason == "cannot_open");
}

TEST_CASE("whoever watches can neither call the engine nor disturb it") {
  Engine* engine = nullptr;
  int told = 0;
  Host host([&](const EngineCall&) {
    ++told;
    if (engine == nullptr) return;
    const Status inside = engine->feed_time(at(1));
    REQUIRE_FALSE(inside);
    CHECK(inside.error().code == ErrorCode::reentrant);
    throw std::runtime_error("dropped");
  });
  Engine opened = host.open();
  engine = &opened;
  CHECK(opened.feed({"config", {}, LoadConfiguration{desk}}, host.now));
  CHECK(opened.feed_time(at(1)));
  CHECK(opened.poll(at(1), 10));
  CHECK_FALSE(opened.faulted());
  CHECK(told == 4);  // the call from inside is none
}

TEST_CASE("every limit is recorded") {
  const std::string header = testing_support::read_source("include/novelo/base/limits.hpp");
  const std::regex member(
      R"(\n  (?:std::size_t|std::uint64_t|std::uint32_t|int|bool|Duration) (\w+)\b)");
  codec::MemberPlaces places;
  const Limits limits;
  fields(places, limits);
  const auto count = std::distance(std::sregex_iterator(header.begin(), header.end(), member),
                                   std::sregex_iterator());
  CHECK(static_cast<std::size_t>(count) == places.places().size());
}
