#include "novelo/config/configuration.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "novelo/router.hpp"

namespace novelo {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// The complete example of the manual.
const std::string& example_text() {
  static const std::string text = [] {
    std::ifstream file(NOVELO_SOURCE_DIR "/docs/configuration.md");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    const std::string_view fence = "```json\n";
    const std::size_t start = page.find(fence) + fence.size();
    return page.substr(start, page.find("```", start) - start);
  }();
  return text;
}

const Json& example() {
  static const Json json = Json::parse(example_text());
  return json;
}

Configuration parsed(const Json& json) {
  auto made = Configuration::parse(json.dump());
  REQUIRE_MESSAGE(made, (made ? "" : to_string(made.error())));
  return *made;
}

const Json minimal = {{"tenant", {{"company", "Novelo"}}}};

TEST_CASE("the manual's example is a configuration") {
  const auto made = Configuration::parse(example_text());
  REQUIRE_MESSAGE(made, (made ? "" : to_string(made.error())));

  CHECK(made->tenant.company == "Clínica Aurora");
  CHECK(made->tenant.zone == "America/Sao_Paulo");
  REQUIRE(made->connection(ConnectionName("pbx")) != nullptr);
  CHECK(made->connection(ConnectionName("pbx"))->setting("verbs_url") ==
        "https://pbx.aurora.example/verbs");
  CHECK(made->secret_names.at(ConnectionName("meta")) ==
        std::vector<std::string>{"app_secret", "verify_token", "access_token"});

  const EntryPointConfig* line = made->entry_point(EntryPointName("toll-free"));
  REQUIRE(line != nullptr);
  CHECK(line->channel == Channel::voice);
  CHECK(line->dial_plan == DialPlan{"55", "41"});
  CHECK(line->fallback == "queue-9000");
  REQUIRE(line->hours);
  CHECK(line->hours->spans.size() == 7);
  CHECK(line->hours->spans.back() == OpeningHours::Span{0, "2026-12-24", 480, 720});
  CHECK(line->hours->holidays == std::vector<std::string>{"2026-12-25", "2026-12-31"});
  CHECK(made->entry_point(EntryPointName("mailbox"))->unknown_send == UnknownSend::hold);

  const AgentConfig* agent = made->agent(AgentName("joao"));
  REQUIRE(agent != nullptr);
  CHECK(agent->skills.at(SkillName("portuguese")) == 9);
  CHECK(agent->capacity.at(WorkClass::chat) == 3);
  CHECK(made->agent(AgentName("marta"))->role == AuthorRole::staff);

  const CaseTypeConfig* type = made->case_type(CaseTypeName("appointment"));
  REQUIRE(type != nullptr);
  CHECK(type->field("cpf")->sendable == false);
  CHECK(type->field("nothing") == nullptr);
  CHECK(type->status(CaseStatusName("appointment-approved"))->person_only);
  CHECK(type->status(CaseStatusName("nothing")) == nullptr);
  CHECK(type->rules.front().when.front().op == ConditionOp::in);
  CHECK(type->protocol.number(7, {2026, 3, 12, 4, 9, 0, 0}) == "20260312000007");
  CHECK(made->action("reschedule")->sets.at("new_date") == "parameters.new_date");
  CHECK(made->survey("nps")->period == hours(72));
  CHECK(made->message_template(TemplateName("nps"))->text.by_locale.contains("pt-BR"));

  REQUIRE(made->flows.size() == 2);
  CHECK(made->flow_names[1] == FlowName("waiting"));
  CHECK(Json::parse(made->flows[1]) == example()["flows"][1]);
}

TEST_CASE("the page names every member that the example has") {
  std::ifstream file(NOVELO_SOURCE_DIR "/docs/configuration.md");
  std::string page{std::istreambuf_iterator<char>(file), {}};
  page.resize(page.find("```json"));
  const auto check_named = [&page](const std::string& member) {
    CHECK_MESSAGE(page.find('`' + member + '`') != std::string::npos, member);
  };
  for (const auto& section : example().items()) {
    check_named(section.key());
    if (section.key() == "flows" || section.key() == "hours") continue;
    const Json& value = section.value();
    for (const Json& item : value.is_array() ? value : Json::array({value})) {
      for (const auto& member : item.items()) check_named(member.key());
    }
  }
}

// --- the page's tables ---------------------------------------------------------------------------

struct PageTable {
  std::set<std::string> required;
  std::set<std::string> all;
};

// The rows of the first table under a heading; `heading` is a line of its own.
PageTable table_under(const std::string& heading) {
  std::ifstream file(NOVELO_SOURCE_DIR "/docs/configuration.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  std::size_t from = page.find("\n" + heading + "\n");
  REQUIRE_MESSAGE(from != std::string::npos, heading);
  from = page.find("\n| member |", from) + 1;
  PageTable table;
  while (page[from] == '|') {
    const std::string cell = page.substr(from, page.find('|', from + 1) - from);
    const std::regex name("(\\*\\*)?`([a-z_]+)`");
    for (std::sregex_iterator found(cell.begin(), cell.end(), name), none; found != none; ++found) {
      table.all.insert((*found)[2].str());
      if ((*found)[1].matched) table.required.insert((*found)[2].str());
    }
    from = page.find('\n', from) + 1;
  }
  REQUIRE_FALSE(table.all.empty());
  return table;
}

std::string listed(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += " " + name;
  return text;
}

// What the reader takes at a place: it says so when it meets a member that it does not.
std::set<std::string> taken_at(Json document, const std::string& place) {
  document[Json::json_pointer(place)]["zzz"] = 1;
  const auto made = Configuration::parse(document.dump());
  REQUIRE_FALSE(made);
  const std::string start = "Remove it, or write one of ";
  REQUIRE_MESSAGE(made.error().remedy.starts_with(start), to_string(made.error()));
  const std::string list = made.error().remedy.substr(start.size());
  std::set<std::string> names;
  const std::regex name("[a-z_]+");
  for (std::sregex_iterator found(list.begin(), list.end(), name), none; found != none; ++found) {
    names.insert(found->str());
  }
  return names;
}

TEST_CASE("the page lists every member that is taken, and marks those that must be there") {
  const std::vector<std::pair<std::string, std::string>> places{
      {"## The document", ""},
      {"## tenant", "/tenant"},
      {"## connections", "/connections/0"},
      {"## entry_points", "/entry_points/0"},
      {"## desks", "/desks/0"},
      {"## queues", "/queues/0"},
      {"## agents", "/agents/0"},
      {"## hours", "/hours/office"},
      {"## templates", "/templates/0"},
      {"## case_types", "/case_types/0"},
      {"**Fields**", "/case_types/0/fields/0"},
      {"**Statuses**", "/case_types/0/statuses/0"},
      {"**Rules**", "/case_types/0/rules/0"},
      {"## actions", "/actions/0"},
      {"## surveys", "/surveys/0"},
      {"## callbacks", "/callbacks"}};
  for (const auto& [heading, place] : places) {
    INFO(heading);
    const PageTable table = table_under(heading);
    const std::set<std::string> taken = taken_at(example(), place);
    INFO("the page has" << listed(table.all) << "; taken are" << listed(taken));
    CHECK(table.all == taken);
    for (const std::string& member : taken) {
      Json document = example();
      document[Json::json_pointer(place)].erase(member);
      const auto made = Configuration::parse(document.dump());
      const bool missing =
          !made && made.error().reason == "missing_key" && made.error().subject.ends_with(member);
      INFO(member << (made ? "" : ": " + to_string(made.error())));
      if (table.required.contains(member)) CHECK(missing);
      // Some members need each other: that is said beside them.
      const bool needs_another = member == "waiting_flow" || member == "waiting_when" ||
                                 member == "country" || member == "mail_domain" ||
                                 member == "survey_url";
      if (!table.required.contains(member) && !needs_another) CHECK_FALSE(missing);
    }
  }
}

TEST_CASE("what stands inside a row of the page's tables is marked there") {
  std::ifstream file(NOVELO_SOURCE_DIR "/docs/configuration.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::vector<std::tuple<std::string, std::string, std::set<std::string>>> places{
      {"/hours/office/weekly/0", "`weekly`", {"days", "from", "to"}},
      {"/case_types/0/rules/0/when/0", "`when`", {"path", "op"}},
      {"/entry_points/0/look_up", "`look_up`", {"action"}},
      {"/templates/1/attachments/0", "`attachments`", {"ref"}}};
  for (const auto& [place, row, required] : places) {
    INFO(place);
    const std::size_t begin = page.find("| " + row + " |");
    REQUIRE(begin != std::string::npos);
    const std::string text = page.substr(begin, page.find('\n', begin) - begin);
    for (const std::string& member : taken_at(example(), place)) {
      INFO(member);
      Json document = example();
      document[Json::json_pointer(place)].erase(member);
      const auto made = Configuration::parse(document.dump());
      const bool missing = !made && made.error().reason == "missing_key";
      CHECK(missing == required.contains(member));
      CHECK((text.find("**`" + member + "`**") != std::string::npos) == missing);
      CHECK(text.find("`" + member + "`") != std::string::npos);
    }
  }
}

TEST_CASE("what is left out has the documented default") {
  const Configuration bare = parsed(minimal);
  CHECK(bare.tenant.locale == "en");
  CHECK(bare.tenant.zone == "UTC");
  CHECK(bare.entry_points.empty());
  CHECK(bare.callbacks.attempts == 3);
  CHECK(bare.callbacks.retry == minutes(15));
  CHECK(bare.callbacks.agent_bound == hours(24));

  Json json = minimal;
  json["desks"] = {{{"name", "d"}}};
  json["queues"] = {{{"name", "q"}}};
  json["agents"] = {{{"name", "a"}}, {{"name", "b"}, {"capacity", {{"mail", 2}}}}};
  json["connections"] = {{{"name", "c"}, {"adapter", "sms"}}};
  json["templates"] = {{{"name", "t"}, {"text", "x"}}};
  json["surveys"] = {{{"name", "s"}, {"message", "t"}, {"sends_from", "e"}}};
  json["case_types"] = {{{"name", "k"}, {"statuses", {{{"name", "open"}, {"category", "open"}}}}}};
  json["entry_points"] = {{{"name", "e"},
                           {"channel", "sms"},
                           {"connection", "c"},
                           {"address", "1"},
                           {"desk", "d"},
                           {"queue", "q"}}};
  const Configuration made = parsed(json);
  CHECK(made.desks[0].reopen == hours(24));
  CHECK(made.desks[0].affinity == hours(24 * 30));
  CHECK(made.desks[0].owner_wait == minutes(3));
  CHECK(made.desks[0].text_limit == 319);
  CHECK(made.queues[0].ageing == seconds(60));
  CHECK(made.queues[0].offer_timeout == seconds(20));
  CHECK(made.queues[0].wrap_up == Duration{});
  CHECK(made.queues[0].missed_offers == 3);
  CHECK(made.agents[0].display_name == "a");
  CHECK(made.agents[0].role == AuthorRole::agent);
  CHECK(made.agents[0].capacity == std::map<WorkClass, int>{{WorkClass::voice, 1},
                                                            {WorkClass::chat, 3},
                                                            {WorkClass::mail, 5},
                                                            {WorkClass::item, 5}});
  CHECK(made.agents[1].capacity.at(WorkClass::mail) == 2);
  CHECK(made.agents[1].capacity.at(WorkClass::voice) == 0);
  CHECK(made.entry_points[0].unknown_send == UnknownSend::resend);
  CHECK(!made.entry_points[0].hours);
  CHECK(made.surveys[0].high == 10);
  CHECK(made.surveys[0].period == hours(72));
  CHECK(made.case_types[0].protocol.period({2026, 3, 12, 4, 9, 0, 0}) == "20260312");
  CHECK(made.message_template(TemplateName("t"))->subject.empty());
}

TEST_CASE("everything is found by name, address, path and device") {
  const Configuration made = parsed(example());
  const ConnectionName pbx("pbx");
  const auto* line = made.entry_point(EntryPointName("toll-free"));
  CHECK(made.entry_point_at(pbx, "08005551234") == line);
  CHECK(made.entry_point_at(pbx, "8005551234") == line);
  CHECK(made.entry_point_at(pbx, "5551234") == nullptr);
  CHECK(made.entry_point_at(ConnectionName("twilio"), "08005551234") == nullptr);
  CHECK(made.entry_point_at(ConnectionName("none"), "08005551234") == nullptr);
  CHECK(made.entry_point_at(ConnectionName("mail"), "Atendimento@AURORA.example") ==
        made.entry_point(EntryPointName("mailbox")));
  CHECK(made.entry_point_on(DeskName("care"), Channel::voice) == line);
  CHECK(made.entry_point_on(DeskName("care"), Channel::web_chat) == nullptr);
  CHECK(made.entry_point_on(DeskName("none"), Channel::voice) == nullptr);
  CHECK(made.connection_at("/hooks/sms") == made.connection(ConnectionName("twilio")));
  CHECK(made.connection_at("/hooks") == nullptr);
  CHECK(made.connection_at("") == nullptr);
  CHECK(made.agent_with_device("sip:101") == made.agent(AgentName("joao")));
  CHECK(made.agent_with_device("") == nullptr);
  CHECK(made.has_flow(FlowName("waiting")));
  CHECK(!made.has_flow(FlowName("")));
  CHECK(made.desk(DeskName("none")) == nullptr);
  CHECK(made.queue(QueueName("none")) == nullptr);
  CHECK(made.agent(AgentName("none")) == nullptr);
  CHECK(made.case_type(CaseTypeName("none")) == nullptr);
  CHECK(made.action("none") == nullptr);
  CHECK(made.survey("none") == nullptr);
  CHECK(made.message_template(TemplateName("none")) == nullptr);

  const Configuration copy = made;
  CHECK(copy.desk(DeskName("care")) == &copy.desks[0]);
}

TEST_CASE("of several entry points of a desk on a channel the first is taken") {
  Json json = example();
  Json second = json["entry_points"][1];
  second["name"] = "sms-2";
  second["address"] = "+5541955559999";
  json["entry_points"].push_back(second);
  const Configuration made = parsed(json);
  CHECK(made.entry_point_on(DeskName("care"), Channel::sms)->name == EntryPointName("sms"));
}

TEST_CASE("a text is taken in the closest locale") {
  Json json = minimal;
  json["tenant"]["locale"] = "pt-BR";
  json["templates"] = {{{"name", "t"}, {"text", {{"pt", "P"}, {"es-AR", "A"}, {"en", "E"}}}},
                       {{"name", "one"}, {"text", "O"}}};
  const Configuration made = parsed(json);
  const LocalizedText& text = made.templates[0].text;
  const auto said = [&](std::string_view locale) {
    return text.text_for(locale, made.tenant.locale)->expand(Value());
  };
  CHECK(said("pt-PT") == "P");
  CHECK(said("es-AR") == "A");
  CHECK(said("es-ES") == "P");
  CHECK(said("en-GB") == "E");
  CHECK(said("zh-Hant-TW") == "P");
  CHECK(said("") == "P");
  CHECK(said("-") == "P");
  CHECK(made.templates[1].text.text_for("en", "pt-BR")->expand(Value()) == "O");
  CHECK(LocalizedText{}.text_for("en", "en") == nullptr);
}

TEST_CASE("the words of waiting_when are the router's") {
  for (int number = 1; number <= 5; ++number) {
    Json json = example();
    const auto word = to_string(static_cast<WaitReason>(number));
    json["queues"][0]["waiting_when"] = {std::string(word)};
    CHECK_MESSAGE(Configuration::parse(json.dump()), word);
  }
}

// --- faults
// ---------------------------------------------------------------------------------------

void check_refused(std::string_view text, std::string_view subject, std::string_view reason) {
  INFO(subject << " " << reason);
  const auto made = Configuration::parse(text);
  REQUIRE(!made);
  CHECK(made.error().code == ErrorCode::invalid);
  CHECK(made.error().subject == subject);
  CHECK(made.error().reason == reason);
  CHECK(!made.error().message.empty());
}

// What is put at a place of the example (JSON pointer; "-" appends; an empty text takes it away),
// and the fault that it must give.
struct BadDocument {
  std::string_view place;
  std::string_view json;
  std::string_view subject;
  std::string_view reason;
};

template <std::size_t Size>
void check_all_refused(const std::array<BadDocument, Size>& table) {
  for (const BadDocument& bad : table) {
    const Json::json_pointer place{std::string(bad.place)};
    Json json = example();
    if (!bad.json.empty()) {
      json[place] = Json::parse(bad.json);
    } else if (place.empty()) {
      json = nullptr;
    } else {
      json[place.parent_pointer()].erase(place.back());
    }
    check_refused(json.dump(), bad.subject, bad.reason);
  }
}

TEST_CASE("faults of the shape of a document are named with their paths") {
  check_all_refused(std::array<BadDocument, 24>{{
      {"", "[]", "document", "wrong_type"},
      {"", "null", "document", "wrong_type"},
      {"/tenant", "", "tenant", "missing_key"},
      {"/tenant", "[]", "tenant", "wrong_type"},
      {"/queue", "[]", "queue", "unknown_key"},
      {"/tenant/company", "", "tenant.company", "missing_key"},
      {"/tenant/company", "7", "tenant.company", "wrong_type"},
      {"/tenant/company", "null", "tenant.company", "wrong_type"},
      {"/tenant/compani", R"("x")", "tenant.compani", "unknown_key"},
      {"/queues", "{}", "queues", "wrong_type"},
      {"/queues/0", "[]", "queues[0]", "wrong_type"},
      {"/queues/0/skils", "[]", "queues[0].skils", "unknown_key"},
      {"/queues/0/skills", R"("x")", "queues[0].skills", "wrong_type"},
      {"/queues/0/skills/-", "4", "queues[0].skills[1]", "wrong_type"},
      {"/agents/1/supervisor", R"("yes")", "agents[1].supervisor", "wrong_type"},
      {"/agents/0/skills", "[]", "agents[0].skills", "wrong_type"},
      {"/agents/0/skills/spanish", "4.5", "agents[0].skills.spanish", "wrong_type"},
      {"/entry_points/2/channel", "", "entry_points[2].channel", "missing_key"},
      {"/entry_points/0/also", "[[]]", "entry_points[0].also[0]", "wrong_type"},
      {"/connections/0/settings/a", "1", "connections[0].settings.a", "wrong_type"},
      {"/templates/1/text/en", "[]", "templates[1].text.en", "wrong_type"},
      {"/templates/0/text", "", "templates[0].text", "missing_key"},
      {"/case_types/0/statuses/0/category", "", "case_types[0].statuses[0].category",
       "missing_key"},
      {"/flows/1", R"("waiting")", "flows[1]", "wrong_type"},
  }});
}

TEST_CASE("faults of single values are named with their paths") {
  check_all_refused(std::array<BadDocument, 57>{{
      {"/tenant/company", R"("")", "tenant.company", "empty_text"},
      {"/tenant/company", R"("a\nb")", "tenant.company", "bad_text"},
      {"/tenant/locale", R"("pt_BR")", "tenant.locale", "bad_form"},
      {"/tenant/locale", R"("pt-")", "tenant.locale", "bad_form"},
      {"/tenant/zone", R"("America/Curitiba")", "tenant.zone", "unknown_zone"},
      {"/tenant/mail_domain", R"("aurora example")", "tenant.mail_domain", "bad_form"},
      {"/tenant/survey_url", R"("aurora.example/s/")", "tenant.survey_url", "bad_form"},
      {"/connections/0/name", R"("Pbx")", "connections[0].name", "bad_name"},
      {"/connections/0/name", R"("")", "connections[0].name", "bad_name"},
      {"/connections/0/path", R"("hooks")", "connections[0].path", "bad_form"},
      {"/connections/0/path", R"("/a?b=c")", "connections[0].path", "bad_form"},
      {"/connections/0/secrets/-", R"("shared_secret")", "connections[0].secrets[2]",
       "repeated_name"},
      {"/entry_points/0/channel", R"("fax")", "entry_points[0].channel", "unknown_word"},
      {"/entry_points/0/channel", R"("none")", "entry_points[0].channel", "unknown_word"},
      {"/entry_points/0/address", R"("")", "entry_points[0].address", "empty_text"},
      {"/entry_points/0/also/0", R"("")", "entry_points[0].also[0]", "empty_text"},
      {"/entry_points/0/country", R"("+55")", "entry_points[0].country", "bad_form"},
      {"/entry_points/0/country", "", "entry_points[0].country", "missing_key"},
      {"/entry_points/0/area", R"("041")", "entry_points[0].area", "bad_form"},
      {"/entry_points/0/unknown_send", R"("drop")", "entry_points[0].unknown_send", "unknown_word"},
      {"/entry_points/1/fallback", R"("x")", "entry_points[1].fallback", "not_applicable"},
      {"/entry_points/3/address", R"("atendimento")", "entry_points[3].address", "bad_form"},
      {"/desks/0/reopen", R"("1 day")", "desks[0].reopen", "bad_duration"},
      {"/desks/0/reopen", "24", "desks[0].reopen", "wrong_type"},
      {"/desks/0/reopen", R"("31d")", "desks[0].affinity", "out_of_range"},
      {"/desks/0/owner_wait", R"("25h")", "desks[0].owner_wait", "out_of_range"},
      {"/desks/0/text_limit", "0", "desks[0].text_limit", "out_of_range"},
      {"/desks/0/text_limit", "18446744073709551615", "desks[0].text_limit", "out_of_range"},
      {"/queues/0/ageing", R"("0s")", "queues[0].ageing", "out_of_range"},
      {"/queues/0/offer_timeout", R"("2d")", "queues[0].offer_timeout", "out_of_range"},
      {"/queues/0/missed_offers", "101", "queues[0].missed_offers", "out_of_range"},
      {"/queues/0/skills/-", R"("portuguese")", "queues[0].skills[1]", "repeated_name"},
      {"/queues/0/waiting_when/0", R"("bored")", "queues[0].waiting_when[0]", "unknown_word"},
      {"/queues/0/waiting_when", "", "queues[0].waiting_when", "missing_key"},
      {"/queues/0/waiting_flow", "", "queues[0].waiting_flow", "missing_key"},
      {"/agents/0/role", R"("customer")", "agents[0].role", "unknown_word"},
      {"/agents/0/role", R"("")", "agents[0].role", "empty_text"},
      {"/agents/0/skills/spanish", "11", "agents[0].skills.spanish", "out_of_range"},
      {"/agents/0/skills/Spanish", "1", "agents[0].skills.Spanish", "bad_name"},
      {"/agents/0/capacity/voice", "101", "agents[0].capacity.voice", "out_of_range"},
      {"/agents/0/capacity/fax", "1", "agents[0].capacity.fax", "unknown_key"},
      {"/agents/0/email", R"("João <joao@aurora.example>")", "agents[0].email", "bad_form"},
      {"/hours/office/zone", R"("Mars/Base")", "hours.office.zone", "unknown_zone"},
      {"/hours/office/weekly/0/days/0", "0", "hours.office.weekly[0].days[0]", "out_of_range"},
      {"/hours/office/weekly/0/days/1", "1", "hours.office.weekly[0].days[1]", "repeated_name"},
      {"/hours/office/weekly/1/to", R"("24:30")", "hours.office.weekly[1].to", "bad_form"},
      {"/hours/office/weekly/1/to", R"("07:00")", "hours.office.weekly[1].to", "out_of_range"},
      {"/hours/office/holidays/0", R"("2026-02-30")", "hours.office.holidays[0]", "bad_form"},
      {"/hours/office/dates/24.12.", "[]", "hours.office.dates.24.12.", "bad_form"},
      {"/hours/Office", "{}", "hours.Office", "bad_name"},
      {"/templates/0/text", R"("Olá {name")", "templates[0].text", "bad_template"},
      {"/templates/1/text/EN", R"("x")", "templates[1].text.EN", "bad_locale"},
      {"/templates/1/text/pt-BR", "", "templates[1].text", "missing_locale"},
      {"/templates/1/subject/en", R"("a\nb")", "templates[1].subject.en", "bad_text"},
      {"/templates/2/provider_name", "", "templates[2].provider_name", "missing_key"},
      {"/templates/2/provider_variables/0", R"("1")", "templates[2].provider_variables[0]",
       "bad_path"},
      {"/templates/1/attachments/0/ref", "", "templates[1].attachments[0].ref", "missing_key"},
  }});
}

TEST_CASE("faults of cases, actions, surveys and callbacks are named with their paths") {
  check_all_refused(std::array<BadDocument, 23>{{
      {"/case_types/0/protocol", R"("{yyyy}")", "case_types[0].protocol", "bad_format"},
      {"/case_types/0/fields/0/name", R"("a.b")", "case_types[0].fields[0].name", "bad_name"},
      {"/case_types/0/fields/0/type", R"("colour")", "case_types[0].fields[0].type",
       "unknown_word"},
      {"/case_types/0/fields/1/name", R"("cpf")", "case_types[0].fields[3].name", "repeated_name"},
      {"/case_types/0/statuses", "[]", "case_types[0].statuses", "missing_key"},
      {"/case_types/0/statuses/0/category", R"("final")", "case_types[0].statuses[0].category",
       "out_of_range"},
      {"/case_types/0/statuses/0/category", R"("lost")", "case_types[0].statuses[0].category",
       "unknown_word"},
      {"/case_types/0/statuses/3/name", R"("open")", "case_types[0].statuses[3].name",
       "repeated_name"},
      {"/case_types/0/statuses/1/sends_from", "", "case_types[0].statuses[1].sends_from",
       "missing_key"},
      {"/case_types/0/statuses/1/needs/0", R"("luck")", "case_types[0].statuses[1].needs[0]",
       "unknown_word"},
      {"/case_types/0/statuses/1/needs/1", R"("address.fax")", "case_types[0].statuses[1].needs[1]",
       "unknown_word"},
      {"/case_types/0/rules/0/when/0/path", R"("a b")", "case_types[0].rules[0].when[0].path",
       "bad_path"},
      {"/case_types/0/rules/0/when/0/op", R"("like")", "case_types[0].rules[0].when[0].op",
       "unknown_word"},
      {"/case_types/0/rules/0/when/0/value", R"("exam")", "case_types[0].rules[0].when[0].value",
       "bad_value"},
      {"/case_types/0/rules/0/when/0/value/1", "{}", "case_types[0].rules[0].when[0].value[1]",
       "wrong_type"},
      {"/case_types/0/rules/0/when/1/value", "true", "case_types[0].rules[0].when[1].value",
       "bad_value"},
      {"/case_types/0/rules/0/text", R"("")", "case_types[0].rules[0].text", "empty_text"},
      {"/actions/0/parameters/0", R"("1st")", "actions[0].parameters[0]", "bad_name"},
      {"/actions/0/sets/new_date", R"("weather.today")", "actions[0].sets.new_date", "bad_path"},
      {"/surveys/0/high", "0", "surveys[0].high", "out_of_range"},
      {"/surveys/0/period", R"("0s")", "surveys[0].period", "out_of_range"},
      {"/callbacks/attempts", "21", "callbacks.attempts", "out_of_range"},
      {"/callbacks/retry", R"("-5m")", "callbacks.retry", "bad_duration"},
  }});
}

TEST_CASE("references to what is not there are named with their paths") {
  check_all_refused(std::array<BadDocument, 29>{{
      {"/entry_points/1/connection", R"("telco")", "entry_points[1].connection", "unknown_name"},
      {"/entry_points/1/desk", R"("cares")", "entry_points[1].desk", "unknown_name"},
      {"/entry_points/1/queue", R"("appointment")", "entry_points[1].queue", "unknown_name"},
      {"/entry_points/1/flow", R"("hello")", "entry_points[1].flow", "unknown_name"},
      {"/entry_points/1/hours", R"("night")", "entry_points[1].hours", "unknown_name"},
      {"/queues/0/waiting_flow", R"("wait")", "queues[0].waiting_flow", "unknown_name"},
      {"/agents/1/queues/-", R"("sales")", "agents[1].queues[1]", "unknown_name"},
      {"/case_types/0/statuses/1/from/0", R"("new")", "case_types[0].statuses[1].from[0]",
       "unknown_name"},
      {"/case_types/0/statuses/2/reopens_to", R"("closed")", "case_types[0].statuses[2].reopens_to",
       "unknown_name"},
      {"/case_types/0/statuses/2/reopens_to", R"("finished")",
       "case_types[0].statuses[2].reopens_to", "out_of_range"},
      {"/case_types/0/statuses/1/reopens_to", R"("open")", "case_types[0].statuses[1].reopens_to",
       "not_applicable"},
      {"/case_types/0/statuses/3/reopens_to", R"("open")", "case_types[0].statuses[3].reopens_to",
       "not_applicable"},
      {"/case_types/0/statuses/1/sends", R"("mail")", "case_types[0].statuses[1].sends",
       "unknown_name"},
      {"/case_types/0/statuses/1/sends_from", R"("fax")", "case_types[0].statuses[1].sends_from",
       "unknown_name"},
      {"/case_types/0/statuses/1/sends_from", R"("toll-free")",
       "case_types[0].statuses[1].sends_from", "not_applicable"},
      {"/case_types/0/statuses/1/sends", R"("nps")", "case_types[0].statuses[1].sends",
       "missing_subject"},
      {"/case_types/0/statuses/1/needs/0", R"("fields.date")", "case_types[0].statuses[1].needs[0]",
       "unknown_field"},
      {"/case_types/0/rules/0/when/1/path", R"("fields.date")",
       "case_types[0].rules[0].when[1].path", "unknown_field"},
      {"/templates/1/text/en", R"("{fields.cpf}")", "case_types[0].statuses[1].sends",
       "not_sendable"},
      {"/templates/1/subject/en", R"("{case.fields.cpf}")", "case_types[0].statuses[1].sends",
       "not_sendable"},
      {"/templates/1/text/en", R"("{fields.date}")", "case_types[0].statuses[1].sends",
       "unknown_field"},
      {"/actions/0/sets/date", R"("answer.date")", "actions[0].sets.date", "unknown_field"},
      {"/actions/0/sets/new_date", R"("parameters.date")", "actions[0].sets.new_date",
       "unknown_name"},
      {"/actions/0/sets/new_date", R"("fields.date")", "actions[0].sets.new_date", "unknown_field"},
      {"/surveys/0/message", R"("survey")", "surveys[0].message", "unknown_name"},
      {"/surveys/0/thanks", R"("survey")", "surveys[0].thanks", "unknown_name"},
      {"/surveys/0/sends_from", R"("fax")", "surveys[0].sends_from", "unknown_name"},
      {"/surveys/0/sends_from", R"("mailbox")", "surveys[0].message", "missing_subject"},
      {"/tenant/mail_domain", "", "tenant.mail_domain", "missing_key"},
  }});
}

TEST_CASE("what could never be filled, reached or matched is refused") {
  check_all_refused(std::array<BadDocument, 15>{{
      {"/templates/1/text/en", R"("{dates.newdate}")", "case_types[0].statuses[1].sends",
       "unknown_variable"},
      {"/templates/1/text/en", R"("{dates.appointment_type}")", "case_types[0].statuses[1].sends",
       "unknown_variable"},
      {"/templates/1/text/en", R"("{whatever|x}")", "case_types[0].statuses[1].sends",
       "unknown_variable"},
      {"/templates/1/subject/en", R"("{case.protocoll}")", "case_types[0].statuses[1].sends",
       "unknown_variable"},
      {"/templates/1/text/en", R"("{survey.link}")", "case_types[0].statuses[1].sends",
       "unknown_variable"},
      {"/templates/3/text", R"("{survey.lnk}")", "surveys[0].message", "unknown_variable"},
      {"/templates/3/text", R"("{contact.nme}")", "surveys[0].message", "unknown_variable"},
      {"/templates/3/text", R"("{fields.cpf}")", "surveys[0].message", "unknown_variable"},
      {"/templates/4/text", R"("{survey.link}")", "surveys[0].thanks", "unknown_variable"},
      {"/templates/4/text", R"("{case.protocol}")", "surveys[0].thanks", "unknown_variable"},
      {"/case_types/0/rules/0/when/1/path", R"("case.nope")", "case_types[0].rules[0].when[1].path",
       "bad_path"},
      {"/case_types/0/rules/0/when/1/path", R"("case.fields.new_date")",
       "case_types[0].rules[0].when[1].path", "bad_path"},
      {"/case_types/0/rules/0/when/1/path", R"("contact.name")",
       "case_types[0].rules[0].when[1].path", "bad_path"},
      {"/queues/0/skills/-", R"("french")", "queues[0].skills[1]", "unknown_name"},
      {"/entry_points/2/public_address", "", "entry_points[2].public_address", "missing_key"},
  }});
  Json json = example();
  json["case_types"][0]["rules"][0]["when"][1]["path"] = "status";
  CHECK(Configuration::parse(json.dump()));
  json["templates"][3]["text"] = "{Greeting}, {case.protocol}, {dates.new_date}: {survey.link}";
  CHECK(Configuration::parse(json.dump()));
}

TEST_CASE("a WhatsApp number needs its public form where a text or a flow links to it") {
  Json json = example();
  json["entry_points"][2].erase("public_address");
  for (Json& text : json["templates"]) {
    if (text.dump().find("link.whatsapp") != std::string::npos) text["text"] = "x";
  }
  CHECK(Configuration::parse(json.dump()));
  json["flows"][0]["note"] = "{link.whatsapp}";
  check_refused(json.dump(), "entry_points[2].public_address", "missing_key");
}

TEST_CASE("a connection knows every address of its entry points") {
  Json json = example();
  json["entry_points"][3]["also"] = {"exames@aurora.example"};
  const Configuration made = parsed(json);
  const EntryPointConfig& point = made.entry_points[3];
  CHECK(made.connection(point.connection)->addresses ==
        std::vector<std::string>{point.address, "exames@aurora.example"});
}

TEST_CASE("a mail sets back no status that only a person may set") {
  Json json = example();
  json["case_types"][0]["statuses"][2]["reopens_to"] = "open";
  CHECK(parsed(json).case_types[0].statuses[2].reopens_to == CaseStatusName("open"));
  json["case_types"][0]["statuses"][0]["person_only"] = true;
  const auto refused = Configuration::parse(json.dump());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().subject == "case_types[0].statuses[2].reopens_to");
  CHECK(refused.error().reason == "not_applicable");
}

TEST_CASE("what must be there once is refused the second time") {
  check_all_refused(std::array<BadDocument, 15>{{
      {"/connections/1/name", R"("pbx")", "connections[1].name", "repeated_name"},
      {"/connections/1/path", R"("/hooks/pbx")", "connections[1].path", "repeated_path"},
      {"/entry_points/2/name", R"("sms")", "entry_points[2].name", "repeated_name"},
      {"/entry_points/0/also/0", R"("08005551234")", "entry_points[0].also[0]", "repeated_address"},
      {"/desks/-", R"({"name": "care"})", "desks[1].name", "repeated_name"},
      {"/queues/-", R"({"name": "appointments"})", "queues[1].name", "repeated_name"},
      {"/agents/1/name", R"("joao")", "agents[1].name", "repeated_name"},
      {"/agents/1/device", R"("sip:101")", "agents[1].device", "repeated_device"},
      {"/agents/1/queues/-", R"("appointments")", "agents[1].queues[1]", "repeated_name"},
      {"/templates/3/name", R"("nps-thanks")", "templates[4].name", "repeated_name"},
      {"/case_types/-", R"({"name": "appointment",
                            "statuses": [{"name": "open", "category": "open"}]})",
       "case_types[1].name", "repeated_name"},
      {"/actions/-", R"({"name": "reschedule"})", "actions[2].name", "repeated_name"},
      {"/surveys/-", R"({"name": "nps", "message": "nps", "sends_from": "sms"})", "surveys[1].name",
       "repeated_name"},
      {"/flows/-", R"({"flow": "waiting"})", "flows[2].flow", "repeated_name"},
      {"/flows/-", "{}", "flows[2].flow", "missing_key"},
  }});

