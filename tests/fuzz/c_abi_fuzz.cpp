// The C interface under random calls: handles that live, that were freed, of another kind, that
// never were; JSON out of the journeys, whole, changed and cut; structs with wrong sizes. Nothing
// may crash, leak or give a status without its error, and at the end everything can be closed.
//
// One input is a program of calls. libFuzzer makes them (cmake/novelo-fuzz.cmake); replay.cpp runs
// kept ones and some of its own without it.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "fuzz/material.hpp"
#include "handle_table.hpp"
#include "novelo.h"

namespace novelo::fuzz {
namespace {

constexpr std::int64_t opened_at = 1'773'306'000'000'000;  // 2026-03-12T09:00:00Z
constexpr std::size_t most_calls = 64;
constexpr std::size_t most_handles = 32;

void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

novelo_text view(const std::string& text) {
  return {text.data(), text.size()};
}

// Of a runner's completions: a status with its error, and texts with their NUL.
void told(const novelo_completed* result, void* user) {
  must(result->struct_size == sizeof(*result), "a completion says its size");
  must((result->status == NOVELO_OK) == (result->error == nullptr), "a failure has its error");
  if (result->error != nullptr) {
    must(result->error->code == result->status, "the error has the status");
    must(result->status != NOVELO_INTERNAL, result->error->message.data);
  }
  for (std::size_t i = 0; i < result->item_count; ++i) {
    must(result->items[i].status != NOVELO_INTERNAL, result->items[i].text.data);
    must(result->items[i].text.data[result->items[i].text.size] == '\0', "a NUL stands behind");
  }
  ++*static_cast<std::atomic<std::uint64_t>*>(user);
}

// What the runner's callbacks share: time stands still unless a call moves it.
struct Hall {
  std::atomic<std::int64_t> now = opened_at;
  std::atomic<std::uint64_t> told = 0;
};

std::int64_t hall_clock(void* user) {
  return static_cast<Hall*>(user)->now;
}

// Settles at once, and tries what a callback may not do.
void hall_carry(novelo_runner* runner, novelo_text tenant, const novelo_handout* handout,
                void* user) {
  auto* const hall = static_cast<Hall*>(user);
  must((handout->request != nullptr) == (handout->kind <= NOVELO_CALL), "what is sent is there");
  novelo_settlement settlement{};
  settlement.struct_size = sizeof(settlement);
  settlement.effect = handout->id;
  settlement.kind = handout->request != nullptr ? NOVELO_REPLY : NOVELO_DONE;
  settlement.status = handout->id % 3 == 0 ? 500 : 200;
  if (novelo_runner_settle(runner, tenant.data, tenant.size, &settlement, 1, told, &hall->told,
                           nullptr) == NOVELO_OK) {
    --hall->told;
  }
  must(novelo_runner_stop(runner, 0, nullptr) == NOVELO_REENTRANT, "a callback cannot stop it");
  must(novelo_runner_free(runner, nullptr) == NOVELO_REENTRANT, "a callback cannot free it");
}

// One run: a desk, and every handle it ever had.
class Run {
 public:
  explicit Run(Bytes bytes) : bytes_(bytes) {}

  void go() {
    const std::uint32_t before = abi::live_handles();
    novelo_store* store = nullptr;
    check(novelo_store_open_memory(nullptr, &store, nullptr));
    stores_.push_back(store);
    journey_ = &material().journeys[bytes_.below(material().journeys.size())];
    open();
    configure(false);
    for (std::size_t i = 0; i < most_calls && !bytes_.empty(); ++i) call();
    close_all();
    must(abi::live_handles() == before, "no handle is left");
  }

 private:
  using Step = void (Run::*)();

  void call();

  // --- what a status must be like ----------------------------------------------------------------
  static novelo_status check(novelo_status status) {
    must(status >= NOVELO_OK && status <= NOVELO_INTERNAL, "the status is one");
    return status;
  }
  // The error by its place: the call that makes it is an argument beside it.
  novelo_status check(novelo_status status, novelo_error* const& error) {
    check(status);
    if (status == NOVELO_OK) {
      must(error == nullptr, "a success has no error");
      return status;
    }
    const novelo_error_info* info = nullptr;
    must(novelo_error_read(error, &info) == NOVELO_OK, "a failure has its error");
    must(info->code == status, "the error has the status");
    must(info->message.data[info->message.size] == '\0', "a NUL stands behind a text");
    must(status != NOVELO_INTERNAL, info->message.data);
    if (bytes_.below(8) == 0)
      keep(error);
    else
      must(novelo_error_free(error) == NOVELO_OK, "an error is freed");
    return status;
  }

