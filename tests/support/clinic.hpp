// A small clinic for the tests of the engine: a telephone line, SMS and WhatsApp, one desk, one
// queue, two advisers; and the host that runs an engine over a store for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include "novelo/engine.hpp"
#include "novelo/query.hpp"
#include "support/forwarding_store.hpp"

namespace novelo::clinic {

using namespace std::chrono_literals;

// Monday, 2 March 2026, nine o'clock in Curitiba.
Timestamp morning();

inline const AgentName joao("joao");
inline const AgentName marta("marta");  // supervises
inline constexpr const char* ana = "5541988887777";
inline constexpr const char* line_number = "08001234567";
inline constexpr const char* sms_number = "+5541955550000";
inline constexpr const char* whatsapp_number = "106540352242922";  // as the provider names it

inline constexpr const char* mailbox = "care@aurora.example";

nlohmann::json configuration();
// The same with a mailbox; with cases of the type "appointment" that wait for a reply, are resolved
// and are finalised; and with cases of the type "visit" whose replies are verified.
nlohmann::json configuration_with_mail();
EngineOptions options();
std::vector<const ChannelAdapter*> adapters();

// Everything a store holds, row by row.
using StoreRows = std::vector<std::tuple<Table, std::string, std::string>>;
StoreRows content_of(Store& store);
// The first difference, for a message; empty when there is none.
std::string difference(const StoreRows& left, const StoreRows& right);

// Another store with its commits and reads counted, and one of the commits failing.
class WatchedStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  // The commit after `before` further ones fails; its writes are there all the same when `applied`.
  void fail_commit(std::size_t before, ErrorCode code, bool applied);
  void fail_read() { fail_read_ = true; }           // the next one
  std::size_t commits() const { return commits_; }  // that had something to write
  std::size_t rows_read() const { return rows_read_; }

  Result<std::optional<std::string>> get(Table table, std::string_view key) override;
  Result<std::vector<Row>> scan(Table table, std::string_view from, std::string_view to,
                                std::size_t limit, Order order) override;
  Status commit_all(std::span<const TenantWrites> parts) override;

 private:
  struct Failure {
    std::size_t before;
    ErrorCode code;
    bool applied;
  };

  std::size_t commits_ = 0;
  std::size_t rows_read_ = 0;
  std::optional<Failure> failure_;
  bool fail_read_ = false;
};

// Whoever embeds the engine: keeps the time, numbers commands and provider events, and carries
// effects to providers who take everything.
class Host {
 public:
  explicit Host(Store& store, EngineOptions how = options(), Timestamp start = morning());

  Engine& engine() { return *engine_; }
  Query query() { return Query(*engine_); }
  Timestamp now() const { return now_; }
  void wait(Duration time) { now_ += time; }
  // Time passes in the engine too, with everything that falls due on the way.
  void pass(Duration time);
  void reopen();

  Outcome configure();
  Result<Outcome> command(CommandBody body, const std::string& actor = {});
  Outcome must(CommandBody body, const std::string& actor = {});
  Error refusal(CommandBody body, const std::string& actor = {});

  Result<Outcome> event(const std::string& connection, ChannelEvent event);
  Outcome whatsapp(const std::string& from, const std::string& text);
  Outcome sms(const std::string& from, const std::string& text);
  // `to` as it was written to, with a signed detail perhaps; `answers` is a Message-ID.
  Outcome mail(const std::string& from, const std::string& to, const std::string& answers = {});
  Outcome call(const std::string& call, const std::string& from);
  Outcome withheld_call(const std::string& call);
  // What the telephone system tells of a call; fill in what the kind needs.
  Outcome told(CallEvent event);
  Outcome hung_up(const std::string& call, int cause = 16);

  // A webhook as its provider would sign it.
  Request webhook(const std::string& connection, const std::string& body) const;

  std::vector<Handout> poll();
  Outcome settle(const Handout& out);
  // Carries everything out until nothing is left; what was carried, in order.
  std::vector<Handout> settle_all();
  // The newest offer to the agent among what `settle_all` carried.
  OfferId offer_to(const std::string& agent) const;
  Outcome accept(const std::string& agent);
  void sign_in(const std::string& agent);

  // What must be there.
  ConversationRecord conversation(ConversationId id);
  Interaction interaction(InteractionId id);
  std::vector<Entry> timeline(ConversationId id);
  // How many entries of this kind are on the timeline.
  std::size_t count(ConversationId id, EventKind kind);

 private:
  void open();

  Store* store_;
  EngineOptions options_;
  Timestamp now_;
  std::optional<Engine> engine_;
  std::uint64_t commands_ = 0;
  std::uint64_t events_ = 0;
  std::map<std::string, OfferId> offers_;
};

// "voice", "sms", "whatsapp" or "email": the adapter of a connection of the clinic's.
std::string adapter_of(const ConnectionName& connection);
// An event as the clinic's providers send it.
InboundMessage message(std::string id, const std::string& to, const std::string& from,
                       std::string text, std::optional<Timestamp> at = {});
// A mail to the clinic's mailbox: `to` as it was written to, with a signed detail perhaps;
// `answers` is a Message-ID.
InboundMessage letter(std::string id, const std::string& from, std::string subject,
                      const std::string& to = mailbox, const std::string& answers = {});
CallEvent call_event(CallEventKind kind, std::string call);

}  // namespace novelo::clinic