  Json json = example();
  json["entry_points"][0]["connection"] = "mail";
  json["entry_points"][0]["channel"] = "email";
  json["entry_points"][0]["address"] = "ATENDIMENTO@aurora.example";
  json["entry_points"][0].erase("fallback");
  check_refused(json.dump(), "entry_points[3].address", "repeated_address");
}

TEST_CASE("a survey that asks by link needs the URL of its links") {
  Json json = example();
  json["tenant"].erase("survey_url");
  const auto made = Configuration::parse(json.dump());
  REQUIRE(!made);
  CHECK(made.error().subject == "tenant.survey_url");
  CHECK(made.error().reason == "missing_key");
  CHECK(!made.error().remedy.empty());
  for (Json& text : json["templates"]) {
    if (text["name"] == "nps") text["text"] = "De 0 a 10, quanto nos recomenda?";
  }
  CHECK(Configuration::parse(json.dump()));  // answered on its channel alone
}

TEST_CASE("what is not JSON is refused with its place") {
  check_refused("", "line 1, column 1", "bad_json");
  check_refused("{", "line 1, column 2", "bad_json");
  check_refused("{\n  \"tenant\": nil\n}", "line 2, column 14", "bad_json");
  check_refused("{} {}", "line 1, column 4", "bad_json");
  check_refused("{\"tenant\": {\"company\": \"\xff\"}}", "line 1, column 25", "bad_json");
  check_refused("{\"a\": 1e999}", "line 1, column 11", "bad_json");
  check_refused(R"({"tenant": {"company": "a"}, "tenant": {"company": "b"}})", "tenant",
                "repeated_key");
  check_refused(R"({"queues": [{"name": "a"}, {"name": "b", "skills": [], "name": "c"}]})",
                "queues[1].name", "repeated_key");
  check_refused(R"({"tenant": {"company": "a\u0000b"}})", "tenant.company", "bad_text");
  std::string deep = "document";
  for (int i = 0; i < 64; ++i) deep += "[0]";
  check_refused(std::string(65, '['), deep, "too_deep");
  check_refused(std::string(1'000'000, '['), deep, "too_deep");
}

