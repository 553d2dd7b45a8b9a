// Who has what the contact writes, when people come and go, are busy, or pass it on.
#include <doctest/doctest.h>

#include <algorithm>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "codec/binary.hpp"
#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"
#include "support/forwarding_store.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

struct Desk {
  MemoryStore store;
  Host host{store};

  Desk() {
    host.configure();
    host.sign_in("joao");
  }

  // Ana's chat, which João has.
  Outcome chat() {
    const Outcome oi = host.whatsapp(ana, "oi");
    host.accept("joao");
    host.settle_all();
    return oi;
  }
  // Ana calls while João is on another call, and chooses to go on by WhatsApp.
  void call_to_come_back() {
    host.must(SetOtherCall{joao, true});
    host.call("c1", "41988887777");
    host.settle_all();
    CallEvent digits = call_event(CallEventKind::digits, "c1");
    digits.digits = "4";
    host.told(digits);
    host.settle_all();
    host.hung_up("c1");
  }
  // The alternatives are for every wait.
  void always_alternatives() {
    nlohmann::json json = configuration();
    json["queues"][0]["waiting_when"] = {"preferred_busy", "preferred_offline", "agents_busy",
                                         "nobody_available"};
    host.must(LoadConfiguration{json.dump()});
  }
  std::string said_last(ConversationId id) {
    std::string text;
    for (const Entry& entry : host.timeline(id)) {
      if (entry.direction == Direction::outbound) text = entry.content.text;
    }
    return text;
  }
  void answer(ConversationId id, const std::string& text) {
    SendMessage message;
    message.conversation = id;
    message.entry_point = EntryPointName("whatsapp");
    message.content.text = text;
    host.must(message, "joao");
    host.settle_all();
  }
};

// To whom the notifications of a kind went.
std::vector<std::string> told(const std::vector<Handout>& handouts, const std::string& type) {
  std::vector<std::string> agents;
  for (const Handout& out : handouts) {
    if (out.kind != EffectKind::notify || out.body.at("type").to_text() != type) continue;
    agents.push_back(out.agent.text());
  }
  return agents;
}

}  // namespace

TEST_CASE("[S0.5][S0.6] the alternatives of a busy adviser can be chosen in writing") {
  Desk desk;
  const Outcome chat = desk.chat();
  desk.host.must(SetOtherCall{joao, true});
  const Outcome sms = desk.host.sms("+5541988887777", "Bom dia, preciso falar com o João");
  desk.host.settle_all();
  CHECK(sms.conversation == chat.conversation);
  CHECK(desk.said_last(sms.conversation).find("não pode atender") != std::string::npos);

  desk.host.sign_in("marta");
  desk.host.sms("+5541988887777", "outro consultor");
  CHECK(told(desk.host.settle_all(), "offer") == std::vector<std::string>{"marta"});
  CHECK(desk.host.count(sms.conversation, EventKind::alternative_chosen) == 1);
  desk.host.accept("marta");
  CHECK(desk.host.conversation(sms.conversation).owner == marta);
}

TEST_CASE(
    "[S0.5] who writes to an adviser whom they have on the line is not told that he is busy") {
  Desk desk;
  desk.always_alternatives();
  const Outcome chat = desk.chat();
  const std::string said = desk.said_last(chat.conversation);
  const Outcome call = desk.host.call("c-1", ana);
  const Outcome ringing = desk.host.sms("+5541988887777", "Estou ligando");
  CHECK(desk.host.settle_all().size() == 1);  // the offer of the call
  desk.host.accept("joao");
  desk.host.told(call_event(CallEventKind::bridged, "c-1"));
  desk.host.pass(2min);
  CHECK(desk.said_last(chat.conversation) == said);
  CHECK(desk.host.interaction(ringing.interaction).state == InteractionState::waiting);

  SUBCASE("after the call he has it") {
    desk.host.hung_up("c-1");
    desk.host.must(EndWrapUp{call.interaction}, "joao");
    CHECK(told(desk.host.settle_all(), "offer") == std::vector<std::string>{"joao"});
  }
  SUBCASE("who speaks with somebody else after it is busy") {
    desk.host.must(SetOtherCall{joao, true});
    desk.host.hung_up("c-1");
    desk.host.settle_all();
    CHECK(desk.said_last(chat.conversation) == said);
    desk.host.pass(1min);
    CHECK(desk.said_last(chat.conversation).find("não pode atender") != std::string::npos);
  }
  SUBCASE("who leaves goes on with the call, and is away after it") {
    desk.host.must(SetPresence{joao, Presence::offline, {}}, "joao");
    desk.host.settle_all();
    CHECK(desk.said_last(chat.conversation) == said);
    desk.host.hung_up("c-1");
    desk.host.pass(1min);
    CHECK(desk.said_last(chat.conversation).find("não pode atender") != std::string::npos);
  }
}

