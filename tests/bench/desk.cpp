#include "bench/desk.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "codec/binary.hpp"
#include "engine/keys.hpp"
#include "novelo/base/digest.hpp"

namespace novelo::bench {
namespace {

using Json = nlohmann::json;

constexpr std::string_view app_secret = "the secret of the app";
constexpr std::string_view tenant_secret = "the secret of the tenant";
constexpr std::string_view phone_number_id = "106540352242922";
constexpr std::uint64_t tenant = 1;      // of a new store's first
constexpr std::size_t chats_each = 100;  // as many as an agent can have
constexpr std::size_t batch = 100;

void expect(bool holds) {
  if (!holds) std::abort();
}

std::string agent_name(std::size_t number) {
  return fmt::format("agent{}", number);
}

std::string key_of(std::uint64_t first) {
  return Key(tenant).number(first).bytes();
}

}  // namespace

EngineOptions desk_options() {
  EngineOptions options;
  options.tenant_secret = Secret(std::string(tenant_secret));
  for (const char* name : {"app_secret", "verify_token", "access_token"}) {
    options.secrets[ConnectionName("meta")][name] = {Secret(std::string(app_secret))};
  }
  return options;
}

std::string desk_configuration(std::size_t chats) {
  Json agents = Json::array();
  for (std::size_t i = 0; i * chats_each < chats; ++i) {
    agents.push_back({{"name", agent_name(i)},
                      {"queues", {"appointments"}},
                      {"capacity", {{"chat", chats_each}}}});
  }
  const Json document = {
      {"tenant", {{"company", "Aurora"}, {"locale", "pt-BR"}, {"zone", "America/Sao_Paulo"}}},
      {"connections",
       {{{"name", "meta"},
         {"adapter", "whatsapp"},
         {"path", "/hooks/whatsapp"},
         {"secrets", {"app_secret", "verify_token", "access_token"}}}}},
      {"entry_points",
       {{{"name", "whatsapp"},
         {"channel", "whatsapp"},
         {"connection", "meta"},
         {"address", phone_number_id},
         {"desk", "care"},
         {"queue", "appointments"},
         {"country", "55"}}}},
      {"desks", {{{"name", "care"}}}},
      {"queues", {{{"name", "appointments"}, {"offer_timeout", "1h"}}}},
      {"agents", agents}};
  return document.dump();
}

Desk::Desk(const std::string& path, std::size_t chats) : chat_count_(chats), chats_(chats) {
  auto store = SqliteStore::open(path);
  expect(store.has_value());
  store_ = std::move(*store);
  open_engine();
  open_chats();
}

void Desk::open_engine() {
  auto engine = Engine::open(*store_, {&adapter_}, desk_options(), now_);
  expect(engine.has_value());
  engine_.emplace(std::move(*engine));
  const auto command = [&](CommandBody body) {
    return Command{fmt::format("c{}", ++commands_), {}, std::move(body)};
  };
  const Command configure = command(LoadConfiguration{desk_configuration(chat_count_)});
  expect(engine_->feed(configure, tick()).has_value());
  for (std::size_t i = 0; i * chats_each < chat_count_; ++i) {
    const Command arrive = command(SetPresence{AgentName(agent_name(i)), Presence::available, {}});
    expect(engine_->feed(arrive, tick()).has_value());
  }
}

void Desk::open_chats() {
  while (messages_ < chat_count_) {
    expect(receive(next_webhook(std::min(batch, chat_count_ - messages_))));
    serve();
  }
  const auto rows = store_->scan(Table::conversation, key_of(0), Key(tenant).end(), chat_count_ + 1,
                                 Order::ascending);
  expect(rows && rows->size() == chat_count_);
  for (const Row& row : *rows) {
    ConversationRecord conversation;
    expect(codec::from_bytes(row.value, conversation) && !conversation.owner.empty());
    // Conversations were opened in the order of the messages.
    const auto place = static_cast<std::uint64_t>(&row - rows->data());
    chats_[contact_at(place)] = {conversation.id, conversation.entries};
  }
}

void Desk::serve() {
  while (true) {
    auto handouts = engine_->poll(tick(), batch);
    expect(handouts.has_value());
    if (handouts->empty()) return;
    std::vector<Input> inputs;
    for (const Handout& handout : *handouts) {
      inputs.emplace_back(SettleEffect{handout.id, Done{}});
      const auto offer = handout.body.find("offer");
      if (offer == handout.body.end()) continue;
      const OfferId id(std::stoull(*offer->second.as_text()));
      inputs.emplace_back(Command{fmt::format("c{}", ++commands_), handout.agent, AcceptOffer{id}});
    }
    expect(feed(inputs));
  }
}

Timestamp Desk::tick() {
  return now_ += std::chrono::milliseconds(1);
}

// The first messages open the conversations one after another. Then every contact writes once in
// each run of `chat_count_`, and those of one batch stand nowhere near one another in the store.
std::size_t Desk::contact_at(std::uint64_t message) const {
  constexpr std::uint64_t stride = 7919;  // a prime
  return static_cast<std::size_t>((message < chat_count_ ? message : message * stride) %
                                  chat_count_);
}

void Desk::add_message(std::string& contacts, std::string& messages, std::uint64_t message) const {
  const std::size_t contact = contact_at(message);
  const std::string phone = fmt::format("55419{:08}", 80'000'000 + contact);
  const std::string user = fmt::format("BR.{:020}", 13'491'208'655'302'741'918U + contact);
  // Like the provider's: the number and a part that looks random, in base 64.
  const std::string id =
      to_base64(fmt::format("\x1d\x18{}{}", phone, sha256(std::to_string(message)).substr(0, 16)));
  contacts +=
      fmt::format(R"({}{{"profile":{{"name":"Ana Souza {}"}},"wa_id":"{}","user_id":"{}"}})",
                  contacts.empty() ? "" : ",", contact, phone, user);
  messages += fmt::format(
      R"({}{{"from":"{}","from_user_id":"{}","id":"wamid.{}","timestamp":"{}","type":"text",)"
      R"("text":{{"body":"Bom dia! Gostaria de confirmar a consulta de quinta-feira às 15h."}}}})",
      messages.empty() ? "" : ",", phone, user, id,
      std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch()).count());
}