TEST_CASE("an endless document is refused by its size, endless names and keys by theirs") {
  Limits limits;
  limits.configuration_bytes = 100;
  const auto made = Configuration::parse(example_text(), limits);
  REQUIRE(!made);
  CHECK(made.error().code == ErrorCode::limit);
  CHECK(made.error().reason == "too_long");

  Json json = minimal;
  json["queues"] = {{{"name", std::string(65, 'a')}}};
  check_refused(json.dump(), "queues[0].name", "bad_name");
  json["queues"] = {{{"name", std::string(64, 'a')}}};
  CHECK(Configuration::parse(json.dump()));
  json["tenant"]["company"] = std::string(257, 'a');
  check_refused(json.dump(), "tenant.company", "too_long");
  json["tenant"]["company"] = "a";
  json[std::string(100'000, 'x') + "\n"] = 1;
  check_refused(json.dump(), std::string(64, 'x') + "...", "unknown_key");
}

TEST_CASE("a fault names what may stand there instead") {
  Json json = example();
  json["desks"][0]["reopening"] = "24h";
  const auto made = Configuration::parse(json.dump());
  REQUIRE(!made);
  CHECK(made.error().remedy ==
        "Remove it, or write one of name, reopen, affinity, owner_wait, text_limit, waiting_text.");
}

// --- mutations
// ------------------------------------------------------------------------------------

// Either a configuration or an error that says where.
bool parses_or_says_where(std::string_view text) {
  const auto made = Configuration::parse(text);
  return made || (!made.error().subject.empty() && !made.error().reason.empty() &&
                  !made.error().message.empty() && made.error().code == ErrorCode::invalid);
}

// Every place of a document, as JSON pointers.
void collect_places(const Json& json, const Json::json_pointer& at,
                    std::vector<Json::json_pointer>& places) {
  places.push_back(at);
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) collect_places(value, at / key, places);
  } else if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) collect_places(json[i], at / i, places);
  }
}

