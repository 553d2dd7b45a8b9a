#include "novelo/testing/simulator.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

#include "novelo/recorder.hpp"
#include "novelo/stores/memory.hpp"
#include "testing/simulator/centre.hpp"
#include "testing/simulator/world.hpp"

namespace novelo::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::array known_invariants = {
    Invariant{"I01", "what was acknowledged stays until somebody purges it"},
    Invariant{"I02", "what a provider sent is on a timeline once"},
    Invariant{
        "I03",
        "nothing is acknowledged or handed out that is not stored; what is refused is put aside"},
    Invariant{"I05", "a command that comes again gets the first result and changes nothing"},
    Invariant{"I06", "what became of a message only moves forward"},
    Invariant{"I07", "after a failure of the store the engine gives out nothing"},
    Invariant{"I08", "records that name each other agree"},
    Invariant{"I09", "an entry belongs to one conversation and is never rewritten"},
    Invariant{"I10", "sequences have no gap and are never given again"},
    Invariant{"I11", "protocol numbers are unique and grow"},
    Invariant{"I12",
              "an address has one holder, who is there, and strangers turn out to be somebody"},
    Invariant{"I13", "a contact has at most one open conversation at a desk"},
    Invariant{"I14", "nobody is offered more than they have capacity for"},
    Invariant{"I15", "whoever waits is looked at, and is served by one agent"},
    Invariant{"I16", "an offer is accepted once"},
    Invariant{"I17",
              "work goes to those who serve its queue with its skills, the best of them first"},
    Invariant{"I18", "who asked first is served first"},
    Invariant{"I19",
              "whoever comes back waits for their owner, and that ends exactly at its bound"},
    Invariant{"I20", "nobody waits while an agent who could take it is free"},
    Invariant{"I21", "whoever leaves loses all offers at once"},
    Invariant{"I22",
              "a call that goes on is not taken for over, and one that is over does not go on"},
    Invariant{"I23", "ids are new, and what goes out is on a timeline"},
    Invariant{"I24", "what is settled is never handed out again"},
    Invariant{"I25", "an effect is handed out once for each attempt"},
    Invariant{"I26", "the messages of a lane go out in their order, one at a time"},
    Invariant{"I27", "attempts have an end and keep to their times and hours"},
    Invariant{"I28", "free text goes out only while the window is open"},
    Invariant{"I29", "nothing is sent to whoever was erased"},
    Invariant{"I30", "one survey for each closing, and of that one"},
    Invariant{"I31", "nobody ends what another has"},
    Invariant{"I32",
              "no word of a note leaves the engine, and no internal field reaches a contact"},
    Invariant{"I33", "nothing of one tenant reaches another"},
    Invariant{"I34", "what is refused changes nothing"},
    Invariant{"I35", "nothing that somebody made up, or has not signed, is believed"},
    Invariant{"I36", "whoever was erased stays erased"},
    Invariant{"I38", "no secret stands in what goes out"},
    Invariant{"I39", "no list grows past its ceiling"},
    Invariant{"I40", "what is due happens, and is over then"},
    Invariant{"I41", "what was cancelled or put off does not fire"},
    Invariant{"I42", "a flow that goes round ends with a person"},
    Invariant{"I43",
              "a message is of whoever wrote it, about their case, and goes out from its desk"},
    Invariant{"I44", "time and counters never go back, and no jump of a clock is believed"},
    Invariant{"I45", "what is stored reads as it was written, also after a restart"},
    Invariant{"I46", "an engine that was taken over from writes and hands out nothing"},
    Invariant{"I48", "what has come to its end stays as it is"},
    Invariant{"I49", "when faults stop, everything comes to its end"},
};

