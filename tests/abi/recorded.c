#include "recorded.h"

#include "hall.h"

static novelo_recorder* open_recorder(const char* file, int secrets) {
  novelo_recorder_options options;
  novelo_recorder* recorder = NULL;
  ZERO(options);
  options.struct_size = sizeof(options);
  options.name = text_of("A desk in C");
  options.secrets = secrets;
  CHECK(novelo_recorder_open(file, NOVELO_NUL, &options, &recorder, NULL) == NOVELO_OK);
  return recorder;
}

static void poll_and_settle(novelo_engine* engine, int64_t now) {
  novelo_handouts* handouts = NULL;
  const novelo_handout* const* list = NULL;
  size_t count = 0;
  size_t i;
  CHECK(novelo_poll(engine, now, 100, &handouts, NULL) == NOVELO_OK);
  CHECK(novelo_handouts_read(handouts, &list, &count) == NOVELO_OK && count > 0);
  for (i = 0; i < count; ++i) {
    novelo_settlement settlement;
    ZERO(settlement);
    settlement.struct_size = sizeof(settlement);
    settlement.effect = list[i]->id;
    settlement.kind = list[i]->request != NULL ? NOVELO_REPLY : NOVELO_DONE;
    settlement.status = 200;
    CHECK(novelo_settle(engine, &settlement, 1, now, NULL, NULL) == NOVELO_OK);
  }
  CHECK(novelo_handouts_free(handouts) == NOVELO_OK);
}

static void drive(novelo_store* store, novelo_recorder* recorder) {
  novelo_engine_options options = desk_options();
  novelo_engine* engine = NULL;
  novelo_text inputs[3];
  options.recorder = recorder;
  CHECK(novelo_engine_open(store, &options, DESK_OPENED, &engine, NULL) == NOVELO_OK);
  CHECK(novelo_configure(engine, "c", 1, desk_configuration, NOVELO_NUL, DESK_OPENED, NULL, NULL) ==
        NOVELO_OK);
  inputs[0] = text_of(desk_presence);
  inputs[1] = text_of("nonsense");
  inputs[2] = text_of(
      "{\"id\": \"x\", \"actor\": \"joao\", \"do\": \"close_conversation\","
      " \"conversation\": \"99\"}");
  CHECK(novelo_feed(engine, inputs, 3, DESK_OPENED + 1, NULL, NULL) != NOVELO_OK);
  CHECK(ring(engine, DESK_OPENED + 2) == NOVELO_OK);
  poll_and_settle(engine, DESK_OPENED + 3);
  CHECK(novelo_engine_close(engine, NULL) == NOVELO_OK);
  CHECK(novelo_engine_open(store, &options, DESK_OPENED + 4, &engine, NULL) == NOVELO_OK);
  CHECK(novelo_feed_time(engine, DESK_OPENED + INT64_C(3600000000), NULL) == NOVELO_OK);
  CHECK(ring(engine, DESK_OPENED + INT64_C(3600000001)) == NOVELO_OK);
  CHECK(novelo_engine_close(engine, NULL) == NOVELO_OK);
}

int record_desk(const char* file, int secrets) {
  novelo_recorder* const recorder = open_recorder(file, secrets);
  novelo_store* store = NULL;
  CHECK(novelo_store_open_memory(NULL, &store, NULL) == NOVELO_OK);
  drive(store, recorder);
  CHECK(novelo_recorder_finish(recorder, store, NULL) == NOVELO_OK);
  CHECK(novelo_recorder_status(recorder, NULL) == NOVELO_OK);
  CHECK(novelo_recorder_free(recorder) == NOVELO_OK);
  CHECK(novelo_store_close(store, NULL) == NOVELO_OK);
  return check_failures;
}

/* The store has rows: a recording cannot begin here, and the tenant is closed again. */
static void record_too_late(novelo_store* store, const char* file) {
  const novelo_runner_options hall = hall_options();
  novelo_engine_options options = desk_options();
  novelo_recorder* const recorder = open_recorder(file, 0);
  novelo_runner* runner = NULL;
  static waiter on;
  waiter_init(&on);
  options.recorder = recorder;
  CHECK(novelo_runner_start(store, NULL, 0, &hall, &runner, NULL) == NOVELO_OK);
  CHECK(novelo_runner_engine_open(runner, &options, waiter_told, &on, NULL) == NOVELO_OK);
  waiter_wait(&on, 1);
  CHECK(on.status == NOVELO_CONFLICT && strcmp(on.reason, "not_from_the_beginning") == 0);
  CHECK(submit_call(runner, 1, NULL, NULL) == NOVELO_NOT_FOUND);
  CHECK(novelo_runner_free(runner, NULL) == NOVELO_OK);
  CHECK(novelo_recorder_free(recorder) == NOVELO_OK);
  waiter_end(&on);
}

int record_hall(const char* file, const char* late, int calls) {
  const novelo_runner_options hall = hall_options();
  novelo_recorder* const recorder = open_recorder(file, 1);
  novelo_engine_options options = desk_options();
  novelo_store* store = NULL;
  novelo_runner* runner = NULL;
  static waiter on;
  int i;
  waiter_init(&on);
  options.recorder = recorder;
  CHECK(novelo_store_open_memory(NULL, &store, NULL) == NOVELO_OK);
  CHECK(novelo_runner_start(store, NULL, 0, &hall, &runner, NULL) == NOVELO_OK);
  CHECK(novelo_runner_engine_open(runner, &options, waiter_told, &on, NULL) == NOVELO_OK);
  CHECK(novelo_runner_configure(runner, NULL, 0, "c", 1, desk_configuration, NOVELO_NUL, 0,
                                waiter_told, &on, NULL) == NOVELO_OK);
  CHECK(submit_text(runner, desk_presence, 0, &on, NULL) == NOVELO_OK);
  for (i = 0; i < calls; ++i) CHECK(submit_call(runner, i, &on, NULL) == NOVELO_OK);
  waiter_wait(&on, calls + 3);
  CHECK(on.failed == 0);
  CHECK(novelo_recorder_status(recorder, NULL) == NOVELO_OK);
  CHECK(novelo_recorder_finish(recorder, store, NULL) == NOVELO_REENTRANT);
  CHECK(novelo_runner_stop(runner, NOVELO_NEVER, NULL) == NOVELO_OK);
  CHECK(novelo_recorder_finish(recorder, store, NULL) == NOVELO_OK);
  CHECK(novelo_recorder_free(recorder) == NOVELO_OK);
  CHECK(novelo_runner_free(runner, NULL) == NOVELO_OK);
  record_too_late(store, late);
  CHECK(novelo_store_close(store, NULL) == NOVELO_OK);
  waiter_end(&on);
  return check_failures;
}