Json strange_value(int kind) {
  switch (kind) {
    case 0: return nullptr;
    case 1: return true;
    case 2: return -1;
    case 3: return 1e300;
    case 4: return std::uint64_t{18446744073709551615U};
    case 5: return "";
    case 6: return "name";
    case 7: return "{a.b|c}";
    case 8: return "fields.";
    case 9: return Json::array();
    case 10: return Json::object();
    case 11: return Json::array({Json::object(), Json::array({1, "x"})});
    case 12: return std::string(5000, 'x');
    case 13: return "a\nb";
    default: return Json{{"name", "x"}, {"from", "00:00"}, {"to", "24:00"}};
  }
}

TEST_CASE("a document with pieces changed or taken away never crashes") {
  std::vector<Json::json_pointer> places;
  collect_places(example(), Json::json_pointer(), places);
  // Every place with some of the strange values, in turn, and every place taken away.
  int kind = 0;
  for (const Json::json_pointer& place : places) {
    for (int i = 0; i < 4; ++i) {
      kind = (kind + 1) % 15;
      Json json = example();
      json[place] = strange_value(kind);
      REQUIRE_MESSAGE(parses_or_says_where(json.dump()), place.to_string() << " " << kind);
    }
    if (place.empty()) continue;
    Json json = example();
    Json& parent = json[place.parent_pointer()];
    if (parent.is_object()) {
      parent.erase(place.back());
    } else {
      parent.erase(static_cast<std::size_t>(std::stoul(place.back())));
    }
    REQUIRE_MESSAGE(parses_or_says_where(json.dump()), place.to_string());
  }
}