TEST_CASE("[S0.5] who chose to wait on the line is asked anew when nobody is left") {
  Desk desk;
  desk.always_alternatives();
  desk.host.must(SetOtherCall{joao, true});
  const Outcome call = desk.host.call("c-1", ana);
  const Outcome chat = desk.host.sms("+5541977776666", "Bom dia");
  const auto menus = [&](ConversationId id) {
    return desk.host.count(id, EventKind::flow_started);
  };
  CallEvent one = call_event(CallEventKind::digits, "c-1");
  one.digits = "1";
  desk.host.told(one);
  desk.host.sms("+5541977776666", "esperar");
  REQUIRE(menus(call.conversation) == 1);
  REQUIRE(menus(chat.conversation) == 1);

  desk.host.must(SetPresence{joao, Presence::offline, {}}, "joao");
  CHECK(menus(call.conversation) == 2);
  CHECK(menus(chat.conversation) == 1);  // it can be read at any time that they wait
  one.id.clear();
  desk.host.told(one);
  desk.host.pass(5min);
  CHECK(menus(call.conversation) == 2);  // nothing has changed
  CHECK(desk.host.interaction(call.interaction).state == InteractionState::waiting);
}

TEST_CASE("[S0.34] a chat whose agent has signed off goes to somebody when the contact writes") {
  Desk desk;
  desk.host.sign_in("marta");
  const Outcome chat = desk.chat();
  desk.answer(chat.conversation, "Bom dia, Ana");
  desk.host.must(SetPresence{joao, Presence::offline, {}}, "joao");
  CHECK(told(desk.host.settle_all(), "offer").empty());  // nobody waits for an answer
  CHECK(desk.host.interaction(chat.interaction).agent == joao);

  desk.host.wait(8h);
  desk.host.whatsapp(ana, "Ainda estão aí?");
  CHECK(desk.host.interaction(chat.interaction).state == InteractionState::waiting);
  desk.host.pass(3min);  // its owner is waited for first
  desk.host.accept("marta");
  CHECK(desk.host.interaction(chat.interaction).agent == marta);
  const auto timeline = desk.host.timeline(chat.conversation);
  const auto assigned = std::find_if(timeline.rbegin(), timeline.rend(), [](const Entry& entry) {
    return entry.event == EventKind::assigned;
  });
  REQUIRE(assigned != timeline.rend());
  CHECK(assigned->details.at("waited_seconds") == Value(180));  // not since the chat began
}

TEST_CASE("[S0.34] signing off gives back a chat that waits for an answer") {
  Desk desk;
  desk.host.sign_in("marta");
  const Outcome chat = desk.chat();
  desk.host.must(SetPresence{joao, Presence::offline, {}}, "joao");
  desk.host.pass(3min);
  desk.host.accept("marta");
  CHECK(desk.host.interaction(chat.interaction).agent == marta);
}

TEST_CASE("whoever is offered a contact is asked for their other presences, if they are free") {
  Desk desk;
  desk.host.sign_in("marta");
  const Outcome chat = desk.host.whatsapp(ana, "oi");
  const auto whose = [&](const Outcome& one) {
    return desk.host.query().work(desk.host.interaction(one.interaction).work)->agent;
  };
  CHECK(whose(chat) == joao);
  CHECK(whose(desk.host.sms(ana, "oi?")) == joao);  // and not Marta's, who has nothing to do
  CHECK(whose(desk.host.whatsapp("5541900001111", "oi")) == marta);
  desk.host.must(SetOtherCall{joao, true});  // takes every offer from him
  CHECK(whose(desk.host.call("k1", ana)) == marta);
}

