// Who it is, and where it belongs.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;
using namespace std::chrono_literals;

namespace {

struct Desk {
  MemoryStore store;
  Host host{store};

  Desk() { host.configure(); }

  ContactId contact(const std::string& name, const std::string& number) {
    return host.must(UpsertContact{name, {}, {{AddressKind::phone, number}}, {}}).contact;
  }

  // A served conversation of Ana's, closed now.
  ConversationId served_and_closed() {
    host.sign_in("joao");
    const Outcome oi = host.whatsapp(ana, "oi");
    host.accept("joao");
    host.must(CloseConversation{oi.conversation, {}, {}, {}}, "joao");
    return oi.conversation;
  }
  // Ana has called, and João has talked with her.
  Outcome talked() {
    host.sign_in("joao");
    const Outcome call = host.call("c1", "041988887777");
    host.accept("joao");
    host.hung_up("c1");
    return call;
  }
  // The text that follows the link to WhatsApp, as it stands in the message that carries it.
  std::string token_of(ConversationId id) {
    SendMessage link;
    link.conversation = id;
    link.entry_point = EntryPointName("sms");
    link.template_name = TemplateName("continue_on_whatsapp");
    const Outcome sent = host.must(link);
    const std::string text = host.timeline(id).at(sent.entry - 1).content.text;
    const std::size_t mark = text.find("?text=%23");
    REQUIRE(mark != std::string::npos);
    return "#" + text.substr(mark + 9);
  }
};

std::string all_bodies(const std::vector<Handout>& handouts) {
  std::string text;
  for (const Handout& out : handouts) {
    text += Value(out.body).to_text();
    if (out.request) text += out.request->body;
  }
  return text;
}

}  // namespace

TEST_CASE("[S0.27] four spellings of a number are one contact") {
  Desk desk;
  std::set<ContactId> contacts;
  std::set<ConversationId> conversations;
  int call = 0;
  for (const char* spelling : {"41988887777", "041988887777", "01541988887777", "+5541988887777"}) {
    const Outcome outcome = desk.host.call("c" + std::to_string(++call), spelling);
    contacts.insert(outcome.contact);
    conversations.insert(outcome.conversation);
    CHECK(desk.host.query().interaction(outcome.interaction)->remote.value == spelling);
  }
  const Outcome written = desk.host.whatsapp("554188887777", "oi");  // without the ninth digit
  contacts.insert(written.contact);
  conversations.insert(written.conversation);
  CHECK(contacts.size() == 1);
  CHECK(conversations.size() == 1);
}

TEST_CASE("[S0.2] a known customer is recognised from the number before anybody answers") {
  Desk desk;
  const ContactId known = desk.contact("Ana Souza", ana);
  desk.host.sign_in("joao");
  const Outcome call = desk.host.call("c1", "041988887777");
  CHECK(call.contact == known);
  const std::vector<Handout> out = desk.host.poll();
  REQUIRE(out.size() == 1);
  CHECK(out[0].body.at("contact_name").to_text() == "Ana Souza");
}

TEST_CASE("[S0.27] a number that cannot be one is nobody's") {
  Desk desk;
  const Outcome first = desk.host.call("c1", "0");
  const Outcome second = desk.host.call("c2", "0");
  CHECK(first.contact != second.contact);
  CHECK(first.conversation != second.conversation);
}

TEST_CASE("[S0.2] a mailbox is known in whatever case it is written") {
  Desk desk;
  const Address upper{AddressKind::email, "Ana.Souza@Example.org"};
  const Address lower{AddressKind::email, "ana.souza@example.org"};
  const ContactId ana_souza = desk.host.must(UpsertContact{"Ana", {}, {upper}, {}}).contact;
  CHECK(desk.host.query().contacts_at(lower, {}).value() == std::vector{ana_souza});
  CHECK(desk.host.must(UpsertContact{"Ana", {}, {lower}, {}}).contact == ana_souza);
}