// A Monday in the office, from nine in the morning in São Paulo; or days in which clocks are put on
// or back in New York.
Timestamp first_morning(std::uint64_t seed) {
  Chance chance{seed, 37};
  const std::uint64_t which = chance.below(100);
  std::string_view day = "2026-03-02T12:00:00Z";
  if (which < 30) day = "2026-03-07T19:00:00Z";
  if (which < 12) day = "2026-10-31T15:00:00Z";
  return parse_timestamp(day).value();
}

// How long it takes until the next step: seconds, as a rule; now and then hours, and a night.
Duration pause_before(std::uint64_t seed, std::uint64_t index) {
  Chance chance{seed, index, 5};
  const std::uint64_t kind = chance.below(1000);
  const auto seconds = [&](std::uint64_t most) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(chance.below(most * 1000)));
  };
  if (kind < 900) return seconds(8);
  if (kind < 985) return seconds(240);
  return kind < 998 ? seconds(4 * 3600) : seconds(72 * 3600);
}

// Up to eight bytes, in the order of this machine.
std::uint64_t number_at(std::string_view bytes) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

class Run {
 public:
  explicit Run(const SimulationOptions& options)
      : options_(options), weather_(weather_of(options)), began_(first_morning(options.seed)) {}

  Status open() {
    auto made = options_.store ? options_.store() : std::make_unique<MemoryStore>();
    if (!made) return fail(made.error());
    inner_ = std::move(*made);
    store_.emplace(*inner_, [this](std::span<const TenantWrites> parts) { committed(parts); });
    const std::string document =
        options_.configuration.empty() ? std::string(centre_document()) : options_.configuration;
    Chance chance{options_.seed, 17};
    const std::size_t tenants = options_.tenants.value_or(chance.percent(25) ? 2 : 1);
    for (std::size_t i = 0; i < tenants; ++i) {
      auto configuration = Configuration::parse(document, options_.limits);
      if (!configuration) return fail(configuration.error());
      const TenantName name("tenant-" + std::to_string(i + 1));
      const auto fence = inner_->open_tenant(name);
      if (!fence) return fail(fence.error());
      worlds_.push_back(std::make_unique<World>(options_, std::move(*configuration), document,
                                                *store_, mixed({options_.seed, i}), name,
                                                fence->tenant, findings_));
    }
    for (auto& world : worlds_) {
      for (auto& other : worlds_) {
        if (world != other) world->forbid("I33", other->own_word());
      }
    }
    return begin();
  }

  void go() {
    Timestamp at = began_;
    for (std::size_t index = 0; index < options_.steps && !findings_.any(); ++index) {
      at += pause_before(options_.seed, index);
      if (!is_done(index)) continue;
      World& world = *worlds_[mixed({options_.seed, index, 19}) % worlds_.size()];
      step_ = index;
      world.step(index, std::max(at, world.now()));
    }
    if (!findings_.any()) step_ = options_.steps;
    for (auto& world : worlds_) {
      if (!findings_.any()) world->drain();
    }
    if (recorder_) recorded_ = recorder_->finish(*inner_);
  }

  Result<Simulation> result() const {
    if (recorder_ && !recorded_) return fail(recorded_.error());
    Simulation run;
    if (findings_.any()) {
      run.violation = Violation{findings_.first()->invariant, findings_.first()->what, step_,
                                worlds_.front()->now()};
    }
    run.weather = weather_;
    for (const auto& world : worlds_) {
      run.inputs += world->tally().inputs;
      run.refused += world->tally().refused;
      run.handouts += world->tally().handouts;
      run.restarts += world->tally().restarts;
      run.simulated = std::max(run.simulated, world->now() - began_);
    }
    run.commits = store_->commits();
    run.faults = store_->faults();
    run.digest = digest_;
    return run;
  }

 private:
  Status begin() {
    if (!options_.record.empty()) {
      RecordingOptions how;
      how.name = "A simulated day";
      how.secrets = true;
      auto recorder = Recorder::open(options_.record, how);
      if (!recorder) return fail(recorder.error());
      recorder_.emplace(std::move(*recorder));
      worlds_.front()->observe(recorder_->observer());
    }
    for (auto& world : worlds_) {
      if (Status begun = world->begin(began_); !begun) return begun;
    }
    return {};
  }