TEST_CASE("[S0.34] a contact whose agent signs off keeps the place of the oldest open question") {
  Desk desk;
  const Outcome chat = desk.chat();
  desk.answer(chat.conversation, "Bom dia, Ana");
  desk.host.wait(20min);
  const Timestamp asked = desk.host.now();
  desk.host.whatsapp(ana, "Alguma novidade?");
  desk.host.wait(2min);
  desk.host.whatsapp(ana, "?");
  desk.host.wait(3min);
  const auto place = [&] {
    return desk.host.query().work(desk.host.interaction(chat.interaction).work)->requested_at;
  };
  SUBCASE("to the queue") {
    const Outcome later = desk.host.whatsapp("5541900001111", "oi");
    desk.host.wait(5min);
    desk.host.must(SetPresence{joao, Presence::offline, {}}, "joao");
    CHECK(place() == asked);
    desk.host.pass(3min);
    desk.host.sign_in("marta");
    desk.host.settle_all();
    const WorkId first = desk.host.interaction(chat.interaction).work;
    const WorkId second = desk.host.interaction(later.interaction).work;
    CHECK(desk.host.query().work(first)->offer < desk.host.query().work(second)->offer);
  }
  SUBCASE("to another owner, who is not there") {
    desk.host.must(ReassignConversation{chat.conversation, marta}, "joao");
    CHECK(place() == asked);
  }
}

TEST_CASE("[S4.16] a conversation that is reassigned takes its live chat along") {
  Desk desk;
  desk.host.sign_in("marta");
  const Outcome chat = desk.chat();
  desk.host.must(ReassignConversation{chat.conversation, marta}, "joao");
  CHECK(told(desk.host.settle_all(), "reassigned") == std::vector<std::string>{"marta"});
  CHECK(desk.host.interaction(chat.interaction).agent == marta);
  desk.host.whatsapp(ana, "E agora?");
  CHECK(told(desk.host.settle_all(), "message") == std::vector<std::string>{"marta"});
  desk.host.must(FinishInteraction{chat.interaction}, "marta");
  CHECK(desk.host.refusal(ReassignConversation{chat.conversation, marta}, "joao").reason ==
        "already_owner");
  desk.host.must(ReassignConversation{chat.conversation, joao}, "joao");
  CHECK(told(desk.host.settle_all(), "reassigned").empty());  // João knows what he has done
}

TEST_CASE("[S0.4] what waits in a conversation is its new owner's first") {
  Desk desk;
  const Outcome chat = desk.host.whatsapp(ana, "oi");  // João is offered it, and does not look
  const Outcome sms = desk.host.sms("+5541988887777", "Alguém?");
  desk.host.settle_all();
  desk.host.must(ClaimConversation{chat.conversation}, "joao");
  desk.host.settle_all();
  const auto work = desk.host.query().work(desk.host.interaction(sms.interaction).work);
  REQUIRE(work);
  CHECK(work->agent == joao);
}

TEST_CASE("[S0.26] a place that was kept is used up when the contact comes back in a live chat") {
  Desk desk;
  const Outcome chat = desk.chat();
  desk.call_to_come_back();
  REQUIRE(desk.host.conversation(chat.conversation).kept_place);
  desk.host.whatsapp(ana, "Estou aqui");
  CHECK_FALSE(desk.host.conversation(chat.conversation).kept_place);
}

TEST_CASE("a case that has gone on elsewhere stays with whom it is of") {
  Desk desk;
  const ContactId known =
      desk.host.must(UpsertContact{"Ana", {}, {{AddressKind::phone, ana}}, {}}).contact;
  const ContactId other =
      desk.host.must(UpsertContact{"Bruno", {}, {{AddressKind::phone, "5541966665555"}}, {}})
          .contact;
  const Outcome hers = desk.chat();
  const Outcome unknown = desk.host.whatsapp("5541977776666", "Sou eu, de outro número");
  REQUIRE(unknown.conversation != hers.conversation);
  const CaseId matter =
      desk.host
          .must(OpenCase{unknown.conversation, CaseTypeName("appointment"), {}, {}, {}}, "joao")
          .case_id;
  desk.host.must(ChooseContact{unknown.conversation, known}, "joao");
  REQUIRE(desk.host.query().case_of(matter)->conversation == hers.conversation);
  desk.host.must(ChooseContact{unknown.conversation, other}, "joao");
  CHECK(desk.host.query().case_of(matter)->contact == known);
}

TEST_CASE("a place that was kept is not taken by a chat that changes hands") {
  Desk desk;
  const Outcome chat = desk.chat();
  desk.answer(chat.conversation, "Bom dia!");
  desk.call_to_come_back();
  const auto kept = desk.host.conversation(chat.conversation).kept_place;
  REQUIRE(kept);
  desk.host.pass(1min);
  desk.host.must(ReassignConversation{chat.conversation, marta}, "joao");
  const WorkId work = desk.host.interaction(chat.interaction).work;
  CHECK(desk.host.query().work(work)->requested_at > kept->requested_at);
  CHECK(desk.host.conversation(chat.conversation).kept_place == kept);
}