TEST_CASE("[S0.2] the number that comes with a user who is known is theirs from then on") {
  Desk desk;
  const Address user{AddressKind::whatsapp, "BR.4711"};
  InboundMessage hidden = message("wamid.1", whatsapp_number, ana, "oi");
  hidden.from.address = user;
  const auto first = desk.host.event("meta", hidden);
  REQUIRE(first);
  InboundMessage shown = message("wamid.2", whatsapp_number, ana, "agora com o meu número");
  shown.from.aliases = {user};
  const auto second = desk.host.event("meta", shown);
  REQUIRE(second);
  CHECK(second->conversation == first->conversation);
  CHECK(desk.host.sms(std::string("+") + ana, "e por SMS").contact == first->contact);

  SUBCASE("and a number that cannot be one stays nobody's") {
    InboundMessage odd = message("wamid.3", whatsapp_number, "0", "oi");
    odd.from.aliases = {{AddressKind::whatsapp, "BR.0815"}};
    const auto came = desk.host.event("meta", odd);
    REQUIRE(came);
    CHECK(desk.host.query().contact(came->contact)->identities == odd.from.aliases);
  }
}

TEST_CASE("[S0.27] a withheld number is a new contact for each call, joined to nobody") {
  Desk desk;
  const Outcome first = desk.host.withheld_call("c1");
  const Outcome second = desk.host.withheld_call("c2");
  CHECK(first.contact != second.contact);
  CHECK(first.conversation != second.conversation);
  CHECK(desk.host.query().contact(first.contact)->identities.empty());
  desk.host.hung_up("c1");
  CHECK(desk.host.withheld_call("c3").conversation != first.conversation);
  for (const auto& row : content_of(desk.store)) CHECK(std::get<Table>(row) != Table::identity);
}

TEST_CASE("[S0.27] a shared number is announced as shared, and nobody is named until chosen") {
  Desk desk;
  const ContactId mother = desk.contact("Ana Souza", ana);
  const ContactId son = desk.contact("Bruno Souza", ana);
  CHECK(mother != son);
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  CHECK(oi.contact != mother);
  CHECK(oi.contact != son);
  CHECK(desk.host.conversation(oi.conversation).candidates == std::vector{mother, son});
  CHECK(desk.host.count(oi.conversation, EventKind::identity_shared) == 1);
  const std::vector<Handout> offered = desk.host.settle_all();
  REQUIRE(offered.size() == 1);
  CHECK(offered[0].body.at("shared_number") == Value(true));
  CHECK(all_bodies(offered).find("Souza") == std::string::npos);
  desk.host.accept("joao");

  SendMessage greeting;
  greeting.conversation = oi.conversation;
  greeting.entry_point = EntryPointName("whatsapp");
  greeting.template_name = TemplateName("reminder");
  desk.host.must(greeting, "joao");
  CHECK(all_bodies(desk.host.settle_all()).find("Souza") == std::string::npos);

  // The same number again is the same conversation, still of nobody's.
  CHECK(desk.host.call("c1", "041988887777").conversation == oi.conversation);
  desk.host.must(ChooseContact{oi.conversation, son}, "joao");
  const ConversationRecord chosen = desk.host.conversation(oi.conversation);
  CHECK(chosen.contact == son);
  CHECK(chosen.candidates.empty());
  CHECK(desk.host.count(oi.conversation, EventKind::contact_chosen) == 1);
  CHECK(desk.host.query().conversations_of(son, {}, 10)->size() == 1);
  desk.host.must(greeting, "joao");
  CHECK(all_bodies(desk.host.settle_all()).find("Bruno") != std::string::npos);
}

TEST_CASE("[S0.27] what a contact chosen once writes next goes on in the same conversation") {
  Desk desk;
  desk.contact("Ana Souza", ana);
  const ContactId son = desk.contact("Bruno Souza", ana);
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.whatsapp(ana, "oi");
  desk.host.accept("joao");
  desk.host.must(ChooseContact{oi.conversation, son}, "joao");
  CHECK(desk.host.whatsapp(ana, "ainda sou eu").conversation == oi.conversation);
  CHECK(desk.host.query().conversations({}, 10)->size() == 1);
}

TEST_CASE("[S0.28] inside reopen the same conversation, then a linked one, then as a stranger") {
  const auto place = [](Duration after) {
    Desk desk;
    const ConversationId first = desk.served_and_closed();
    desk.host.pass(after);
    const Outcome again = desk.host.whatsapp(ana, "de novo");
    const ConversationRecord conversation = desk.host.conversation(again.conversation);
    if (again.conversation == first) {
      CHECK(desk.host.count(first, EventKind::reopened) == 1);
      CHECK(conversation.owner == AgentName("joao"));
      return std::string("same");
    }
    if (conversation.previous == first) {
      CHECK(conversation.owner == AgentName("joao"));
      CHECK(desk.host.count(again.conversation, EventKind::linked) == 1);
      return std::string("linked");
    }
    CHECK_FALSE(conversation.previous);
    CHECK(conversation.owner.empty());
    return std::string("fresh");
  };
  CHECK(place(1s) == "same");
  CHECK(place(24h - 1us) == "same");
  CHECK(place(24h) == "linked");
  CHECK(place(24h * 30 - 1us) == "linked");
  CHECK(place(24h * 30) == "fresh");
}

