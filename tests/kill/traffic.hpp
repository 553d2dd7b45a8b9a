// What happens at the clinic: webhooks as its providers send and sign them, and commands. Every
// text says by which id it can be told from all others. A pure function of a seed and of what the
// desk has.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "novelo/engine.hpp"

namespace novelo::kill {

// A request, and what is to be found of it.
struct Arrival {
  Request request;
  std::vector<std::string> texts;  // of its messages
  std::vector<std::string> calls;  // that it announces
};

std::string configuration_of(std::uint64_t version);

class Traffic {
 public:
  // `name` leads every id.
  Traffic(std::uint64_t seed, std::string name) : name_(std::move(name)), numbers_(seed) {}

  std::size_t below(std::size_t end) { return end < 2 ? 0 : numbers_() % end; }
  bool one_in(std::size_t count) { return below(count) == 0; }

  // Something new, or now and then something again.
  Arrival arrival(Timestamp now);
  // One command, or several of which each is taken or none.
  std::vector<Command> commands(const std::vector<ConversationId>& conversations, Timestamp now);
  Command configure();
  Command accept(const Handout& offer);
  Command resolve(EffectId effect);
  // What a provider or the host says, and whether it is the last word about the effect.
  std::pair<Settlement, bool> settlement(const Handout& out);

 private:
  std::string next_id() { return name_ + "-" + std::to_string(++count_); }
  std::string phone();
  Arrival whatsapp(Timestamp now);
  Arrival sms();
  Arrival mail();
  Arrival call(Timestamp now);
  CommandBody command_about(const std::string& id, ConversationId conversation, Timestamp now);
  CommandBody other_command(const std::string& id);

  std::string name_;
  std::mt19937_64 numbers_;
  std::uint64_t count_ = 0;
  std::vector<Arrival> sent_;
  std::vector<std::string> live_calls_;
};

}  // namespace novelo::kill
