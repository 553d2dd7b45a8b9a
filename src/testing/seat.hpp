// Seat: the engine as the player of a journey calls it. One of them is the engine itself; another
// one, of a binding, goes through the binding's own functions, so that every journey proves it too.
//
// What goes in and what comes out passes here. What has been stored is looked at with Query, on the
// engine behind the seat.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "novelo/engine.hpp"
#include "novelo/testing/journey.hpp"

namespace novelo::testing {

class Seat {
 public:
  virtual ~Seat() = default;

  // As the engine's functions of the same names.
  virtual Result<Response> receive(const Request& request, Timestamp now,
                                   std::vector<EventOutcome>* events) = 0;
  virtual Result<Outcome> feed(const Command& command, Timestamp now) = 0;
  virtual Status feed_time(Timestamp now) = 0;
  virtual Result<std::vector<Handout>> poll(Timestamp now, std::size_t max) = 0;
  virtual Result<Outcome> settle(EffectId effect, const Settlement& settlement, Timestamp now) = 0;
  virtual std::optional<Timestamp> next_deadline() = 0;
  virtual std::vector<Signal> take_signals() = 0;

  virtual Engine& engine() = 0;
};

// Opens the engine on a store, the one before being gone; as Engine::open.
using SeatSource = std::function<Result<std::unique_ptr<Seat>>(
    Store& store, const std::vector<const ChannelAdapter*>& adapters, EngineOptions options,
    Timestamp now)>;

// The engine itself.
Result<std::unique_ptr<Seat>> engine_seat(Store& store,
                                          const std::vector<const ChannelAdapter*>& adapters,
                                          EngineOptions options, Timestamp now);

// Plays a journey as `play` does, on other seats.
Result<JourneyReport> play_at(const Journey& journey,
                              const std::vector<const ChannelAdapter*>& adapters,
                              const StoreSource& store, const SeatSource& seats,
                              const PlayOptions& options);

}  // namespace novelo::testing
