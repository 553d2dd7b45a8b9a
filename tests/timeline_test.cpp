// Conversations read from a store's rows, without an engine: nothing is written, nobody is fenced.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "novelo/adapters/email.hpp"
#include "novelo/adapters/sms.hpp"
#include "novelo/adapters/voice.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/engine.hpp"
#include "novelo/stores/memory.hpp"
#include "novelo/testing/journey.hpp"
#include "novelo/testing/stored_desk.hpp"
#include "support/forwarding_store.hpp"

namespace {

using namespace novelo;
using namespace novelo::testing;

// Fails the test where anything but reading is tried.
class ReadOnly final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<Fence> open_tenant(const TenantName& tenant) override {
    FAIL_CHECK("a fence was taken");
    return ForwardingStore::open_tenant(tenant);
  }
  Status commit_all(std::span<const TenantWrites> parts) override {
    FAIL_CHECK("something was written");
    return ForwardingStore::commit_all(parts);
  }
};

struct Day {
  VoiceAdapter voice;
  SmsAdapter sms;
  WhatsAppAdapter whatsapp;
  EmailAdapter email;
  MemoryStore store;
  std::uint64_t tenant = 0;
  std::vector<TranscriptLine> played;

  std::vector<const ChannelAdapter*> adapters() const { return {&voice, &sms, &whatsapp, &email}; }

  Day() {
    const auto journey = Journey::load(NOVELO_SOURCE_DIR "/examples/journeys/ana/journey.json");
    REQUIRE(journey);
    PlayOptions options;
    options.on_call = [this](const EngineCall& call) {
      if (const auto* open = std::get_if<OpenCall>(&call.what)) tenant = open->tenant;
    };
    auto report = play(
        *journey, adapters(), [this] { return Result<Store*>(&store); }, options);
    REQUIRE(report);
    REQUIRE(report->passed());
    played = std::move(report->transcript);
  }
};

std::vector<std::string> said(const std::vector<TranscriptLine>& lines) {
  std::vector<std::string> texts;
  for (const TranscriptLine& line : lines) {
    const bool told = line.side == Side::heading || line.side == Side::note;
    if (!told && !line.who.empty()) texts.push_back(line.who + ": " + line.text);
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace

TEST_CASE("a day is read from its rows as it was played, and the store stays as it was") {
  Day day;
  ReadOnly store(day.store);
  const auto desk = StoredDesk::open(store, day.tenant, day.adapters());
  REQUIRE(desk);
  CHECK(desk->zone() == "America/Sao_Paulo");
  CHECK_FALSE(desk->company().empty());
  const auto all = desk->conversations({}, 10);
  REQUIRE(all);
  REQUIRE_FALSE(all->empty());
  const auto by_number = desk->of_protocol("20260311000001");
  REQUIRE(by_number);
  const StoredConversation ana = desk->conversation(*by_number).value();
  CHECK(ana.contact == "Ana Souza");
  CHECK_FALSE(ana.owner.empty());
  const auto lines = desk->transcript(ana.record.id, {});
  REQUIRE(lines);
  // Every message is there, by the same names and in the same words as when it was played.
  const auto stored = said(*lines);
  const auto played = said(day.played);
  CHECK(stored.size() > 5);
  CHECK(std::includes(played.begin(), played.end(), stored.begin(), stored.end()));
  CHECK(std::is_sorted(lines->begin(), lines->end(),
                       [](const auto& left, const auto& right) { return left.at < right.at; }));
  const auto panel = desk->panel(ana.record.id);
  REQUIRE(panel);
  REQUIRE(panel->cases.size() == 1);
  CHECK(panel->cases[0].protocol == "20260311000001");
  CHECK_FALSE(panel->cases[0].history.empty());
  CHECK_FALSE(panel->agents.empty());
}

TEST_CASE("conversations are found by contact in any spelling and by protocol number") {
  Day day;
  const auto desk = StoredDesk::open(day.store, day.tenant, day.adapters());
  REQUIRE(desk);
  const ConversationId id = desk->conversations({}, 1).value().front().record.id;
  for (const char* address : {"phone:5541988887777", "+55 41 98888-7777", "554188887777",
                              "ana.souza@correio.example", "ANA.SOUZA@correio.example"}) {
    const auto found = desk->of_contact(address);
    INFO(address);
    REQUIRE(found);
    CHECK(*found == std::vector<ConversationId>{id});
  }
  for (const char* number : {"20260311000001", "2026 0311-000001"}) {
    const auto found = desk->of_protocol(number);
    REQUIRE(found);
    CHECK(*found == id);
  }
  CHECK(desk->of_contact("phone:351999999999").error().code == ErrorCode::not_found);
  CHECK(desk->of_contact("x@nowhere.example").error().code == ErrorCode::not_found);
  CHECK(desk->of_protocol("1").error().reason == "unknown_protocol");
  CHECK(desk->transcript(ConversationId(4711), {}).error().reason == "unknown_conversation");
  CHECK(desk->conversation(ConversationId(4711)).error().code == ErrorCode::not_found);
  CHECK(StoredDesk::open(day.store, 99, day.adapters()).error().code == ErrorCode::not_found);
}

TEST_CASE("notes are shown, marked, and left away; the customer's view has none and no events") {
  Day day;
  EngineOptions options;
  options.tenant = TenantName("Ana's day");
  options.tenant_secret = Secret("uma chave que ningu\xC3\xA9m adivinha");
  for (const char* name : {"pbx", "twilio", "meta", "mail"}) {
    for (const char* secret :
         {"shared_secret", "auth_token", "app_secret", "verify_token", "access_token"}) {
      options.secrets[ConnectionName(name)][secret] = {Secret("x")};
    }
  }
  const auto before = StoredDesk::open(day.store, day.tenant, day.adapters());
  const ConversationId id = before->conversations({}, 1).value().front().record.id;
  const Timestamp now = before->now();
  {
    auto engine = Engine::open(day.store, day.adapters(), options, now);
    REQUIRE(engine);
    CHECK(engine->feed({"note", AgentName("joao"), AddNote{id, "pays in cash"}}, now));
  }
  const auto desk = StoredDesk::open(day.store, day.tenant, day.adapters());
  REQUIRE(desk);
  const auto is_note = [](const TranscriptLine& line) { return line.side == Side::note; };
  const auto with = desk->transcript(id, {}).value();
  REQUIRE(std::count_if(with.begin(), with.end(), is_note) >= 1);
  CHECK(std::any_of(with.begin(), with.end(), [](const TranscriptLine& line) {
    return line.side == Side::note && line.text == "pays in cash";
  }));
  StoredTranscriptOptions without;
  without.notes = false;
  const auto plain = desk->transcript(id, without).value();
  CHECK(std::none_of(plain.begin(), plain.end(), is_note));
  StoredTranscriptOptions customer;
  customer.customer = true;
  const auto view = desk->transcript(id, customer).value();
  CHECK_FALSE(view.empty());
  CHECK(view.size() == desk->conversation(id).value().record.customer_entries);
  CHECK(std::none_of(view.begin(), view.end(), [](const TranscriptLine& line) {
    return line.side == Side::note || line.side == Side::event;
  }));
  StoredTranscriptOptions few;
  few.most_lines = 3;
  CHECK(desk->transcript(id, few).value().size() == 3);
}
