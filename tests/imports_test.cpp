// Contacts from another system: many at once, each by itself, known by their id there.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "novelo/json.hpp"
#include "novelo/stores/memory.hpp"
#include "support/clinic.hpp"

using namespace novelo;
using namespace novelo::clinic;

namespace {

Address external(const std::string& id) {
  return {AddressKind::external, id};
}
Address phone(const std::string& number) {
  return {AddressKind::phone, number};
}

ContactRow row(const std::string& id, const std::string& name, const std::string& number) {
  return {name, {}, {external(id), phone(number)}, {}};
}

struct Desk {
  MemoryStore store;
  Host host;

  explicit Desk(EngineOptions how = options()) : host(store, std::move(how)) { host.configure(); }

  Value::Map import(std::vector<ContactRow> rows) {
    return host.must(ImportContacts{std::move(rows)}).details;
  }
  std::vector<ContactId> at(const Address& address) {
    return host.query().contacts_at(address, {}).value();
  }
  ContactRecord contact(const Address& address) {
    const auto found = at(address);
    REQUIRE(found.size() == 1);
    return host.query().contact(found.front()).value();
  }
};

Value::Map counts(int created, int changed, int unchanged) {
  return {
      {"created", Value(created)}, {"changed", Value(changed)}, {"unchanged", Value(unchanged)}};
}

}  // namespace

TEST_CASE("an import makes contacts, changes them, and writes nothing for those that are right") {
  Desk desk;
  std::vector<ContactRow> rows{row("1", "Ana Souza", ana), row("2", "Bia", "5541900001111")};
  rows[0].locale = "pt-PT";
  rows[0].attributes = {{"segment", Value("gold")}};
  CHECK(desk.import(rows) == counts(2, 0, 0));
  const ContactRecord made = desk.contact(external("1"));
  CHECK(made.name == "Ana Souza");
  CHECK(made.locale == "pt-PT");
  CHECK(made.attributes.at("segment") == Value("gold"));
  CHECK(desk.contact(phone(ana)) == made);

  const auto before = content_of(desk.store);
  CHECK(desk.import(rows) == counts(0, 0, 2));
  // One row for the command, and the engine's own.
  CHECK(content_of(desk.store).size() == before.size() + 1);

  rows[1].name = "Beatriz Lima";
  CHECK(desk.import(rows) == counts(0, 1, 1));
  rows[0].addresses.push_back({AddressKind::email, "ana@correio.example"});
  CHECK(desk.import(rows) == counts(0, 1, 1));
  CHECK(desk.contact(external("2")).name == "Beatriz Lima");
  CHECK(desk.contact(external("1")).identities.size() == 3);
}

TEST_CASE("a contact is known by their id there, whatever becomes of name and numbers") {
  Desk desk;
  desk.import({row("1", "Ana Souza", ana)});
  const ContactId id = desk.contact(external("1")).id;
  CHECK(desk.import({row("1", "Maria Lima", "5541900002222")}) == counts(0, 1, 0));
  CHECK(desk.contact(external("1")).id == id);
  CHECK(desk.contact(phone(ana)).name == "Maria Lima");
  // A command knows them by it too.
  CHECK(desk.host.must(UpsertContact{"M. Lima", {}, {external("1")}, {}}).contact == id);
}

TEST_CASE("[S0.27] who has called before is not made twice, and a stranger gets a name") {
  Desk desk;
  const Outcome call = desk.host.call("k1", ana);
  desk.host.must(UpsertContact{"Bia Reis", {}, {phone("5541900001111")}, {}});
  const ContactId bia = desk.contact(phone("5541900001111")).id;
  CHECK(desk.import({row("1", "Ana", ana), row("2", "Bia", "5541900001111")}) == counts(0, 2, 0));
  CHECK(desk.contact(external("1")).id == call.contact);
  CHECK(desk.host.query().contact(call.contact)->name == "Ana");
  CHECK(desk.contact(external("2")).id == bia);
}

TEST_CASE("another id is another contact, who shares the number") {
  Desk desk;
  desk.import({row("1", "Ana Souza", ana), row("2", "Ana Lima", ana)});
  CHECK(desk.contact(external("1")).id != desk.contact(external("2")).id);
  CHECK(desk.at(phone(ana)).size() == 2);
  CHECK(desk.import({row("1", "Ana Souza", ana), row("2", "Ana Lima", ana)}) == counts(0, 0, 2));
  // Whom another system knows is no stranger, though it has no name for them.
  desk.import({row("3", "", "5541900003333")});
  desk.import({row("4", "Caio", "5541900003333")});
  CHECK(desk.contact(external("3")).name.empty());
  CHECK(desk.contact(external("4")).name == "Caio");
}

