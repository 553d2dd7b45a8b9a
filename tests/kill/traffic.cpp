#include "kill/traffic.hpp"

#include <utility>

#include <fmt/format.h>

#include "novelo/config/configuration.hpp"
#include "novelo/testing/provider.hpp"
#include "support/clinic.hpp"

namespace novelo::kill {
namespace {

using Json = nlohmann::json;

constexpr std::size_t contacts = 40;
constexpr std::size_t remembered = 20;

std::map<std::string, Connection> read_connections() {
  std::map<std::string, Connection> connections;
  const auto read = Configuration::parse(configuration_of(0)).value();
  const EngineOptions options = clinic::options();
  for (Connection connection : read.connections) {
    connection.secrets = options.secrets.at(connection.name);
    connections.emplace(connection.name.text(), std::move(connection));
  }
  return connections;
}

Request signed_request(const std::string& name, std::string body, std::vector<Header> headers) {
  static const std::map<std::string, Connection> connections = read_connections();
  const Connection& connection = connections.at(name);
  Request request;
  request.url = "https://desk.aurora.example" + connection.path;
  request.headers = std::move(headers);
  request.body = std::move(body);
  testing::sign(request, connection);
  return request;
}

AgentName agent_of(std::size_t number) {
  return number % 2 == 0 ? clinic::joao : clinic::marta;
}

}  // namespace

std::string configuration_of(std::uint64_t version) {
  Json document = clinic::configuration_with_mail();
  document["tenant"]["company"] = fmt::format("Clínica Aurora {}", version);
  return document.dump();
}

std::string Traffic::phone() {
  return fmt::format("5541988{:06}", below(contacts));
}

Arrival Traffic::arrival(Timestamp now) {
  if (!sent_.empty() && one_in(6)) return sent_[below(sent_.size())];
  Arrival made;
  switch (below(6)) {
    case 0: made = sms(); break;
    case 1: made = mail(); break;
    case 2: made = call(now); break;
    default: made = whatsapp(now);
  }
  if (sent_.size() < remembered) {
    sent_.push_back(made);
  } else {
    sent_[below(remembered)] = made;
  }
  return made;
}

Arrival Traffic::whatsapp(Timestamp now) {
  Arrival made;
  Json messages = Json::array();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  for (std::size_t left = 1 + below(3); left > 0; --left) {
    const std::string id = next_id();
    made.texts.push_back("said " + id);
    messages.push_back({{"from", phone()},
                        {"id", "wamid." + id},
                        {"timestamp", std::to_string(seconds.count())},
                        {"type", "text"},
                        {"text", {{"body", made.texts.back()}}}});
  }
  const Json body{{"object", "whatsapp_business_account"},
                  {"entry",
                   {{{"id", "1"},
                     {"changes",
                      {{{"field", "messages"},
                        {"value",
                         {{"messaging_product", "whatsapp"},
                          {"metadata", {{"phone_number_id", clinic::whatsapp_number}}},
                          {"messages", messages}}}}}}}}}};
  made.request = signed_request("meta", body.dump(), {});
  return made;
}

Arrival Traffic::sms() {
  Arrival made;
  const std::string id = next_id();
  made.texts.push_back("said " + id);
  const std::string body = fmt::format(
      "MessageSid=SM{}&From=%2B{}&To=%2B5541955550000&NumMedia=0&Body=said+{}", id, phone(), id);
  made.request =
      signed_request("twilio", body, {{"Content-Type", "application/x-www-form-urlencoded"}});
  return made;
}

Arrival Traffic::mail() {
  Arrival made;
  const std::string id = next_id();
  made.texts.push_back("said " + id);
  const std::string body = fmt::format(
      "From: contact{}@example.org\r\nTo: {}\r\nMessage-ID: <{}@example.org>\r\nSubject: "
      "Consulta\r\n\r\nsaid {}\r\n",
      below(contacts), clinic::mailbox, id, id);
  made.request = signed_request("mail", body, {});
  return made;
}

Arrival Traffic::call(Timestamp now) {
  Arrival made;
  Json event{{"event_id", "event-" + next_id()}, {"at", to_string(now)}};
  if (live_calls_.empty() || one_in(2)) {
    const std::string call = "call-" + next_id();
    event.update(
        {{"event", "incoming"}, {"call", call}, {"from", phone()}, {"to", clinic::line_number}});
    live_calls_.push_back(call);
    made.calls.push_back(call);
  } else {
    const std::size_t place = below(live_calls_.size());
    event.update({{"event", "hung_up"}, {"call", live_calls_[place]}, {"cause", 16}});
    live_calls_.erase(live_calls_.begin() + static_cast<std::ptrdiff_t>(place));
  }
  made.request = signed_request("pbx", event.dump(), {});
  return made;
}

std::vector<Command> Traffic::commands(const std::vector<ConversationId>& conversations,
                                       Timestamp now) {
  std::vector<Command> made;
  if (conversations.empty() || one_in(5)) {
    const std::string id = next_id();
    return {Command{id, {}, other_command(id)}};
  }
  if (one_in(3)) {
    for (std::size_t left = 2 + below(4); left > 0; --left) {
      const std::string id = next_id();
      const ConversationId about = conversations[below(conversations.size())];
      made.push_back({id, agent_of(left), AddNote{about, "noted " + id}});
    }
    return made;
  }
  const std::string id = next_id();
  const ConversationId about = conversations[below(conversations.size())];
  made.push_back({id, agent_of(below(2)), command_about(id, about, now)});
  return made;
}

CommandBody Traffic::command_about(const std::string& id, ConversationId about, Timestamp now) {
  switch (below(8)) {
    case 0: return OpenCase{about, CaseTypeName("appointment"), id, {}};
    case 1: return CloseConversation{about, "resolved", "closed " + id, {}};
    case 2: return CreateCallback{about, {}, {}, {}, now + std::chrono::hours(1 + below(48))};
    case 3: return ReopenConversation{about};
    case 4: return ClaimConversation{about};
    default: break;
  }
  SendMessage message;
  message.conversation = about;
  message.entry_point = EntryPointName(one_in(3) ? "sms" : "whatsapp");
  message.content.text = "answered " + id;
  return message;
}

CommandBody Traffic::other_command(const std::string& id) {
  if (one_in(2)) {
    const AgentName agent = agent_of(below(2));
    return SetPresence{agent, one_in(4) ? Presence::offline : Presence::available, {}};
  }
  UpsertContact contact;
  contact.name = "Contact " + id;
  contact.addresses = {{AddressKind::external, id}, {AddressKind::phone, phone()}};
  return contact;
}

Command Traffic::configure() {
  const std::string id = next_id();
  return {id, {}, LoadConfiguration{configuration_of(1 + below(1'000'000))}};
}

Command Traffic::accept(const Handout& offer) {
  const std::string number = offer.body.at("offer").to_text();
  return {next_id(), offer.agent, AcceptOffer{OfferId(std::stoull(number))}};
}

Command Traffic::resolve(EffectId effect) {
  const SendResolution how = one_in(2) ? SendResolution::send_again : SendResolution::was_sent;
  return {next_id(), {}, ResolveSend{effect, how}};
}

std::pair<Settlement, bool> Traffic::settlement(const Handout& out) {
  if (one_in(10)) return {Failed{"down", "The line is down.", true}, false};
  if (one_in(20)) return {Failed{"broken", "It cannot be done.", false}, true};
  if (!out.request) return {Done{}, true};
  return {testing::friendly_reply(clinic::adapter_of(out.connection), out.id), true};
}

}  // namespace novelo::kill