TEST_CASE("[S0.28] the look-up covers every channel") {
  Desk desk;
  const ConversationId first = desk.served_and_closed();
  desk.host.wait(1h);
  CHECK(desk.host.call("c1", "041988887777").conversation == first);
  desk.host.settle_all();
  CHECK(desk.host.sms("+5541988887777", "oi").conversation == first);
}

TEST_CASE("[S0.29] a token from an unknown number joins as claimed, and the owner is told") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome call = desk.host.call("c1", "041988887777");
  desk.host.accept("joao");
  const std::string token = desk.token_of(call.conversation);
  desk.host.settle_all();

  const std::string stranger = "5541977776666";
  const Outcome joined = desk.host.whatsapp(stranger, "Olá! " + token);
  CHECK(joined.conversation == call.conversation);
  CHECK(joined.contact == call.contact);
  CHECK(desk.host.timeline(call.conversation).at(joined.entry - 1).content.text == "Olá!");
  CHECK(desk.host.count(call.conversation, EventKind::identity_claimed) == 1);
  const std::string told = all_bodies(desk.host.settle_all());
  CHECK(told.find("identity_claimed") != std::string::npos);
  // The window opens for that number alone.
  for (const Reach& reach : desk.host.conversation(call.conversation).reaches) {
    if (reach.entry_point == EntryPointName("whatsapp")) CHECK(reach.address.value == stranger);
  }
  CHECK(desk.host.whatsapp(stranger, "e agora?").conversation == call.conversation);
  CHECK(desk.host.count(call.conversation, EventKind::identity_claimed) == 1);
}

TEST_CASE("[S0.29] a token from a known number is hidden, and nobody has to claim anything") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome call = desk.host.call("c1", "041988887777");
  desk.host.accept("joao");
  const std::string token = desk.token_of(call.conversation);
  const Outcome joined = desk.host.whatsapp(ana, token);
  CHECK(joined.conversation == call.conversation);
  CHECK(desk.host.timeline(call.conversation).at(joined.entry - 1).content.text.empty());
  CHECK(desk.host.count(call.conversation, EventKind::identity_claimed) == 0);
}

TEST_CASE("[S0.29] a token that was passed on to people who share a number joins nobody") {
  Desk desk;
  const std::string shared = "5541966665555";
  desk.contact("Bruno Souza", shared);
  desk.contact("Carla Souza", shared);
  desk.host.sign_in("joao");
  const Outcome call = desk.host.call("c1", "041988887777");
  desk.host.accept("joao");
  const Outcome other = desk.host.whatsapp(shared, desk.token_of(call.conversation));
  CHECK(other.conversation != call.conversation);
  CHECK(other.contact != call.contact);
  CHECK(desk.host.count(call.conversation, EventKind::identity_claimed) == 0);
}

TEST_CASE("[S0.29] a damaged token or none, and an unknown number: a new contact") {
  Desk desk;
  desk.host.sign_in("joao");
  const Outcome call = desk.host.call("c1", "041988887777");
  desk.host.accept("joao");
  std::string token = desk.token_of(call.conversation);
  token.back() = token.back() == 'a' ? 'b' : 'a';
  const Outcome damaged = desk.host.whatsapp("5541977776666", "Olá! " + token);
  CHECK(damaged.contact != call.contact);
  CHECK(damaged.conversation != call.conversation);
  CHECK(desk.host.timeline(damaged.conversation).at(damaged.entry - 1).content.text ==
        "Olá! " + token);
  const Outcome bare = desk.host.whatsapp("5541966665555", "Olá!");
  CHECK(bare.contact != call.contact);
  CHECK(bare.contact != damaged.contact);
}

TEST_CASE("[S0.14] a token joins as long as its conversation is open, however late") {
  Desk desk;
  const Outcome call = desk.talked();
  const std::string token = desk.token_of(call.conversation);
  desk.host.pass(24h * 60);
  CHECK(desk.host.whatsapp("5541977776666", token).conversation == call.conversation);
}

