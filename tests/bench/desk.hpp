// A desk at work, for benchmarks: WhatsApp chats open with their owners, on a SQLite file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/bare_sqlite.hpp"
#include "novelo/adapters/whatsapp.hpp"
#include "novelo/engine.hpp"
#include "novelo/stores/sqlite.hpp"

namespace novelo::bench {

EngineOptions desk_options();
// The whole document; agents for `chats` of them.
std::string desk_configuration(std::size_t chats);

class Desk {
 public:
  static constexpr Timestamp opened_at{std::chrono::hours(24 * 365 * 56)};

  // Opens the desk in a new file at `path` and `chats` conversations in it, each with its owner on
  // it and nothing unsettled.
  Desk(const std::string& path, std::size_t chats);

  // The webhook that brings the next `count` messages, each of another contact. Signed.
  Request next_webhook(std::size_t count);
  // What it decodes to.
  std::vector<Input> decode(const Request& webhook) const;
  // The keys of the rows that the messages of the last webhook take in the store.
  std::vector<BareMessage> rows_of_webhook();

  // Whether the engine took what it was given.
  bool receive(const Request& webhook);
  bool feed(const std::vector<Input>& inputs);
  // What came of each.
  std::vector<Result<Outcome>> results_of(const std::vector<Input>& inputs);
  // Hands out and settles everything, in one commit; how many effects there were.
  std::size_t settle();

  SqliteStore& store() { return *store_; }
  // The values of the rows that the newest message wrote. Before its effect is settled.
  void show_values(BareSqlite& bare);

 private:
  struct Chat {
    ConversationId conversation;
    std::uint64_t entries = 0;
  };

  void open_engine();
  void open_chats();
  void serve();  // accepts offers until nothing is left to do
  Timestamp tick();
  std::size_t contact_at(std::uint64_t message) const;
  void add_message(std::string& contacts, std::string& messages, std::uint64_t message) const;

  WhatsAppAdapter adapter_;
  std::size_t chat_count_;
  std::unique_ptr<SqliteStore> store_;
  std::optional<Engine> engine_;
  std::vector<Chat> chats_;  // by contact
  Timestamp now_ = opened_at;
  std::uint64_t commands_ = 0;
  std::uint64_t messages_ = 0;                          // made so far
  std::vector<std::uint64_t> latest_;                   // of the last webhook
  std::uint64_t effect_rows_ = std::uint64_t{1} << 62;  // keys of the bare effects
};

}  // namespace novelo::bench