TEST_CASE("a place that was kept is given up in the end") {
  for (const Duration later : {23h, 24h}) {
    MemoryStore store;
    Host host(store);
    nlohmann::json json = configuration();
    json["entry_points"][1]["flow"] = "busy_adviser";
    host.must(LoadConfiguration{json.dump()});
    const Outcome asked = host.sms("+5541988887777", "oi");
    host.sms("+5541988887777", "Seguir no WhatsApp");
    REQUIRE(host.query().conversation(asked.conversation)->kept_place);
    host.wait(later);
    const Outcome back = host.whatsapp(ana, "Estou aqui");
    const WorkId work = host.query().interaction(back.interaction)->work;
    const bool kept = host.query().work(work)->requested_at == morning();
    CHECK(kept == (later < 24h));
  }
}

TEST_CASE("[S0.6] who asked for another and hung up has not given the conversation away") {
  Desk desk;
  const Outcome chat = desk.chat();
  desk.host.must(SetOtherCall{joao, true});
  desk.host.call("c1", "41988887777");
  desk.host.settle_all();
  CallEvent digits = call_event(CallEventKind::digits, "c1");
  digits.digits = "2";  // another adviser
  desk.host.told(digits);
  CHECK(desk.host.conversation(chat.conversation).passing_on);
  desk.host.hung_up("c1");
  CHECK_FALSE(desk.host.conversation(chat.conversation).passing_on);
}

TEST_CASE(
    "[S0.27] a better spelling of a name is the same contact, another name shares the number") {
  Desk desk;
  const std::vector<Address> number{{AddressKind::phone, ana}};
  const ContactId first = desk.host.must(UpsertContact{"Ana Souza", {}, number, {}}).contact;
  CHECK(desk.host.must(UpsertContact{"ana sousa lima", {}, number, {}}).contact == first);
  CHECK(desk.host.query().contact(first)->name == "ana sousa lima");
  const ContactId son = desk.host.must(UpsertContact{"Bruno Souza", {}, number, {}}).contact;
  CHECK(son != first);
  CHECK(desk.host.must(UpsertContact{"Bruno Sousa", {}, number, {}}).contact == son);

  UpsertContact correction{"Hanna Souza", {}, {}, {}, first};
  CHECK(desk.host.must(correction).contact == first);
  CHECK(desk.host.query().contact(first)->name == "Hanna Souza");
  correction.contact = ContactId(9999);
  CHECK(desk.host.refusal(correction).code == ErrorCode::not_found);
}

TEST_CASE(
    "[S0.15][S0.27] a call from a shared number goes on in the chosen contact's own conversation") {
  Desk desk;
  const std::vector<Address> landline{{AddressKind::phone, "554133334444"}};
  const std::vector<Address> both{{AddressKind::phone, ana}, landline.front()};
  const ContactId mother = desk.host.must(UpsertContact{"Ana Souza", {}, both, {}}).contact;
  desk.host.must(UpsertContact{"Bruno Souza", {}, landline, {}});
  const Outcome chat = desk.chat();
  REQUIRE(chat.contact == mother);
  const Outcome call = desk.host.call("c1", "554133334444");
  desk.host.accept("joao");
  desk.host.settle_all();
  REQUIRE(call.conversation != chat.conversation);

  const Outcome chosen = desk.host.must(ChooseContact{call.conversation, mother}, "joao");
  CHECK(chosen.conversation == chat.conversation);
  CHECK(desk.host.conversation(call.conversation).status == ConversationStatus::closed);
  CHECK(desk.host.conversation(chat.conversation).live.size() == 2);
  CHECK(desk.host.interaction(call.interaction).conversation == chat.conversation);
  desk.host.told(call_event(CallEventKind::bridged, "c1"));
  desk.host.hung_up("c1");
  CHECK(desk.host.conversation(chat.conversation).live == std::vector{chat.interaction});
  const auto timeline = desk.host.timeline(chat.conversation);
  const auto told_call = std::find_if(timeline.begin(), timeline.end(), [](const Entry& entry) {
    return entry.type == EntryType::call;
  });
  REQUIRE(told_call != timeline.end());
  CHECK(told_call->details.at("state") == Value("ended"));
  CHECK(desk.host.whatsapp(ana, "obrigada").conversation == chat.conversation);
}

