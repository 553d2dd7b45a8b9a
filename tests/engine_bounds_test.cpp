// How much of anything may be handed to an engine: what is too much is refused before it is
// decided, and what was taken can always be read again.
#include <doctest/doctest.h>

#include "codec/binary.hpp"
#include "novelo/stores/memory.hpp"
#include "store_support.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;

namespace {

struct Desk {
  MemoryStore store;
  Host host;

  explicit Desk(EngineOptions how = options()) : host(store, std::move(how)) { host.configure(); }
};

Value nested(std::size_t levels) {
  Value value("x");
  for (std::size_t i = 0; i < levels; ++i) value = Value(Value::List{std::move(value)});
  return value;
}

UpsertContact ana_with(Value value) {
  UpsertContact contact;
  contact.name = "Ana";
  contact.addresses = {{AddressKind::phone, ana}};
  contact.attributes["k"] = std::move(value);
  return contact;
}

EffectId action_of(Host& host, Value parameter) {
  const ConversationId conversation = host.whatsapp(ana, "oi").conversation;
  const Outcome opened =
      host.must(OpenCase{conversation, CaseTypeName("appointment"), {}, {}, {}}, "joao");
  const Value::Map parameters{{"date", std::move(parameter)}};
  return host.must(RunAction{opened.case_id, "reschedule", parameters}, "joao").effect;
}

nlohmann::json with_action() {
  nlohmann::json json = configuration();
  json["actions"] = nlohmann::json::parse(
      R"([{"name": "reschedule", "parameters": ["date"], "sets": {"new_date": "answer.date"}}])");
  return json;
}

}  // namespace

TEST_CASE("[B3] a value that goes too deep is refused with its path, and stops nothing") {
  const Limits limits;
  const store_support::TempFolder folder;
  const auto store = store_support::open_sqlite(folder.file());
  Host host(*store);
  host.must(LoadConfiguration{with_action().dump()});
  const Error refused = host.refusal(ana_with(nested(limits.value_depth + 1)));
  CHECK(refused.code == ErrorCode::limit);
  CHECK(refused.reason == "too_deep");
  CHECK(refused.subject.starts_with("attributes.k[0][0]"));
  CHECK_FALSE(refused.remedy.empty());
  const ContactId contact = host.must(ana_with(nested(limits.value_depth))).contact;

  const EffectId effect = action_of(host, nested(limits.value_depth));
  host.reopen();
  CHECK(host.query().contact(contact)->attributes.at("k") == nested(limits.value_depth));
  CHECK(host.query().unsettled(EffectId(effect.value() - 1), 1)->front().id == effect);
  const auto settled = host.engine().settle(
      effect, Done{Value(Value::Map{{"date", nested(limits.value_depth)}})}, host.now());
  REQUIRE_FALSE(settled);
  CHECK(settled.error().reason == "too_deep");
  CHECK(settled.error().subject.starts_with("answer.date[0]"));
  CHECK(host.engine().settle(effect, Failed{"no", "No.", false}, host.now()));
  host.reopen();
}

TEST_CASE("[B3] a text that no store would take is refused with its path") {
  const store_support::TempFolder folder;
  const auto store = store_support::open_sqlite(folder.file());
  Host host(*store);
  host.configure();
  const ConversationId conversation = host.whatsapp(ana, "oi").conversation;
  const Limits limits;
  const Error note = host.refusal(AddNote{conversation, std::string(65 * 1024 * 1024, 'a')});
  CHECK(note.code == ErrorCode::limit);
  CHECK(note.reason == "too_long");
  CHECK(note.subject == "text");
  CHECK(host.refusal(ana_with(Value(std::string(limits.text_bytes + 1, 'a')))).subject ==
        "attributes.k");
  const Value::List many(limits.input_bytes / 8, Value());
  CHECK(host.refusal(ana_with(Value(many))).reason == "too_large");
  InboundMessage message =
      clinic::message("w1", whatsapp_number, ana, std::string(limits.request_bytes + 1, 'a'));
  const auto arrived = host.event("meta", message);
  REQUIRE_FALSE(arrived);
  CHECK(arrived.error().subject == "content.text");
  host.must(AddNote{conversation, std::string(limits.text_bytes, 'a')});
  CHECK_FALSE(host.engine().faulted());
  host.reopen();
  CHECK(host.query().notes(conversation, 10)->size() == 1);
}

TEST_CASE("the largest configuration fits into a row of the store") {
  const Limits limits;
  const SqliteOptions sqlite;
  CHECK(limits.configuration_bytes + 1024 < sqlite.row_bytes);
}

TEST_CASE("what a writer takes every reader takes") {
  for (const std::size_t levels : {1U, 90U, 95U, 96U, 97U, 200U}) {
    Outcome outcome;
    outcome.details["deep"] = nested(levels);
    const auto row = codec::to_row(outcome);
    Outcome back;
    CHECK(row.has_value() == (levels < 96));
    CHECK(codec::from_bytes(codec::to_bytes(outcome), back) == row.has_value());
  }
}