  // --- handles: mostly a living one, sometimes any number ----------------------------------------
  template <class Handle>
  void keep(Handle* handle) {
    if (handle == nullptr) return;
    if (others_.size() >= most_handles) {
      free_any(others_.front());
      others_.erase(others_.begin());
    }
    others_.push_back(handle);
  }
  void* any() {
    switch (bytes_.below(5)) {
      case 0: return nullptr;
      case 1: return reinterpret_cast<void*>(static_cast<std::uintptr_t>(bytes_.number()));
      case 2: return engines_.empty() ? nullptr : engines_[bytes_.below(engines_.size())];
      case 3: return stores_.empty() ? nullptr : stores_[bytes_.below(stores_.size())];
      default: return others_.empty() ? nullptr : others_[bytes_.below(others_.size())];
    }
  }
  novelo_engine* engine() {
    if (engines_.empty() || bytes_.below(16) == 0) return static_cast<novelo_engine*>(any());
    return engines_.back();
  }
  novelo_store* store() {
    if (bytes_.below(16) == 0) return static_cast<novelo_store*>(any());
    return stores_.back();
  }
  std::int64_t now() {
    if (bytes_.below(32) == 0) return static_cast<std::int64_t>(bytes_.number());
    static constexpr std::array<std::int64_t, 4> steps{0, 1'000'000, 90'000'000, 7'200'000'000};
    return now_ += steps[bytes_.below(steps.size())];
  }

  void open();
  void configure(bool changed);
  void load() { configure(true); }
  void feed();
  void receive();
  void poll();
  void settle();
  void settle_oddly();
  void time();
  void signals();
  void query();
  void route();
  void look();
  void free_something() { free_any(any()); }
  void read_something();
  void close_engine();
  void other_store();
  void metrics();
  void backup();
  void recorder();
  void runner_start();
  void runner_feed();
  void runner_receive();
  void runner_settle();
  void runner_reads();
  void runner_engines();
  void runner_stop();
  novelo_runner* runner() {
    if (runners_.empty() || bytes_.below(16) == 0) return static_cast<novelo_runner*>(any());
    return runners_.back();
  }
  // Whom a runner's calls are about.
  novelo_text tenant() { return bytes_.below(8) == 0 ? novelo_text{"other", 5} : novelo_text{}; }
  // A completion that is owed when this was accepted.
  void owe(novelo_status status, novelo_error* const& error) {
    if (check(status, error) == NOVELO_OK) ++owed_;
  }
  void parse_time();
  void close_all();
  void free_any(void* handle);
  void take(novelo_items* items);

  Bytes bytes_;
  const Journey* journey_ = nullptr;
  std::int64_t now_ = opened_at;
  std::vector<novelo_store*> stores_;
  std::vector<novelo_engine*> engines_;  // closed ones too
  std::vector<void*> others_;            // freed ones too
  std::vector<std::uint64_t> effects_;
  std::vector<novelo_runner*> runners_;  // freed ones too
  Hall hall_;
  std::uint64_t owed_ = 0;
};

void Run::call() {
  // What makes a desk live comes more often.
  static constexpr std::array<Step, 36> steps{
      &Run::feed,          &Run::feed,           &Run::feed,           &Run::feed,
      &Run::receive,       &Run::receive,        &Run::receive,        &Run::poll,
      &Run::poll,          &Run::settle,         &Run::settle,         &Run::time,
      &Run::time,          &Run::signals,        &Run::query,          &Run::query,
      &Run::route,         &Run::free_something, &Run::settle_oddly,   &Run::read_something,
      &Run::look,          &Run::load,           &Run::close_engine,   &Run::other_store,
      &Run::metrics,       &Run::backup,         &Run::recorder,       &Run::runner_start,
      &Run::runner_feed,   &Run::runner_feed,    &Run::runner_receive, &Run::runner_receive,
      &Run::runner_settle, &Run::runner_reads,   &Run::runner_engines, &Run::runner_stop};
  (this->*steps[bytes_.below(steps.size())])();
}

void Run::open() {
  novelo_engine_options options{};
  options.struct_size = sizeof(options);
  options.tenant_secret = view(journey_->tenant_secret);
  std::vector<novelo_secret> secrets;
  for (const SecretText& secret : journey_->secrets) {
    secrets.push_back({view(secret.connection), view(secret.name), view(secret.text)});
  }
  options.secrets = secrets.data();
  options.secret_count = secrets.size();
  std::string limits;
  if (bytes_.below(4) == 0) {
    limits = bytes_.changed(R"({"signals": 3, "inputs_per_feed": 2, "bridge_silence": "45s"})");
    options.limits = view(limits);
  }
  if (bytes_.below(16) == 0) options.struct_size = static_cast<std::size_t>(bytes_.number());
  novelo_engine* opened = nullptr;
  novelo_error* error = nullptr;
  // Tells of bytes behind the struct that are not there.
  if (options.struct_size > sizeof(options)) options.struct_size = sizeof(options) - 1;
  check(novelo_engine_open(stores_.back(), &options, now_, &opened, &error), error);
  if (opened != nullptr) engines_.push_back(opened);
}

void Run::configure(bool changed) {
  const std::string text =
      changed ? bytes_.changed(journey_->configuration) : journey_->configuration;
  const std::string id = "configuration-" + std::to_string(bytes_.below(changed ? 4 : 1));
  novelo_error* error = nullptr;
  novelo_items* items = nullptr;
  check(novelo_configure(engine(), id.data(), id.size(), text.data(), text.size(), now_, &items,
                         &error),
        error);
  take(items);
}

void Run::take(novelo_items* items) {
  if (items == nullptr) return;
  const novelo_item* item = nullptr;
  std::size_t count = 0;
  must(novelo_items_read(items, &item, &count) == NOVELO_OK, "items can be read");
  for (std::size_t i = 0; i < count; ++i) {
    check(item[i].status);
    must(item[i].status != NOVELO_INTERNAL, item[i].text.data);
    must(item[i].text.data[item[i].text.size] == '\0', "a NUL stands behind an item");
  }
  keep(items);
}

void Run::feed() {
  std::array<std::string, 3> texts;
  std::array<novelo_text, 3> inputs{};
  const std::size_t count = 1 + bytes_.below(texts.size());
  for (std::size_t i = 0; i < count; ++i) {
    texts[i] = bytes_.command(*journey_);
    inputs[i] = view(texts[i]);
  }
  novelo_error* error = nullptr;
  novelo_items* items = nullptr;
  const bool wanted = bytes_.below(4) != 0;
  check(novelo_feed(engine(), inputs.data(), count, now(), wanted ? &items : nullptr, &error),
        error);
  take(items);
}

void Run::receive() {
  const Request sent = bytes_.request(*journey_);
  std::vector<novelo_header> headers;
  for (const Header& header : sent.headers) {
    headers.push_back({view(header.name), view(header.value)});
  }
  novelo_request request{};
  request.struct_size = bytes_.below(16) == 0 ? bytes_.below(sizeof(request)) : sizeof(request);
  request.method = view(sent.method);
  request.url = view(sent.url);
  request.headers = headers.data();
  request.header_count = headers.size();
  request.body = view(sent.body);
  novelo_error* error = nullptr;
  novelo_answer* answer = nullptr;
  check(novelo_receive(engine(), &request, now(), &answer, &error), error);
  if (answer == nullptr) return;
  const novelo_response* response = nullptr;
  must(novelo_answer_read(answer, &response) == NOVELO_OK, "an answer can be read");
  novelo_items* events = nullptr;
  check(novelo_answer_events(answer, &events, &error), error);
  take(events);
  keep(answer);
}

void Run::poll() {
  novelo_error* error = nullptr;
  novelo_handouts* handouts = nullptr;
  check(novelo_poll(engine(), now(), bytes_.below(40), &handouts, &error), error);
  if (handouts == nullptr) return;
  const novelo_handout* const* list = nullptr;
  std::size_t count = 0;
  must(novelo_handouts_read(handouts, &list, &count) == NOVELO_OK, "handouts can be read");
  for (std::size_t i = 0; i < count; ++i) {
    effects_.push_back(list[i]->id);
    must((list[i]->request != nullptr) == (list[i]->kind <= NOVELO_CALL),
         "what is sent has its request");
    must(list[i]->body.data[list[i]->body.size] == '\0', "a NUL stands behind a body");
  }
  keep(handouts);
}

void Run::settle() {
  const std::string body = bytes_.changed(R"({"ok": true, "messages": [{"id": "wamid.1"}]})");
  novelo_settlement settlement{};
  settlement.struct_size = sizeof(settlement);
  settlement.effect = effects_.empty() ? bytes_.below(64) : effects_[bytes_.below(effects_.size())];
  static constexpr std::array<std::int32_t, 8> codes{200, 200, 200, 0, 404, 429, 500, -1};
  settlement.kind = static_cast<std::int32_t>(1 + bytes_.below(3));
  settlement.status = codes[bytes_.below(codes.size())];
  settlement.body = view(body);
  settlement.answer = view(body);
  settlement.reason = {"down", 4};
  settlement.retry = static_cast<std::int32_t>(bytes_.below(2));
  novelo_error* error = nullptr;
  novelo_items* items = nullptr;
  check(novelo_settle(engine(), &settlement, 1, now(), &items, &error), error);
  take(items);
}

void Run::settle_oddly() {
  std::array<novelo_settlement, 3> settlements{};
  for (novelo_settlement& settlement : settlements) {
    settlement.struct_size = bytes_.below(8) == 0 ? bytes_.below(200) : sizeof(settlement);
    settlement.effect = bytes_.number();
    settlement.kind = static_cast<std::int32_t>(bytes_.number());
    settlement.header_count = bytes_.below(2);
  }
  // The first one's size is the step to the next: it stays inside the array.
  if (settlements[0].struct_size > sizeof(novelo_settlement)) settlements[0].struct_size = 0;
  novelo_error* error = nullptr;
  novelo_items* items = nullptr;
  check(novelo_settle(engine(), settlements.data(), bytes_.below(settlements.size() + 1), now(),
                      &items, &error),
        error);
  take(items);
}

void Run::time() {
  novelo_error* error = nullptr;
  std::int64_t due = 0;
  if (check(novelo_next_deadline(engine(), &due, &error), error) == NOVELO_OK && due > now_ &&
      due < now_ + 86'400'000'000) {
    now_ = due;
  }
  check(novelo_feed_time(engine(), now(), &error), error);
}

void Run::signals() {
  novelo_error* error = nullptr;
  novelo_items* items = nullptr;
  check(novelo_take_signals(engine(), &items, &error), error);
  take(items);
}

void Run::query() {
  const std::string question = bytes_.question();
  novelo_error* error = nullptr;
  novelo_items* items = nullptr;
  check(novelo_query(engine(), question.data(), question.size(), &items, &error), error);
  take(items);
}

void Run::route() {
  const std::string name = bytes_.changed("line");
  novelo_error* error = nullptr;
  novelo_items* items = nullptr;
  check(novelo_fallback_route(engine(), name.data(), name.size(), &items, &error), error);
  take(items);
}

void Run::look() {
  novelo_error* error = nullptr;
  std::int32_t faulted = 0;
  check(novelo_engine_faulted(engine(), &faulted, &error), error);
  check(novelo_store_checkpoint(store(), &error), error);
  parse_time();
}

void Run::parse_time() {
  const std::string text = bytes_.changed("2026-03-12T09:00:00.25-03:00");
  std::int64_t at = 0;
  novelo_error* error = nullptr;
  check(novelo_time_parse(text.data(), text.size(), &at, &error), error);
  std::array<char, NOVELO_TIME_SIZE> buffer{};
  check(novelo_time_format(static_cast<std::int64_t>(bytes_.number()), buffer.data(),
                           bytes_.below(buffer.size() + 1), &error),
        error);
}

void Run::free_any(void* handle) {
  check(novelo_error_free(static_cast<novelo_error*>(handle)));
  check(novelo_items_free(static_cast<novelo_items*>(handle)));
  check(novelo_answer_free(static_cast<novelo_answer*>(handle)));
  check(novelo_handouts_free(static_cast<novelo_handouts*>(handle)));
  check(novelo_backup_free(static_cast<novelo_backup*>(handle), nullptr));
  check(novelo_recorder_free(static_cast<novelo_recorder*>(handle)));
}

void Run::read_something() {
  void* const handle = any();
  const novelo_item* items = nullptr;
  const novelo_error_info* info = nullptr;
  const novelo_response* response = nullptr;
  const novelo_handout* const* list = nullptr;
  std::size_t count = 0;
  check(novelo_items_read(static_cast<novelo_items*>(handle), &items, &count));
  check(novelo_error_read(static_cast<novelo_error*>(handle), &info));
  check(novelo_answer_read(static_cast<novelo_answer*>(handle), &response));
  check(novelo_handouts_read(static_cast<novelo_handouts*>(handle), &list, &count));
}

void Run::close_engine() {
  novelo_error* error = nullptr;
  check(novelo_engine_close(engine(), &error), error);
  check(novelo_store_close(store(), &error), error);
  if (novelo_store_checkpoint(stores_.back(), nullptr) != NOVELO_OK) other_store();
  open();
}

void Run::other_store() {
  novelo_memory_options options{};
  options.struct_size = sizeof(options);
  options.capacity_bytes = bytes_.below(2) == 0 ? 0 : 4096 + 64 * bytes_.below(4096);
  novelo_store* opened = nullptr;
  novelo_error* error = nullptr;
  if (check(novelo_store_open_memory(&options, &opened, &error), error) != NOVELO_OK) return;
  stores_.push_back(opened);
  open();
  configure(false);
}

void Run::metrics() {
  novelo_error* error = nullptr;
  novelo_items* items = nullptr;
  check(novelo_metrics(engine(), now(), static_cast<std::int32_t>(bytes_.below(4)), &items, &error),
        error);
  take(items);
}

// Of stores in memory: nothing is written anywhere.
void Run::backup() {
  novelo_backup_options options{};
  options.struct_size = bytes_.below(8) == 0 ? bytes_.below(80) : sizeof(options);
  novelo_error* error = nullptr;
  novelo_backup* made = nullptr;
  check(novelo_store_backup(store(), "/nowhere/at/all", NOVELO_NUL, &options, &error), error);
  check(novelo_backup_begin(store(), "/nowhere/at/all", NOVELO_NUL, nullptr, &made, &error), error);
  must(made == nullptr, "there is no such folder");
  check(novelo_backup_step(static_cast<novelo_backup*>(any()), 1, nullptr, &error), error);
  check(novelo_runner_backup(runner(), "/nowhere/at/all", NOVELO_NUL, &options, &error), error);
  check(
      novelo_sqlite_restore("/nowhere", NOVELO_NUL, "/nowhere/at/all", NOVELO_NUL, nullptr, &error),
      error);
}

// To where everything can be written and nothing stays.
void Run::recorder() {
  novelo_recorder* made = nullptr;
  novelo_error* error = nullptr;
  check(novelo_recorder_open("/dev/null", NOVELO_NUL, nullptr, &made, &error), error);
  novelo_recorder* const one = bytes_.below(4) == 0 ? static_cast<novelo_recorder*>(any()) : made;
  check(novelo_recorder_status(one, &error), error);
  check(novelo_recorder_finish(one, store(), &error), error);
  keep(made);
}

void Run::runner_start() {
  novelo_runner_options options{};
  options.struct_size = bytes_.below(16) == 0 ? bytes_.below(sizeof(options)) : sizeof(options);
  options.queue_inputs = bytes_.below(3);
  options.batch_inputs = bytes_.below(3);
  options.batch_handouts = bytes_.below(3);
  options.clock = hall_clock;
  options.on_send = options.on_call = options.on_notify = hall_carry;
  options.user = &hall_;
  novelo_engine* given = engine();
  novelo_runner* started = nullptr;
  novelo_error* error = nullptr;
  hall_.now = now_;
  check(novelo_runner_start(store(), &given, bytes_.below(2), &options, &started, &error), error);
  if (started != nullptr) runners_.push_back(started);
}

void Run::runner_feed() {
  std::array<std::string, 3> texts;
  std::array<novelo_text, 3> inputs{};
  const std::size_t count = bytes_.below(texts.size() + 1);
  for (std::size_t i = 0; i < count; ++i) {
    texts[i] = bytes_.command(*journey_);
    inputs[i] = view(texts[i]);
  }
  const novelo_text whose = tenant();
  const std::string text = bytes_.changed(journey_->configuration);
  novelo_error* error = nullptr;
  hall_.now = now();
  const std::int64_t deadline = bytes_.below(4) == 0 ? now() : 0;
  owe(novelo_runner_feed(runner(), whose.data, whose.size, inputs.data(), count, deadline, told,
                         &hall_.told, &error),
      error);
  if (bytes_.below(4) != 0) return;
  owe(novelo_runner_configure(runner(), whose.data, whose.size, "c", 1, text.data(), text.size(), 0,
                              told, &hall_.told, &error),
      error);
}

void Run::runner_receive() {
  const Request sent = bytes_.request(*journey_);
  novelo_request request{};
  request.struct_size = sizeof(request);
  request.method = view(sent.method);
  request.url = view(sent.url);
  request.body = view(sent.body);
  const novelo_text whose = tenant();
  novelo_error* error = nullptr;
  owe(novelo_runner_receive(runner(), whose.data, whose.size, &request,
                            static_cast<std::int64_t>(bytes_.below(2)), told, &hall_.told, &error),
      error);
}

void Run::runner_settle() {
  std::array<novelo_settlement, 2> settlements{};
  for (novelo_settlement& settlement : settlements) {
    settlement.struct_size = sizeof(settlement);
    settlement.effect = bytes_.below(64);
    settlement.kind = static_cast<std::int32_t>(bytes_.below(5));
  }
  const novelo_text whose = tenant();
  novelo_error* error = nullptr;
  owe(novelo_runner_settle(runner(), whose.data, whose.size, settlements.data(),
                           bytes_.below(settlements.size() + 1), told, &hall_.told, &error),
      error);
}

void Run::runner_reads() {
  const std::string question = bytes_.question();
  const novelo_text whose = tenant();
  novelo_error* error = nullptr;
  novelo_items* items = nullptr;
  novelo_runner_counts counts{};
  counts.struct_size = bytes_.below(8) == 0 ? bytes_.below(80) : sizeof(counts);
  if (counts.struct_size > sizeof(counts)) counts.struct_size = 0;
  owe(novelo_runner_query(runner(), whose.data, whose.size, question.data(), question.size(), told,
                          &hall_.told, &error),
      error);
  owe(novelo_runner_metrics(runner(), whose.data, whose.size,
                            static_cast<std::int32_t>(bytes_.below(4)), told, &hall_.told, &error),
      error);
  check(novelo_runner_statistics(runner(), &counts, &error), error);
  check(novelo_runner_fallback_route(runner(), whose.data, whose.size, "line", NOVELO_NUL, &items,
                                     &error),
        error);
  take(items);
}

void Run::runner_engines() {
  novelo_engine_options options{};
  options.struct_size = sizeof(options);
  options.tenant = tenant();
  options.tenant_secret = view(journey_->tenant_secret);
  options.recorder = bytes_.below(8) == 0 ? static_cast<novelo_recorder*>(any()) : nullptr;
  novelo_error* error = nullptr;
  owe(novelo_runner_engine_open(runner(), &options, told, &hall_.told, &error), error);
  const novelo_text whose = tenant();
  if (bytes_.below(2) != 0) return;
  owe(novelo_runner_engine_close(runner(), whose.data, whose.size, told, &hall_.told, &error),
      error);
}

void Run::runner_stop() {
  novelo_error* error = nullptr;
  check(novelo_runner_stop(runner(), static_cast<std::int64_t>(bytes_.below(3)) - 1, &error),
        error);
  if (bytes_.below(2) == 0) check(novelo_runner_free(runner(), &error), error);
}

void Run::close_all() {
  for (novelo_runner* runner : runners_) {
    const novelo_status status = check(novelo_runner_free(runner, nullptr));
    must(status == NOVELO_OK || status == NOVELO_INVALID, "a runner is freed");
  }
  must(hall_.told == owed_, "each completion is called once");
  for (void* handle : others_) free_any(handle);
  // What was closed before is no handle any more; nothing else may keep it from being closed.
  for (novelo_engine* engine : engines_) {
    const novelo_status status = check(novelo_engine_close(engine, nullptr));
    must(status == NOVELO_OK || status == NOVELO_INVALID, "an engine is closed");
  }
  for (novelo_store* store : stores_) {
    const novelo_status status = check(novelo_store_close(store, nullptr));
    must(status == NOVELO_OK || status == NOVELO_INVALID, "a store is closed");
  }
}

}  // namespace
}  // namespace novelo::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  novelo::fuzz::Run(novelo::fuzz::Bytes({data, size})).go();
  return 0;
}
