// Conversation, Case and Contact: a method is one command, a read is one query.
#include <doctest/doctest.h>

#include "novelo/case.hpp"
#include "novelo/contact.hpp"
#include "novelo/conversation.hpp"
#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

namespace {

using namespace novelo;
using namespace novelo::clinic;

struct Desk {
  MemoryStore store;
  Host host{store};
  Outcome arrived;

  Desk() {
    host.configure();
    host.sign_in("joao");
    arrived = host.whatsapp(ana, "Bom dia");
    host.settle_all();
    host.accept("joao");
  }

  By by(std::string id) { return {std::move(id), joao, host.now()}; }
  Conversation conversation() { return {host.engine(), arrived.conversation}; }
};

}  // namespace

TEST_CASE("a conversation's methods are commands, with their results and refusals") {
  Desk desk;
  Conversation conversation = desk.conversation();
  REQUIRE(conversation.view(desk.by("1")));
  const auto said =
      conversation.send_text(desk.by("2"), EntryPointName("whatsapp"), "Bom dia, Ana.");
  REQUIRE(said);
  const auto again =
      conversation.send_text(desk.by("2"), EntryPointName("whatsapp"), "Bom dia, Ana.");
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(again->entry == said->entry);
  const auto other = conversation.add_note(desk.by("2"), "Bom dia, Ana.");
  REQUIRE_FALSE(other);
  CHECK(other.error().code == ErrorCode::conflict);

  REQUIRE(conversation.add_note(desk.by("3"), "prefere de manhã"));
  REQUIRE(conversation.notes({}, 10));
  CHECK(conversation.notes({}, 10)->front().text == "prefere de manhã");
  REQUIRE(conversation.reassign(desk.by("4"), AgentName("marta")));
  CHECK(conversation.record()->owner == AgentName("marta"));

  REQUIRE(conversation.close(desk.by("5"), "Consulta"));
  CHECK(conversation.record()->status == ConversationStatus::closed);
  CHECK(conversation.closures(0, 10)->front().qualification == "Consulta");
  const auto late =
      conversation.send_text(desk.by("6"), EntryPointName("whatsapp"), "Mais uma coisa");
  REQUIRE_FALSE(late);
  CHECK(late.error().reason == "closed");
  REQUIRE(conversation.reopen(desk.by("7")));
  CHECK(conversation.record()->status == ConversationStatus::open);

  REQUIRE(conversation.add_note(desk.by("8"), "voltou"));
  const auto note = conversation.notes({}, 1);
  REQUIRE(note->size() == 1);
  REQUIRE(conversation.notes(note->front().id, 10)->size() == 1);
  CHECK(conversation.notes(note->front().id, 10)->front().text == "voltou");
  REQUIRE(conversation.close(desk.by("9"), "Dúvida"));
  CHECK(conversation.closures(0, 1)->front().number == 1);
  REQUIRE(conversation.closures(1, 10)->size() == 1);
  CHECK(conversation.closures(1, 10)->front().qualification == "Dúvida");
  CHECK(conversation.closures(2, 10)->empty());
  CHECK(conversation.closures(0, 1001).error().reason == "bad_limit");

  const auto bubbles = conversation.customer_view(0, 10);
  REQUIRE(bubbles);
  CHECK(bubbles->size() == 2);
  const auto entries = conversation.timeline(0, 1000);
  REQUIRE(entries);
  CHECK(entries->size() == conversation.record()->entries);
}

TEST_CASE("a case's methods are commands") {
  Desk desk;
  const auto opened = desk.conversation().open_case(desk.by("1"), CaseTypeName("appointment"));
  REQUIRE(opened);
  Case matter(desk.host.engine(), opened->case_id);
  CHECK(matter.record()->conversation == desk.arrived.conversation);
  REQUIRE(matter.mark_informed(desk.by("2"), "protocol"));
  CHECK(matter.record()->informed == std::vector<std::string>{"protocol"});
  const auto unknown = matter.set_status(desk.by("3"), CaseStatusName("no such status"));
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::not_found);
}

TEST_CASE("[S4.1] a contact's history is read from its handle") {
  Desk desk;
  const Contact contact(desk.host.engine(), desk.arrived.contact);
  REQUIRE(contact.record());
  const auto history = contact.conversations({}, 10);
  REQUIRE(history);
  REQUIRE(history->size() == 1);
  CHECK(history->front().id == desk.arrived.conversation);
}

TEST_CASE("a handle on an id that does not exist says so in every method") {
  Desk desk;
  Conversation conversation(desk.host.engine(), ConversationId(9999));
  CHECK(conversation.record().error().code == ErrorCode::not_found);
  CHECK(conversation.timeline(0, 10).error().code == ErrorCode::not_found);
  CHECK(conversation.claim(desk.by("1")).error().code == ErrorCode::not_found);
  Case matter(desk.host.engine(), CaseId(9999));
  CHECK(matter.record().error().code == ErrorCode::not_found);
  CHECK(matter.verify_reply(desk.by("2")).error().code == ErrorCode::not_found);
  CHECK(Contact(desk.host.engine(), ContactId(9999)).record().error().code == ErrorCode::not_found);
  const auto nobody = desk.host.query().agent(AgentName("nobody"));
  CHECK(nobody.error().code == ErrorCode::not_found);
  CHECK(nobody.error().subject == "agent nobody");
}