TEST_CASE("[S0.14] [S0.29] a token joins as long as its contact is remembered after the end") {
  for (const bool forgotten : {false, true}) {
    CAPTURE(forgotten);
    Desk desk;
    const Outcome call = desk.talked();
    const std::string token = desk.token_of(call.conversation);
    CloseConversation close;
    close.conversation = call.conversation;
    desk.host.must(close, "joao");
    desk.host.pass(30 * 24h - (forgotten ? 0s : 1s));
    const Outcome came = desk.host.whatsapp("5541977776666", "Olá! " + token);
    CHECK((came.contact == call.contact) == !forgotten);
    CHECK(desk.host.timeline(came.conversation).at(came.entry - 1).content.text == "Olá!");
    CHECK(desk.host.query().contact(call.contact)->identities.size() == (forgotten ? 1 : 2));
  }
}

TEST_CASE("[B2] two channels in one batch make one conversation") {
  Desk desk;
  CallEvent incoming = call_event(CallEventKind::incoming, "c1");
  incoming.id = "e1";
  incoming.from.address = {AddressKind::phone, "041988887777"};
  incoming.to = line_number;
  const std::vector<Input> batch{
      DecodedEvent{ConnectionName("meta"), message("m1", whatsapp_number, ana, "oi")},
      DecodedEvent{ConnectionName("pbx"), incoming},
      DecodedEvent{ConnectionName("twilio"), message("s1", sms_number, ana, "oi")}};
  const auto results = desk.host.engine().feed(batch, desk.host.now()).value();
  std::set<ConversationId> conversations;
  std::set<ContactId> contacts;
  for (const auto& result : results) {
    conversations.insert(result.value().conversation);
    contacts.insert(result.value().contact);
  }
  CHECK(conversations.size() == 1);
  CHECK(contacts.size() == 1);
  CHECK(desk.host.conversation(*conversations.begin()).live.size() == 3);
}

TEST_CASE("[S0.2] what the business knows of a number is of whoever has it in another spelling") {
  Desk desk;
  const ContactId wrote = desk.host.sms("+554188887777", "oi").contact;  // without the ninth digit
  CHECK(desk.contact("Ana", ana) == wrote);
  CHECK(desk.host.sms(std::string("+") + ana, "sou eu").contact == wrote);
  CHECK(desk.host.query().contact(wrote)->identities.size() == 2);

  const ContactId son = desk.contact("Bruno", "554188887777");
  CHECK(son != wrote);
  const Outcome somebody = desk.host.sms("+554188887777", "olá");
  CHECK(desk.host.conversation(somebody.conversation).candidates == std::vector{wrote, son});
}

// --- strangers who turn out to be somebody -------------------------------------------------------

TEST_CASE("[S0.2] the number of a stranger is the contact's to whom the business gives it") {
  Desk desk;
  const char* other = "+5541966665555";
  const Outcome stranger = desk.host.sms(other, "oi");
  const ContactId zito =
      desk.host
          .must(UpsertContact{
              "Zito", {}, {{AddressKind::phone, ana}, {AddressKind::phone, "5541966665555"}}, {}})
          .contact;
  CHECK(zito != stranger.contact);
  const Outcome again = desk.host.sms(other, "sou eu, o Zito");
  CHECK(again.contact == zito);
  CHECK(again.conversation == stranger.conversation);
  CHECK(desk.host.conversation(again.conversation).candidates.empty());
  CHECK(desk.host.query().contact(stranger.contact)->identities.empty());
  CHECK(desk.host.query().conversations_of(zito, {}, 10)->size() == 1);
}

TEST_CASE("[S0.3] who is found out to be behind an unknown number goes on in the same chat") {
  Desk desk;
  const ContactId zito = desk.contact("Zito", ana);
  desk.host.sign_in("joao");
  const Outcome oi = desk.host.sms("+5541966665555", "oi");
  desk.host.accept("joao");
  desk.host.must(ChooseContact{oi.conversation, zito}, "joao");
  const Outcome next = desk.host.sms("+5541966665555", "tudo bem?");
  CHECK(next.conversation == oi.conversation);
  CHECK(next.interaction == oi.interaction);
  CHECK(next.contact == zito);
  CHECK(desk.host.whatsapp(ana, "e por aqui").conversation == oi.conversation);

  // Where the contact has a conversation of their own, everything goes on there.
  const Outcome third = desk.host.sms("+5541977770000", "outro número");
  desk.host.must(ChooseContact{third.conversation, zito}, "joao");
  CHECK(desk.host.sms("+5541977770000", "sou eu").conversation == oi.conversation);
}

