#include "fuzz/small_desk.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "fuzz/asserts.hpp"
#include "fuzz/checks.hpp"
#include "novelo/config/configuration.hpp"
#include "novelo/testing/provider.hpp"
#include "support/clinic.hpp"

namespace novelo::fuzz {

Status CountingStore::commit_all(std::span<const TenantWrites> parts) {
  for (const TenantWrites& part : parts) {
    for (const Write& write : part.writes) {
      const auto table = static_cast<std::size_t>(write.table);
      if (write.kind == Write::Kind::insert) ++inserted_[table];
      if (write.table != Table::meta) ++written_;
    }
  }
  return ForwardingStore::commit_all(parts);
}

SmallDesk::SmallDesk() : now_(clinic::morning()) {
  use_asserts();
  configuration_ = clinic::configuration_with_mail().dump();
  const auto read = Configuration::parse(configuration_);
  must(read.has_value(), "the clinic's configuration is read");
  const EngineOptions options = clinic::options();
  for (Connection connection : read->connections) {
    connection.secrets = options.secrets.at(connection.name);
    connections_.emplace(connection.name.text(), std::move(connection));
  }
  open();
  begin();
}

void SmallDesk::open() {
  auto opened = Engine::open(counting_, clinic::adapters(), clinic::options(), now_);
  must(opened.has_value(), "an engine is opened on what an engine wrote");
  engine_.emplace(std::move(*opened));
}

void SmallDesk::reopen() {
  engine_.reset();
  open();
}

Outcome SmallDesk::must_feed(const Input& input) {
  const auto results = engine_->feed(std::span(&input, 1), now_);
  must(results && results->front(), "the desk's day begins");
  carry_out();
  return *results->front();
}

void SmallDesk::begin() {
  std::uint64_t number = 0;
  const auto command = [&](CommandBody body, const AgentName& actor = {}) {
    return must_feed(Command{"begin-" + std::to_string(++number), actor, std::move(body)});
  };
  command(LoadConfiguration{configuration_});
  command(SetPresence{clinic::joao, Presence::available, {}}, clinic::joao);
  const Outcome chat = must_feed(DecodedEvent{
      ConnectionName("meta"),
      clinic::message("wamid.first", clinic::whatsapp_number, clinic::ana, "Bom dia!", now_)});
  CallEvent call = clinic::call_event(CallEventKind::incoming, "call-first");
  call.id = "event-first";
  call.from.address = {AddressKind::phone, "5541977776666"};
  call.to = clinic::line_number;
  must_feed(DecodedEvent{ConnectionName("pbx"), std::move(call)});
  command(OpenCase{chat.conversation, CaseTypeName("appointment"), {}, {}});
  command(AddNote{chat.conversation, "Prefere de manhã."});
  command(CreateCallback{chat.conversation, {}, {}, {}, now_ + std::chrono::hours(1)});
}

void SmallDesk::tick() {
  now_ += std::chrono::seconds(1);
  settle_due();
}

void SmallDesk::settle_due() {
  constexpr int most = 100;
  for (int i = 0; i < most; ++i) {
    const auto due = engine_->next_deadline();
    if (!due || *due > now_) return;
    must(engine_->feed_time(now_).has_value(), "time passes");
    carry_out();
  }
}

void SmallDesk::carry_out() {
  constexpr int most = 20;
  for (int i = 0; i < most; ++i) {
    const auto handouts = engine_->poll(now_, 100);
    must(handouts.has_value(), "effects are handed out");
    if (handouts->empty()) return;
    for (const Handout& out : *handouts) {
      Settlement settlement = Done{};
      if (out.request) {
        settlement = testing::friendly_reply(clinic::adapter_of(out.connection), out.id);
      }
      must(engine_->settle(out.id, settlement, now_).has_value(), "what was handed out is settled");
    }
  }
}

void SmallDesk::check() const {
  must(!engine_->faulted(), "the engine is in service");
}

SmallDesk& desk_of_the_day(std::size_t inputs) {
  static std::optional<SmallDesk> desk;
  static std::size_t left = 0;
  if (left == 0) {
    desk.emplace();
    left = inputs;
  }
  --left;
  return *desk;
}

}  // namespace novelo::fuzz