TEST_CASE("several changes at once and broken bytes never crash") {
  std::vector<Json::json_pointer> places;
  collect_places(example(), Json::json_pointer(), places);
  CHECK(rc::check("pieces moved about", [&places] {
    Json json = example();
    const int changes = *rc::gen::inRange(1, 6);
    for (int i = 0; i < changes; ++i) {
      const auto from = *rc::gen::inRange<std::size_t>(1, places.size());
      const auto to = *rc::gen::inRange<std::size_t>(1, places.size());
      if (json.contains(places[to])) json[places[to]] = example()[places[from]];
    }
    RC_ASSERT(parses_or_says_where(json.dump()));
  }));
  CHECK(rc::check("bytes changed", [] {
    std::string text = example_text();
    const int changes = *rc::gen::inRange(1, 4);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
      const auto length = *rc::gen::inRange<std::size_t>(0, 20);
      const auto put = *rc::gen::elementOf(std::vector<std::string>{
          "", "\"", "{", "}", "[", "]", ",", ":", "0", "\\", "\xc3", "e9", "\\u0000", "null"});
      text.replace(at, std::min(length, text.size() - at), put);
    }
    RC_ASSERT(parses_or_says_where(text));
  }));
}

TEST_CASE("the same document gives the same flows, whatever the order of its members") {
  const Configuration made = parsed(example());
  const auto other = Configuration::parse(nlohmann::ordered_json::parse(example_text()).dump(4));
  REQUIRE(other);
  CHECK(made.flows == other->flows);
}

}  // namespace
}  // namespace novelo