TEST_CASE("[S0.3] whoever names a stranger of before means who they turned out to be") {
  Desk desk;
  const ContactId zito = desk.contact("Zito", ana);
  desk.host.sign_in("joao");
  const Outcome stranger = desk.host.sms("+5541966665555", "oi");
  desk.host.must(ChooseContact{stranger.conversation, zito}, "joao");
  const Outcome other = desk.host.sms("+5541977770000", "outro número");
  const ChooseContact choose{other.conversation, stranger.contact};
  CHECK(desk.host.must(choose, "joao").contact == zito);
  CHECK(desk.host.sms("+5541977770000", "sou eu").contact == zito);
  const UpsertContact named{"Zito Reis", {}, {}, {}, stranger.contact};
  CHECK(desk.host.must(named).contact == zito);
  CHECK(desk.host.query().contact(zito)->name == "Zito Reis");
}

TEST_CASE("[S0.27] who turns out to share their number with themself alone shares it with nobody") {
  Desk desk;
  const ContactId bruno = desk.contact("Bruno", ana);
  const Outcome stranger = desk.host.sms("+5541966665555", "oi");
  desk.host.must(UpsertContact{{}, {}, {{AddressKind::phone, ana}}, {}, stranger.contact});
  desk.host.sign_in("joao");
  desk.host.must(ChooseContact{stranger.conversation, bruno}, "joao");
  const Outcome again = desk.host.whatsapp(ana, "sou eu");
  CHECK(again.contact == bruno);
  CHECK(desk.host.conversation(again.conversation).candidates.empty());
  CHECK(desk.host.query().contact(stranger.contact)->known_as == bruno);
}

TEST_CASE("[S0.3] everything that was a stranger's goes to who they are, however much it is") {
  Desk desk;
  desk.host.sign_in("joao");
  const ContactId zito = desk.contact("Zito", ana);
  constexpr std::size_t conversations = 300;
  Outcome last;
  CallbackId promised;
  for (std::size_t i = 0; i < conversations; ++i) {
    last = desk.host.sms("+5541966665555", "oi");
    if (!promised) {
      CreateCallback promise;
      promise.conversation = last.conversation;
      promised = desk.host.must(promise, "joao").callback;
      desk.host.must(CancelCallback{promised}, "joao");
    }
    if (i + 1 == conversations) break;
    for (const InteractionId live : desk.host.conversation(last.conversation).live) {
      desk.host.must(FinishInteraction{live}, "joao");
    }
    desk.host.must(CloseConversation{last.conversation, {}, {}, {}}, "joao");
    desk.host.settle_all();
    desk.host.pass(24h * 8);
  }
  desk.host.must(ChooseContact{last.conversation, zito}, "joao");
  CHECK(desk.host.engine().next_deadline() <= desk.host.now());
  desk.host.pass(0s);
  CHECK(desk.host.query().conversations_of(zito, {}, 1000)->size() == conversations);
  CHECK(desk.host.query().conversations_of(last.contact, {}, 1000)->empty());
  CHECK(desk.host.query().callback(promised)->contact == zito);
  CHECK(desk.host.query().contact(last.contact)->known_as == zito);
}

TEST_CASE("[S0.27] who answers from a shared number is who was written to there") {
  Desk desk;
  const ContactId mother = desk.contact("Ana Souza", ana);
  desk.host.must(UpsertContact{{}, {}, {{AddressKind::phone, "5541955554444"}}, {}, mother});
  desk.contact("Bruno Souza", ana);
  desk.host.sign_in("joao");
  const Outcome hers = desk.host.whatsapp("5541955554444", "oi");
  REQUIRE(hers.contact == mother);
  desk.host.accept("joao");
  SendMessage send;
  send.conversation = hers.conversation;
  send.entry_point = EntryPointName("sms");
  send.content.text = "Responda por aqui.";
  desk.host.must(send, "joao");
  CHECK(desk.host.sms(std::string("+") + ana, "pronto").conversation == hers.conversation);
}