namespace {

// Throws once where it is told to, as a store without memory would.
class ThrowingStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  bool throws = false;          // from the next commit
  bool throws_reading = false;  // from the next read

  Result<std::optional<std::string>> get(Table table, std::string_view key) override {
    if (std::exchange(throws_reading, false)) throw std::bad_alloc();
    return ForwardingStore::get(table, key);
  }
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order) override {
    if (std::exchange(throws_reading, false)) throw std::bad_alloc();
    return ForwardingStore::scan(table, from, to, limit, order);
  }
  Status commit_all(std::span<const TenantWrites> parts) override {
    if (std::exchange(throws, false)) throw std::bad_alloc();
    return ForwardingStore::commit_all(parts);
  }
};

}  // namespace

TEST_CASE("what a store throws faults the engine, and the message is taken when it comes again") {
  MemoryStore memory;
  ThrowingStore store(memory);
  Host host(store);
  host.configure();
  host.sign_in("joao");
  store.throws = true;
  const auto lost = host.event("meta", message("wamid.1", whatsapp_number, ana, "oi"));
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code == ErrorCode::unknown);
  CHECK(host.engine().faulted());
  host.reopen();
  const auto again = host.event("meta", message("wamid.1", whatsapp_number, ana, "oi"));
  REQUIRE(again);
  CHECK_FALSE(again->repeated);
  CHECK(host.query().interaction(again->interaction)->state == InteractionState::waiting);
}

TEST_CASE("a question at which a store throws says so, and harms nothing") {
  MemoryStore memory;
  ThrowingStore store(memory);
  Host host(store);
  host.configure();
  const ConversationId conversation = host.whatsapp(ana, "oi").conversation;
  const auto says_so = [&](const auto& answer) {
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::internal);
    CHECK(answer.error().reason == "exception");
    CHECK_FALSE(host.engine().faulted());
  };
  store.throws_reading = true;
  says_so(host.query().contact(ContactId(9999)));
  store.throws_reading = true;
  says_so(host.query().conversations({}, 10));
  CHECK(host.query().contact(ContactId(9999)).error().code == ErrorCode::not_found);
  CHECK(host.query().conversations({}, 10)->size() == 1);
  CHECK(host.whatsapp(ana, "alguém?").conversation == conversation);
}

TEST_CASE("[S0.7][S0.9] a message that is left by hanging up is kept, with its callback") {
  Desk desk;
  const Outcome chat = desk.chat();
  desk.host.must(SetOtherCall{joao, true});
  desk.host.call("c1", "41988887777");
  desk.host.settle_all();
  CallEvent digits = call_event(CallEventKind::digits, "c1");
  digits.digits = "3";  // leave a message
  desk.host.told(digits);
  desk.host.settle_all();
  desk.host.hung_up("c1");
  CallEvent recorded = call_event(CallEventKind::recorded, "c1");
  recorded.media = Media{};
  recorded.media->ref = "rec-1";
  recorded.text = "Me liguem, por favor";
  const Outcome left = desk.host.told(recorded);
  CHECK(desk.host.timeline(chat.conversation).at(left.entry - 1).type == EntryType::voicemail);
  REQUIRE(desk.host.conversation(chat.conversation).callbacks.size() == 1);
  const auto promised =
      desk.host.query().callback(desk.host.conversation(chat.conversation).callbacks[0]);
  REQUIRE(promised);
  CHECK(promised->agent == joao);
  CHECK(promised->number.value == ana);
}

TEST_CASE("an answer to a question that was asked before is no answer to the next") {
  Desk desk;
  desk.chat();
  desk.host.must(SetOtherCall{joao, true});
  const Outcome call = desk.host.call("c1", "41988887777");
  EffectId asked;
  for (const Handout& out : desk.host.settle_all()) {
    if (out.kind == EffectKind::call) asked = out.id;
  }
  REQUIRE(asked);
  CallEvent digits = call_event(CallEventKind::digits, "c1");
  digits.digits = "9";  // no choice: asked again
  digits.effect = asked;
  desk.host.told(digits);
  desk.host.settle_all();
  digits.id.clear();
  digits.digits = "2";
  desk.host.told(digits);  // still about the first question
  CHECK(desk.host.count(call.conversation, EventKind::alternative_chosen) == 0);
  digits.id.clear();
  digits.effect = {};
  desk.host.told(digits);
  CHECK(desk.host.count(call.conversation, EventKind::alternative_chosen) == 1);
}