  bool is_done(std::size_t index) const {
    return options_.only.empty() ||
           std::binary_search(options_.only.begin(), options_.only.end(), index);
  }

  void committed(std::span<const TenantWrites> parts) {
    for (const TenantWrites& part : parts) {
      for (const Write& write : part.writes) add_to_digest(write);
      for (auto& world : worlds_) {
        if (world->tenant_number() == part.fence.tenant) world->committed(part.writes);
      }
    }
  }

  // Everything that became durable, in its order: FNV's way, eight bytes at a time.
  void add_to_digest(const Write& write) {
    const auto add = [this](std::uint64_t number) {
      digest_ = (digest_ ^ number) * 0x100000001B3ULL;
      digest_ ^= digest_ >> 32;
    };
    const auto add_all = [&](std::string_view bytes) {
      for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
        add(number_at(bytes.substr(at, sizeof(std::uint64_t))));
      }
      add(bytes.size());
    };
    add(static_cast<std::uint64_t>(write.kind) << 8 | static_cast<std::uint64_t>(write.table));
    add_all(write.key);
    add_all(write.value);
  }

  const SimulationOptions& options_;
  Weather weather_;
  Timestamp began_;
  Findings findings_;
  std::unique_ptr<Store> inner_;
  std::optional<SimulatedStore> store_;
  std::vector<std::unique_ptr<World>> worlds_;
  std::optional<Recorder> recorder_;
  Status recorded_;
  std::size_t step_ = 0;
  std::uint64_t digest_ = 0xCBF29CE484222325ULL;
};

}  // namespace

Weather weather_of(const SimulationOptions& options) {
  if (options.weather) return *options.weather;
  // Each seed has weather of its own, fair in most respects: what is everywhere hides what is rare.
  Chance chance{options.seed, 23};
  const auto draw = [&](std::uint64_t most) {
    return chance.percent(55) ? 0U : static_cast<unsigned>(1 + chance.below(most));
  };
  Weather weather;
  weather.repeats = draw(50);
  weather.delays = draw(30);
  weather.lost = draw(15);
  weather.failures = draw(30);
  weather.silence = draw(20);
  weather.lies = draw(30);
  weather.restarts = draw(2);
  weather.crashes = draw(2);
  weather.disk = draw(1);
  weather.broken = draw(25);
  return weather;
}

Limits low_limits() {
  Limits limits;
  limits.purge_entries = 12;
  limits.interaction_steps = 6;
  limits.parked_receipts = 40;
  limits.replies_per_case = 4;
  limits.mails_per_case = 4;
  limits.cases_per_conversation = 6;
  limits.identities_per_contact = 4;
  limits.contacts_per_identity = 3;
  limits.cached_records = 500;
  limits.live_works = 55;
  limits.live_per_conversation = 2;
  limits.callbacks_per_conversation = 2;
  limits.reaches_per_conversation = 3;
  limits.unsettled_effects = 90;
  limits.words_per_case = 1;
  limits.follow_ups = 2;
  limits.mail_references = 2;
  limits.media_per_message = 2;
  limits.contacts_per_import = 3;
  limits.quarantine_rows = 20;
  limits.quarantine_bytes = 24'000;
  limits.request_bytes = 48 * 1024;
  limits.requirement_classes = 3;
  limits.changes = 300;
  return limits;
}

Result<Simulation> simulate(const SimulationOptions& options) {
  if (options.steps == 0) {
    return fail({ErrorCode::invalid, "steps", "A run has at least one step.", "steps", {}});
  }
  Run run(options);
  if (const Status opened = run.open(); !opened) return fail(opened.error());
  run.go();
  return run.result();
}

std::span<const Invariant> invariants() {
  return known_invariants;
}

}  // namespace novelo::testing
