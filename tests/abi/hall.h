/* What tests of a runner need: a desk that one has, and somebody who waits for completions. */
#ifndef NOVELO_TESTS_ABI_HALL_H
#define NOVELO_TESTS_ABI_HALL_H

#include <pthread.h>

#include "desk.h"

/* Counts what it is told, and keeps the last of it. */
typedef struct waiter {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int count;
  int failed; /* of them */
  novelo_status status;
  novelo_status item; /* of the first one */
  char reason[64];
  char text[65536]; /* the first item, or the body of the answer */
} waiter;

static inline void waiter_init(waiter* on) {
  memset(on, 0, sizeof(*on));
  CHECK(pthread_mutex_init(&on->lock, NULL) == 0);
  CHECK(pthread_cond_init(&on->changed, NULL) == 0);
}

static inline void waiter_end(waiter* on) {
  CHECK(pthread_cond_destroy(&on->changed) == 0);
  CHECK(pthread_mutex_destroy(&on->lock) == 0);
}

static inline void waiter_keep(char* place, size_t size, novelo_text text) {
  const size_t length = text.size < size ? text.size : size - 1;
  if (length > 0) memcpy(place, text.data, length);
  place[length] = '\0';
}

static inline void waiter_add(waiter* on) {
  ++on->count;
  pthread_cond_broadcast(&on->changed);
}

/* A completion. */
static inline void waiter_told(const novelo_completed* result, void* user) {
  waiter* const on = (waiter*)user;
  pthread_mutex_lock(&on->lock);
  CHECK(result->struct_size == sizeof(*result));
  CHECK((result->status == NOVELO_OK) == (result->error == NULL));
  on->status = result->status;
  if (result->error != NULL) {
    ++on->failed;
    CHECK(result->error->code == result->status);
    waiter_keep(on->reason, sizeof on->reason, result->error->reason);
  }
  if (result->item_count > 0) {
    on->item = result->items[0].status;
    waiter_keep(on->text, sizeof on->text, result->items[0].text);
  }
  if (result->response != NULL) waiter_keep(on->text, sizeof on->text, result->response->body);
  waiter_add(on);
  pthread_mutex_unlock(&on->lock);
}

static inline void waiter_wait(waiter* on, int count) {
  pthread_mutex_lock(&on->lock);
  while (on->count < count) pthread_cond_wait(&on->changed, &on->lock);
  pthread_mutex_unlock(&on->lock);
}

static inline int64_t desk_clock(void* user) {
  (void)user;
  return DESK_OPENED;
}

static inline novelo_runner_options hall_options(void) {
  novelo_runner_options options;
  ZERO(options);
  options.struct_size = sizeof(options);
  options.clock = desk_clock;
  return options;
}

/* A configured desk with its engine given to a runner. */
static inline novelo_runner* start_hall(const desk* open, const novelo_runner_options* options) {
  novelo_runner* runner = NULL;
  CHECK(novelo_runner_start(open->store, &open->engine, 1, options, &runner, NULL) == NOVELO_OK);
  return runner;
}

static inline void end_hall(novelo_runner* runner, novelo_store* store) {
  CHECK(novelo_runner_free(runner, NULL) == NOVELO_OK);
  CHECK(novelo_store_close(store, NULL) == NOVELO_OK);
}

static inline novelo_status submit_call(novelo_runner* runner, int number, waiter* on,
                                        novelo_error** error) {
  char event[256];
  novelo_request request = desk_request("");
  snprintf(event, sizeof event,
           "{\"event_id\": \"n-%d\", \"event\": \"incoming\", \"call\": \"n-%d\","
           " \"from\": \"+55419%08d\", \"to\": \"5541999990000\"}",
           number, number, number);
  request.body = text_of(event);
  return novelo_runner_receive(runner, NULL, 0, &request, NOVELO_NEVER,
                               on == NULL ? NULL : waiter_told, on, error);
}

static inline novelo_status submit_text(novelo_runner* runner, const char* input, int64_t deadline,
                                        waiter* on, novelo_error** error) {
  const novelo_text text = text_of(input);
  return novelo_runner_feed(runner, "default", NOVELO_NUL, &text, 1, deadline,
                            on == NULL ? NULL : waiter_told, on, error);
}

/* Asks and waits; the answer stands in the waiter. */
static inline void ask_and_wait(novelo_runner* runner, const char* question, waiter* on) {
  const int before = on->count;
  CHECK(novelo_runner_query(runner, "", 0, question, NOVELO_NUL, waiter_told, on, NULL) ==
        NOVELO_OK);
  waiter_wait(on, before + 1);
}

#endif