TEST_CASE("whoever leaves gives back what waits for an answer, whatever has happened since") {
  MemoryStore store;
  Host host(store);
  host.configure();
  host.sign_in("joao");
  const Outcome wrote = host.whatsapp(ana, "oi");
  host.accept("joao");
  for (int times = 0; times < 120; ++times) {
    host.must(ViewConversation{wrote.conversation}, "marta");
  }
  host.must(SetPresence{joao, Presence::offline, {}}, "joao");
  const Interaction chat = host.interaction(host.conversation(wrote.conversation).live.front());
  CHECK(chat.state == InteractionState::waiting);
  CHECK(host.query().work(chat.work)->state == WorkState::queued);
}

namespace {

// The clinic with a chat that João has, and how it stands after he has left.
struct Chat {
  Desk desk;
  MemoryStore& store = desk.store;
  Host& host = desk.host;
  ConversationId conversation;
  InteractionId interaction;

  Chat() {
    const Outcome wrote = desk.chat();
    conversation = wrote.conversation;
    interaction = wrote.interaction;
  }
  // Much happens that is no message in the chat.
  void much_happens() {
    for (int times = 0; times < 2100; ++times) host.must(ViewConversation{conversation}, "marta");
    REQUIRE(host.conversation(conversation).entries > 2000);
  }
  InteractionState after_leaving() {
    host.must(SetPresence{joao, Presence::offline, {}}, "joao");
    return host.interaction(interaction).state;
  }
  Timestamp place() { return host.query().work(host.interaction(interaction).work)->requested_at; }
};

}  // namespace

TEST_CASE("whoever leaves gives back what waits, be there thousands of entries behind it") {
  Chat chat;
  const Timestamp wrote = chat.host.now();
  SUBCASE("a message without an answer") {
    chat.host.wait(5min);
    chat.host.whatsapp(ana, "está aí?");
    chat.much_happens();
    CHECK(chat.after_leaving() == InteractionState::waiting);
    CHECK(chat.place() == wrote);
  }
  SUBCASE("and one that was read from the store again") {
    chat.much_happens();
    chat.host.reopen();
    CHECK(chat.after_leaving() == InteractionState::waiting);
  }
  SUBCASE("a message that has its answer") {
    chat.desk.answer(chat.conversation, "olá");
    chat.much_happens();
    CHECK(chat.after_leaving() == InteractionState::connected);
  }
}

TEST_CASE("what waits in a store of before it was kept is found on its timeline") {
  Chat chat;
  const auto rows =
      chat.store.scan(Table::conversation, "", std::string(64, '\xff'), 10, Order::ascending);
  REQUIRE(rows->size() == 1);
  ConversationRecord record;
  REQUIRE(codec::from_bytes(rows->front().value, record));
  REQUIRE(record.reaches.front().unanswered_since == chat.host.now());
  record.reaches.front().unanswered_since.reset();
  const Fence fence = chat.store.open_tenant(options().tenant).value();
  const Write write{Write::Kind::put, Table::conversation, rows->front().key,
                    codec::to_bytes(record)};
  REQUIRE(chat.store.commit(fence, std::span(&write, 1)));
  chat.host.reopen();
  CHECK(chat.after_leaving() == InteractionState::waiting);
}

TEST_CASE("whoever leaves gives back a chat that has come from another conversation") {
  Chat chat;  // with a stranger
  const Timestamp wrote = chat.host.now();
  chat.host.wait(5min);
  const Address other{AddressKind::phone, "5541988881111"};
  const ContactId known = chat.host.must(UpsertContact{"Ana", {}, {other}, {}}).contact;
  const Outcome own = chat.host.sms("+" + other.value, "oi");
  chat.host.must(ChooseContact{chat.conversation, known}, "joao");
  REQUIRE(chat.host.interaction(chat.interaction).conversation == own.conversation);
  CHECK(chat.after_leaving() == InteractionState::waiting);
  CHECK(chat.place() == wrote);
}

TEST_CASE("what was finished without an answer gives no place to what is written later") {
  Chat chat;
  chat.host.must(FinishInteraction{chat.interaction}, "joao");
  chat.host.wait(1h);
  chat.interaction = chat.host.whatsapp(ana, "mais uma coisa").interaction;
  const Timestamp wrote = chat.host.now();
  chat.host.accept("joao");
  chat.host.wait(5min);
  CHECK(chat.after_leaving() == InteractionState::waiting);
  CHECK(chat.place() == wrote);
}