Request Desk::next_webhook(std::size_t count) {
  std::string contacts;
  std::string messages;
  latest_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    latest_.push_back(messages_);
    add_message(contacts, messages, messages_++);
  }
  Request request;
  request.url = "https://desk.aurora.example/hooks/whatsapp";
  request.body = fmt::format(
      R"({{"object":"whatsapp_business_account","entry":[{{"id":"102290129340398","changes":[)"
      R"({{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":)"
      R"("554133330000","phone_number_id":"{}"}},"contacts":[{}],"messages":[{}]}},)"
      R"("field":"messages"}}]}}]}})",
      phone_number_id, contacts, messages);
  const std::string signature = to_hex(hmac_sha256(Secret(std::string(app_secret)), request.body));
  request.headers = {{"X-Hub-Signature-256", "sha256=" + signature}};
  return request;
}

std::vector<Input> Desk::decode(const Request& webhook) const {
  const auto decoded = adapter_.decode(webhook, {});
  expect(decoded.has_value());
  std::vector<Input> inputs;
  for (const ChannelEvent& event : decoded->events) {
    inputs.emplace_back(DecodedEvent{ConnectionName("meta"), event});
  }
  return inputs;
}

std::vector<BareMessage> Desk::rows_of_webhook() {
  std::vector<BareMessage> rows;
  for (const std::uint64_t message : latest_) {
    Chat& chat = chats_[contact_at(message)];
    rows.push_back({Key(tenant).id(chat.conversation).number(++chat.entries).bytes(),
                    Key(tenant).id(chat.conversation).bytes(), key_of(++effect_rows_)});
  }
  return rows;
}

bool Desk::receive(const Request& webhook) {
  const auto answer = engine_->receive(webhook, tick());
  return answer && answer->status == 200;
}

bool Desk::feed(const std::vector<Input>& inputs) {
  const auto results = results_of(inputs);
  return std::all_of(results.begin(), results.end(),
                     [](const auto& result) { return result.has_value(); });
}

std::vector<Result<Outcome>> Desk::results_of(const std::vector<Input>& inputs) {
  auto results = engine_->feed(inputs, tick());
  expect(results.has_value());
  return std::move(*results);
}

std::size_t Desk::settle() {
  const auto handouts = engine_->poll(tick(), batch * batch);
  expect(handouts.has_value());
  std::vector<Input> inputs;
  for (const Handout& handout : *handouts) {
    inputs.emplace_back(SettleEffect{handout.id, Done{}});
  }
  expect(feed(inputs));
  return inputs.size();
}

void Desk::show_values(BareSqlite& bare) {
  const Chat& chat = chats_[contact_at(latest_.back())];
  const std::string conversation_key = key_of(chat.conversation.value());
  const auto conversation = store_->get(Table::conversation, conversation_key);
  const Key of_chat = Key(tenant).id(chat.conversation);
  const auto entry =
      store_->scan(Table::entry, of_chat.bytes(), of_chat.end(), 1, Order::descending);
  const auto effect =
      store_->scan(Table::effect, key_of(0), Key(tenant).end(), 1, Order::descending);
  expect(conversation && *conversation && entry && !entry->empty() && effect && !effect->empty());
  bare.set_values(entry->front().value, **conversation, effect->front().value);
}

}  // namespace novelo::bench