TEST_CASE("a row that is refused says why, and stops nothing") {
  EngineOptions how = options();
  how.limits.fields_bytes = 100;
  Desk desk(how);
  std::vector<ContactRow> rows{row("1", "Ana", ana),
                               row("2", "Bia", "5541x"),
                               row("3", "Caio", "5541900001111"),
                               {"Davi", {}, {}, {}},
                               row("5", "Eva", "5541900002222")};
  rows[4].attributes = {{"about", Value(std::string(200, 'x'))}};
  const Value::Map told = desk.import(rows);
  CHECK(told.at("created") == Value(2));
  const Value::List& refused = *told.at("refused").as_list();
  REQUIRE(refused.size() == 3);
  const auto reason = [&](std::size_t i, const char* member) { return refused[i][member]; };
  CHECK(reason(0, "row") == Value(1));
  CHECK(reason(0, "reason") == Value("bad_number"));
  CHECK(reason(0, "subject") == Value("addresses[1]"));
  CHECK_FALSE(reason(0, "message").to_text().empty());
  CHECK(reason(1, "row") == Value(3));
  CHECK(reason(1, "reason") == Value("no_address"));
  CHECK(reason(2, "row") == Value(4));
  CHECK(reason(2, "reason") == Value("too_long"));
  CHECK(desk.at(external("2")).empty());
  CHECK(desk.at(external("5")).empty());
}

TEST_CASE("an id that is another's is refused, to a command as to a row") {
  Desk desk;
  desk.import({row("1", "Ana", ana), row("2", "Bia", "5541900001111")});
  const ContactId bia = desk.contact(external("2")).id;
  const Error error = desk.host.refusal(UpsertContact{"Bia", {}, {external("1")}, {}, bia});
  CHECK(error.code == ErrorCode::conflict);
  CHECK(error.reason == "external_id_taken");
  const Value::Map told = desk.import({{"Ana", {}, {external("1"), external("2")}, {}}});
  CHECK((*told.at("refused").as_list())[0]["reason"] == Value("external_id_taken"));
}

TEST_CASE("as many as the limit says, from the business's own systems, once") {
  EngineOptions how = options();
  how.limits.contacts_per_import = 2;
  Desk desk(how);
  CHECK(desk.host.refusal(ImportContacts{std::vector<ContactRow>(3)}).reason ==
        "too_many_contacts");
  CHECK(desk.host.refusal(ImportContacts{}, "joao").reason == "not_an_agents");
  const Command command{"import-1", {}, ImportContacts{{row("1", "Ana", ana)}}};
  const Outcome first = desk.host.engine().feed(command, desk.host.now()).value();
  Outcome again = desk.host.engine().feed(command, desk.host.now()).value();
  CHECK(again.repeated);
  again.repeated = false;
  CHECK(again == first);
}

TEST_CASE("an import in JSON") {
  const auto command = command_from_json(nlohmann::json::parse(R"({
    "id": "c", "do": "import_contacts", "contacts": [
      {"name": "Ana", "locale": "pt-BR", "addresses": ["external:4711", "phone:5541988887777"],
       "attributes": {"segment": "gold"}}]})"));
  REQUIRE(command);
  const auto& import = std::get<ImportContacts>(command->body);
  REQUIRE(import.contacts.size() == 1);
  CHECK(import.contacts.front().addresses.front() == external("4711"));
  CHECK(command_from_json(to_json(*command))->id == "c");
  const auto wrong = command_from_json(nlohmann::json::parse(
      R"({"id": "c", "do": "import_contacts", "contacts": [{"nmae": "x"}]})"));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().subject == "contacts[0].nmae");
}

TEST_CASE("[B3] rows one by one, in any portions, give the same contacts") {
  CHECK(rc::check([] {
    const auto numbers = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 6), rc::gen::inRange(0, 4)));
    std::vector<ContactRow> rows;
    for (const auto& [id, number] : numbers) {
      rows.push_back(row(std::to_string(id), "N" + std::to_string(id % 3),
                         "554190000000" + std::to_string(number)));
    }
    const auto portion = *rc::gen::inRange<std::size_t>(1, 5);
    Desk whole;
    Desk parts;
    whole.import(rows);
    for (std::size_t at = 0; at < rows.size(); at += portion) {
      const auto end = std::min(at + portion, rows.size());
      parts.import({rows.begin() + static_cast<std::ptrdiff_t>(at),
                    rows.begin() + static_cast<std::ptrdiff_t>(end)});
    }
    for (int id = 0; id < 6; ++id) {
      const auto left = whole.at(external(std::to_string(id)));
      const auto right = parts.at(external(std::to_string(id)));
      RC_ASSERT(left == right);
      RC_ASSERT(left.size() <= 1);
    }
    for (const ContactRow& one : rows) RC_ASSERT(whole.at(one.addresses[1]).size() >= 1);
    // Again, nothing changes.
    const Value::Map again = whole.import(rows);
    RC_ASSERT(again.at("created") == Value(0));
  }));
}
