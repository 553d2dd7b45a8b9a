/* Rules 7 and 8 of novelo.h: one thread at a time, and nobody from inside. Compiled as C and C++.

   An engine is held in the middle of a call by the one callback there is: a store that is full
   makes it faulted. */
#include <pthread.h>

#include "desk.h"

typedef struct stage {
  desk open;
  novelo_engine* neighbour; /* on the same store */
  desk elsewhere;
  int called;
} stage;

static void* from_another_thread(void* user) {
  const stage* const on = (const stage*)user;
  novelo_error* error = NULL;
  int64_t at = 0;
  CHECK(says(novelo_feed_time(on->open.engine, DESK_OPENED, &error), &error, NOVELO_REENTRANT,
             "in_use"));
  CHECK(novelo_next_deadline(on->open.engine, &at, NULL) == NOVELO_REENTRANT);
  CHECK(novelo_feed_time(on->neighbour, DESK_OPENED, NULL) == NOVELO_REENTRANT);
  CHECK(novelo_store_checkpoint(on->open.store, NULL) == NOVELO_REENTRANT);
  CHECK(ring(on->elsewhere.engine, DESK_OPENED) == NOVELO_OK);
  return NULL;
}

static void on_fault(const novelo_error_info* info, void* user) {
  stage* const on = (stage*)user;
  novelo_error* error = NULL;
  novelo_items* items = NULL;
  pthread_t thread;
  ++on->called;
  CHECK(info->struct_size == sizeof(*info) && info->code != NOVELO_OK && info->message.size > 0);
  CHECK(says(novelo_take_signals(on->open.engine, &items, &error), &error, NOVELO_REENTRANT,
             "in_use"));
  CHECK(novelo_engine_close(on->open.engine, NULL) == NOVELO_REENTRANT);
  CHECK(novelo_engine_close(on->neighbour, NULL) == NOVELO_REENTRANT);
  CHECK(novelo_store_close(on->open.store, NULL) == NOVELO_REENTRANT);
  CHECK(pthread_create(&thread, NULL, from_another_thread, user) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
}

static void rules_7_and_8_nobody_from_inside_or_beside(void) {
  novelo_memory_options small;
  novelo_engine_options options = desk_options();
  novelo_error* error = NULL;
  stage on;
  int32_t faulted = 0;
  ZERO(on);
  ZERO(small);
  small.struct_size = sizeof(small);
  small.capacity_bytes = 6000;
  CHECK(novelo_store_open_memory(&small, &on.open.store, NULL) == NOVELO_OK);
  options.on_fault = on_fault;
  options.user = &on;
  CHECK(novelo_engine_open(on.open.store, &options, DESK_OPENED, &on.open.engine, NULL) ==
        NOVELO_OK);
  options.tenant = text_of("neighbour");
  options.on_fault = NULL;
  CHECK(novelo_engine_open(on.open.store, &options, DESK_OPENED, &on.neighbour, NULL) ==
        NOVELO_OK);
  on.elsewhere = open_desk();
  CHECK(novelo_configure(on.open.engine, "c", 1, desk_configuration, NOVELO_NUL, DESK_OPENED, NULL,
                         NULL) == NOVELO_OK);
  while (on.called == 0 && ring(on.open.engine, DESK_OPENED) == NOVELO_OK) {
    static char event[200];
    static int calls = 1;
    novelo_request request = desk_request(event);
    snprintf(event, sizeof event,
             "{\"event_id\": \"f-%d\", \"event\": \"incoming\", \"call\": \"d-%d\","
             " \"from\": \"+5541988887777\", \"to\": \"5541999990000\"}",
             calls, calls);
    ++calls;
    request.body = text_of(event);
    {
      novelo_answer* answer = NULL;
      if (novelo_receive(on.open.engine, &request, DESK_OPENED, &answer, NULL) != NOVELO_OK) break;
      CHECK(novelo_answer_free(answer) == NOVELO_OK);
    }
  }
  CHECK(on.called == 1);
  CHECK(novelo_engine_faulted(on.open.engine, &faulted, NULL) == NOVELO_OK && faulted != 0);
  CHECK(says(novelo_feed_time(on.open.engine, DESK_OPENED, &error), &error, NOVELO_UNKNOWN,
             "full"));
  CHECK(novelo_feed_time(on.neighbour, DESK_OPENED, NULL) == NOVELO_OK);
  CHECK(novelo_engine_close(on.neighbour, NULL) == NOVELO_OK);
  close_desk(on.open);
  close_desk(on.elsewhere);
}

static void* read_it(void* user) {
  const novelo_items* const items = (const novelo_items*)user;
  const novelo_item* item = NULL;
  size_t count = 0;
  int round;
  for (round = 0; round < 1000; ++round) {
    if (novelo_items_read(items, &item, &count) != NOVELO_OK || count != 1) return user;
  }
  return NULL;
}

static void rule_7_results_are_read_by_many(void) {
  const desk open = open_desk();
  const novelo_text presence = text_of(desk_presence);
  novelo_items* items = NULL;
  pthread_t threads[4];
  void* failed = NULL;
  int i;
  CHECK(novelo_feed(open.engine, &presence, 1, DESK_OPENED, &items, NULL) == NOVELO_OK);
  for (i = 0; i < 4; ++i) CHECK(pthread_create(&threads[i], NULL, read_it, items) == 0);
  for (i = 0; i < 4; ++i) {
    CHECK(pthread_join(threads[i], &failed) == 0);
    CHECK(failed == NULL);
  }
  CHECK(novelo_items_free(items) == NOVELO_OK);
  close_desk(open);
}

static void* make_and_free(void* user) {
  int64_t at = 0;
  int round;
  for (round = 0; round < 2000; ++round) {
    novelo_error* error = NULL;
    if (novelo_time_parse("never", NOVELO_NUL, &at, &error) != NOVELO_INVALID) return user;
    if (novelo_error_free(error) != NOVELO_OK) return user;
    if (novelo_error_free(error) != NOVELO_INVALID && error != NULL) return user;
  }
  return NULL;
}

static void rule_1_handles_of_many_threads(void) {
  pthread_t threads[4];
  void* failed = NULL;
  int i;
  for (i = 0; i < 4; ++i) CHECK(pthread_create(&threads[i], NULL, make_and_free, &failed) == 0);
  for (i = 0; i < 4; ++i) {
    void* result = NULL;
    CHECK(pthread_join(threads[i], &result) == 0);
    CHECK(result == NULL);
  }
}

int main(void) {
  RUN(rules_7_and_8_nobody_from_inside_or_beside);
  RUN(rule_7_results_are_read_by_many);
  RUN(rule_1_handles_of_many_threads);
  return check_failures == 0 ? 0 : 1;
}
