/* The runner of novelo.h: many threads, one engine after another, and rules 1, 4, 7 and 8 with it.
   Compiled as C and as C++. */
#include "hall.h"

enum { threads = 8, calls_each = 60 };

/* --- many threads hand in --------------------------------------------------------------------- */

typedef struct crowd {
  novelo_runner* runner;
  waiter told;
  int first; /* of a thread's numbers */
  int accepted;
} crowd;

static void* hand_in(void* user) {
  crowd* const one = (crowd*)user;
  int i;
  for (i = 0; i < calls_each; ++i) {
    novelo_error* error = NULL;
    const novelo_status status = submit_call(one->runner, one->first + i, &one->told, &error);
    if (status == NOVELO_OK) {
      ++one->accepted;
    } else {
      CHECK(status == NOVELO_BUSY);
      CHECK(novelo_error_free(error) == NOVELO_OK);
    }
  }
  return NULL;
}

static void rule_7_any_number_of_threads_hand_in_and_nothing_is_lost(void) {
  desk open = open_desk();
  const novelo_runner_options options = hall_options();
  const novelo_engine_options engine_options = desk_options();
  novelo_runner* const runner = start_hall(&open, &options);
  static crowd crowds[threads];
  pthread_t ids[threads];
  novelo_runner_counts counts;
  novelo_items* items = NULL;
  const novelo_item* item = NULL;
  size_t count = 0;
  int accepted = 0;
  int i;
  for (i = 0; i < threads; ++i) {
    waiter_init(&crowds[i].told);
    crowds[i].runner = runner;
    crowds[i].first = 1000 * (i + 1);
    crowds[i].accepted = 0;
    CHECK(pthread_create(&ids[i], NULL, hand_in, &crowds[i]) == 0);
  }
  for (i = 0; i < threads; ++i) CHECK(pthread_join(ids[i], NULL) == 0);
  /* what was accepted is done, and told exactly once, when stop returns */
  CHECK(novelo_runner_stop(runner, NOVELO_NEVER, NULL) == NOVELO_OK);
  for (i = 0; i < threads; ++i) {
    CHECK(crowds[i].told.count == crowds[i].accepted);
    CHECK(crowds[i].told.failed == 0);
    accepted += crowds[i].accepted;
    waiter_end(&crowds[i].told);
  }
  CHECK(accepted == threads * calls_each);
  ZERO(counts);
  counts.struct_size = sizeof(counts);
  CHECK(novelo_runner_statistics(runner, &counts, NULL) == NOVELO_OK);
  CHECK(counts.accepted == (uint64_t)accepted && counts.inputs == (uint64_t)accepted);
  CHECK(counts.queued == 0 && counts.commits >= 1 && counts.commits <= counts.inputs + 2);
  CHECK(novelo_runner_stop(runner, NOVELO_NEVER, NULL) == NOVELO_OK);
  /* the store is free, and has all of it */
  CHECK(novelo_engine_open(open.store, &engine_options, DESK_OPENED, &open.engine, NULL) ==
        NOVELO_OK);
  CHECK(novelo_query(open.engine, "{\"ask\": \"conversations\", \"limit\": 1000}", NOVELO_NUL,
                     &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_read(items, &item, &count) == NOVELO_OK && count == 1);
  if (count == 1) {
    const char* at = item[0].text.data;
    int found = 0;
    while ((at = strstr(at, "\"contact\"")) != NULL) {
      ++found;
      ++at;
    }
    CHECK(found == accepted);
  }
  CHECK(novelo_items_free(items) == NOVELO_OK);
  CHECK(novelo_engine_close(open.engine, NULL) == NOVELO_OK);
  end_hall(runner, open.store);
}

/* --- effects, and what callbacks may do ------------------------------------------------------- */

typedef struct stage {
  waiter offered;
  waiter settled;
  waiter asked;
  novelo_store* store;
} stage;

static void on_notify(novelo_runner* runner, novelo_text tenant, const novelo_handout* handout,
                      void* user) {
  stage* const on = (stage*)user;
  novelo_settlement settlement;
  novelo_error* error = NULL;
  CHECK(handout->struct_size == sizeof(*handout) && handout->kind == NOVELO_NOTIFY);
  CHECK(strcmp(tenant.data, "default") == 0 && handout->body.size > 0);
  ZERO(settlement);
  settlement.struct_size = sizeof(settlement);
  settlement.effect = handout->id;
  settlement.kind = NOVELO_DONE;
  CHECK(novelo_runner_settle(runner, tenant.data, tenant.size, &settlement, 1, waiter_told,
                             &on->settled, NULL) == NOVELO_OK);
  CHECK(novelo_runner_query(runner, NULL, 0, "{\"ask\": \"unsettled\"}", NOVELO_NUL, waiter_told,
                            &on->asked, NULL) == NOVELO_OK);
  /* what waits says so */
  CHECK(says(novelo_runner_stop(runner, NOVELO_NEVER, &error), &error, NOVELO_REENTRANT, "inside"));
  CHECK(says(novelo_runner_stop(runner, 0, &error), &error, NOVELO_REENTRANT, "inside"));
  CHECK(says(novelo_runner_free(runner, &error), &error, NOVELO_REENTRANT, "inside"));
  CHECK(says(novelo_runner_backup(runner, "never", NOVELO_NUL, NULL, &error), &error,
             NOVELO_REENTRANT, "inside"));
  /* the store is the runner's */
  CHECK(says(novelo_store_checkpoint(on->store, &error), &error, NOVELO_REENTRANT, "in_use"));
  CHECK(novelo_store_close(on->store, NULL) == NOVELO_REENTRANT);
  pthread_mutex_lock(&on->offered.lock);
  waiter_add(&on->offered);
  pthread_mutex_unlock(&on->offered.lock);
}

static void rule_8_callbacks_hand_in_and_may_not_wait(void) {
  const desk open = open_desk();
  novelo_runner_options options = hall_options();
  static stage on;
  novelo_runner* runner;
  novelo_error* error = NULL;
  waiter_init(&on.offered);
  waiter_init(&on.settled);
  waiter_init(&on.asked);
  on.store = open.store;
  options.on_notify = on_notify;
  options.user = &on;
  runner = start_hall(&open, &options);
  CHECK(submit_text(runner, desk_presence, 0, NULL, NULL) == NOVELO_OK);
  CHECK(submit_call(runner, 1, NULL, NULL) == NOVELO_OK);
  waiter_wait(&on.offered, 1);
  waiter_wait(&on.settled, 1);
  waiter_wait(&on.asked, 1);
  CHECK(on.settled.status == NOVELO_OK && on.settled.item == NOVELO_OK);
  CHECK(on.asked.status == NOVELO_OK && strstr(on.asked.text, "items") != NULL);
  CHECK(says(novelo_store_close(open.store, &error), &error, NOVELO_REENTRANT, "in_use"));
  CHECK(says(novelo_runner_stop(runner, -1, &error), &error, NOVELO_INVALID, "out_of_range"));
  end_hall(runner, open.store);
  waiter_end(&on.offered);
  waiter_end(&on.settled);
  waiter_end(&on.asked);
}

/* --- handles ---------------------------------------------------------------------------------- */

static void rule_1_engines_that_were_given_away(void) {
  desk open = open_desk();
  const desk other = open_desk();
  const novelo_engine_options again = desk_options();
  novelo_engine* newer = NULL;
  novelo_engine* list[2];
  novelo_runner* runner = (novelo_runner*)(uintptr_t)1;
  novelo_runner_options options = hall_options();
  novelo_error* error = NULL;
  novelo_runner_counts counts;
  int32_t faulted = 1;
  CHECK(novelo_engine_open(open.store, &again, DESK_OPENED, &newer, NULL) == NOVELO_OK);
  /* what is refused leaves the engines where they were */
  list[0] = open.engine;
  list[1] = other.engine;
  CHECK(says(novelo_runner_start(open.store, list, 2, &options, &runner, &error), &error,
             NOVELO_INVALID, "other_store"));
  CHECK(runner == NULL);
  list[1] = newer;
  CHECK(says(novelo_runner_start(open.store, list, 2, &options, &runner, &error), &error,
             NOVELO_INVALID, "tenant_twice"));
  list[1] = open.engine;
  CHECK(says(novelo_runner_start(open.store, list, 2, &options, &runner, &error), &error,
             NOVELO_INVALID, "tenant_twice"));
  list[1] = NULL;
  CHECK(says(novelo_runner_start(open.store, list, 2, &options, &runner, &error), &error,
             NOVELO_INVALID, "bad_handle"));
  options.quiet = -1;
  CHECK(says(novelo_runner_start(open.store, &newer, 1, &options, &runner, &error), &error,
             NOVELO_INVALID, "out_of_range"));
  options.quiet = 0;
  options.struct_size = 8;
  CHECK(says(novelo_runner_start(open.store, &newer, 1, &options, &runner, &error), &error,
             NOVELO_INVALID, "struct_size"));
  CHECK(says(novelo_runner_start(open.store, NULL, 1, NULL, &runner, &error), &error,
             NOVELO_INVALID, "null"));
  CHECK(says(novelo_runner_start(open.store, &newer, 1, NULL, NULL, &error), &error, NOVELO_INVALID,
             "null"));
  CHECK(novelo_engine_faulted(newer, &faulted, NULL) == NOVELO_OK && faulted == 0);
  CHECK(novelo_engine_close(open.engine, NULL) == NOVELO_OK);
  /* what is given is no handle any more */
  options = hall_options();
  CHECK(novelo_runner_start(open.store, &newer, 1, &options, &runner, NULL) == NOVELO_OK);
  CHECK(says(novelo_engine_faulted(newer, &faulted, &error), &error, NOVELO_INVALID, "bad_handle"));
  CHECK(says(novelo_engine_close(newer, &error), &error, NOVELO_INVALID, "bad_handle"));
  CHECK(says(novelo_runner_start(open.store, &newer, 1, &options, NULL, &error), &error,
             NOVELO_INVALID, "null"));
  /* a runner is freed once */
  ZERO(counts);
  CHECK(says(novelo_runner_statistics(runner, &counts, &error), &error, NOVELO_INVALID,
             "struct_size"));
  CHECK(novelo_runner_statistics(runner, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_runner_free(runner, NULL) == NOVELO_OK);
  CHECK(says(novelo_runner_free(runner, &error), &error, NOVELO_INVALID, "bad_handle"));
  CHECK(novelo_runner_stop(runner, 0, NULL) == NOVELO_INVALID);
  CHECK(submit_call(runner, 1, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_runner_free(NULL, NULL) == NOVELO_OK);
  CHECK(novelo_runner_free((novelo_runner*)(void*)open.store, NULL) == NOVELO_INVALID);
  CHECK(novelo_store_close(open.store, NULL) == NOVELO_OK);
  close_desk(other);
}

/* --- what is handed in ------------------------------------------------------------------------ */

static void a_batch_is_taken_apart_from_what_is_none(void) {
  const desk open = open_desk();
  const novelo_runner_options options = hall_options();
  novelo_runner* const runner = start_hall(&open, &options);
  static waiter on;
  novelo_text inputs[3];
  novelo_error* error = NULL;
  waiter_init(&on);
  inputs[0] = text_of("nonsense");
  inputs[1] = text_of(desk_presence);
  inputs[2] = text_of("{\"id\": \"x\", \"do\": \"dance\"}");
  CHECK(novelo_runner_feed(runner, "", 0, inputs, 3, 0, waiter_told, &on, NULL) == NOVELO_OK);
  waiter_wait(&on, 1);
  CHECK(on.status == NOVELO_OK && on.item == NOVELO_INVALID);
  CHECK(strstr(on.text, "bad_json") != NULL);
  CHECK(submit_text(runner, "nonsense", 0, &on, NULL) == NOVELO_OK);
  waiter_wait(&on, 2);
  CHECK(on.status == NOVELO_OK && on.item == NOVELO_INVALID);
  CHECK(submit_text(runner, desk_presence, 0, &on, NULL) == NOVELO_OK);
  waiter_wait(&on, 3);
  CHECK(on.item == NOVELO_OK && strstr(on.text, "repeated") != NULL);
  CHECK(novelo_runner_configure(runner, NULL, 0, "c-2", NOVELO_NUL, "{", 1, 0, waiter_told, &on,
                                NULL) == NOVELO_OK);
  waiter_wait(&on, 4);
  CHECK(on.status == NOVELO_OK && on.item == NOVELO_INVALID);
  /* what is refused at once is told to nobody */
  CHECK(says(novelo_runner_query(runner, NULL, 0, "{", 1, waiter_told, &on, &error), &error,
             NOVELO_INVALID, "bad_json"));
  CHECK(
      says(novelo_runner_feed(runner, "nobody", NOVELO_NUL, inputs, 1, 0, waiter_told, &on, &error),
           &error, NOVELO_NOT_FOUND, "unknown_tenant"));
  CHECK(says(novelo_runner_feed(runner, NULL, 0, NULL, 1, 0, waiter_told, &on, &error), &error,
             NOVELO_INVALID, "null"));
  CHECK(says(novelo_runner_receive(runner, NULL, 0, NULL, 0, waiter_told, &on, &error), &error,
             NOVELO_INVALID, "null"));
  CHECK(says(novelo_runner_metrics(runner, NULL, 0, 9, waiter_told, &on, &error), &error,
             NOVELO_INVALID, "unknown_form"));
  ask_and_wait(runner, "{\"ask\": \"nothing\"}", &on);
  CHECK(on.count == 5 && on.status == NOVELO_INVALID);
  CHECK(strcmp(on.reason, "unknown_question") == 0);
  CHECK(novelo_runner_metrics(runner, NULL, 0, NOVELO_METRICS_PROMETHEUS, waiter_told, &on, NULL) ==
        NOVELO_OK);
  waiter_wait(&on, 6);
  CHECK(strstr(on.text, "novelo_") != NULL && strstr(on.text, "tenant=\"default\"") != NULL);
  end_hall(runner, open.store);
  waiter_end(&on);
}

static void a_deadline_comes_before_the_work(void) {
  const desk open = open_desk();
  const novelo_runner_options options = hall_options();
  novelo_runner* const runner = start_hall(&open, &options);
  static waiter on;
  novelo_error* error = NULL;
  waiter_init(&on);
  CHECK(submit_text(runner, desk_presence, DESK_OPENED - 1, &on, NULL) == NOVELO_OK);
  waiter_wait(&on, 1);
  CHECK(on.status == NOVELO_BUSY && strcmp(on.reason, "deadline") == 0);
  CHECK(submit_text(runner, desk_presence, DESK_OPENED, &on, NULL) == NOVELO_OK);
  waiter_wait(&on, 2);
  CHECK(on.status == NOVELO_OK && on.item == NOVELO_OK && strstr(on.text, "repeated") == NULL);
  CHECK(says(submit_text(runner, desk_presence, INT64_MIN, &on, &error), &error, NOVELO_INVALID,
             "bad_time"));
  end_hall(runner, open.store);
  CHECK(on.count == 2);
  waiter_end(&on);
}

/* --- a thread that is held -------------------------------------------------------------------- */

typedef struct gate {
  waiter held; /* counted when the runner's thread has come */
  pthread_mutex_t shut;
} gate;

static void hold(const novelo_completed* result, void* user) {
  gate* const at = (gate*)user;
  (void)result;
  pthread_mutex_lock(&at->held.lock);
  waiter_add(&at->held);
  pthread_mutex_unlock(&at->held.lock);
  pthread_mutex_lock(&at->shut); /* until the test opens */
  pthread_mutex_unlock(&at->shut);
}

static void shut_gate(gate* at, novelo_runner* runner) {
  waiter_init(&at->held);
  CHECK(pthread_mutex_init(&at->shut, NULL) == 0);
  pthread_mutex_lock(&at->shut);
  CHECK(novelo_runner_query(runner, NULL, 0, "{\"ask\": \"queues\"}", NOVELO_NUL, hold, at, NULL) ==
        NOVELO_OK);
  waiter_wait(&at->held, 1);
}

static void end_gate(gate* at) {
  CHECK(pthread_mutex_destroy(&at->shut) == 0);
  waiter_end(&at->held);
}

static void a_full_queue_is_busy(void) {
  const desk open = open_desk();
  novelo_runner_options options = hall_options();
  novelo_runner* runner;
  novelo_settlement settlement;
  novelo_runner_counts counts;
  static gate at;
  static waiter on;
  novelo_error* error = NULL;
  options.queue_inputs = 2;
  runner = start_hall(&open, &options);
  waiter_init(&on);
  shut_gate(&at, runner);
  CHECK(submit_call(runner, 1, &on, NULL) == NOVELO_OK);
  CHECK(submit_call(runner, 2, &on, NULL) == NOVELO_OK);
  CHECK(says(submit_call(runner, 3, &on, &error), &error, NOVELO_BUSY, "queue_full"));
  /* settlements have room of their own */
  ZERO(settlement);
  settlement.struct_size = sizeof(settlement);
  settlement.effect = 999;
  settlement.kind = NOVELO_DONE;
  CHECK(novelo_runner_settle(runner, NULL, 0, &settlement, 1, waiter_told, &on, NULL) == NOVELO_OK);
  ZERO(counts);
  counts.struct_size = sizeof(counts);
  CHECK(novelo_runner_statistics(runner, &counts, NULL) == NOVELO_OK);
  CHECK(counts.queued == 3 && counts.refused == 1);
  pthread_mutex_unlock(&at.shut);
  waiter_wait(&on, 3);
  CHECK(on.failed == 0 && on.item == NOVELO_NOT_FOUND);
  end_hall(runner, open.store);
  CHECK(on.count == 3);
  waiter_end(&on);
  end_gate(&at);
}

static void* stop_at_once(void* user) {
  CHECK(novelo_runner_stop((novelo_runner*)user, 0, NULL) == NOVELO_OK);
  return NULL;
}

static void a_stop_that_cannot_wait_tells_everybody(void) {
  const desk open = open_desk();
  const novelo_runner_options options = hall_options();
  novelo_runner* const runner = start_hall(&open, &options);
  static gate at;
  static waiter on;
  novelo_items* route = NULL;
  const novelo_item* item = NULL;
  size_t count = 0;
  pthread_t stopper;
  int accepted = 0;
  int stopping = 0;
  waiter_init(&on);
  shut_gate(&at, runner);
  CHECK(pthread_create(&stopper, NULL, stop_at_once, runner) == 0);
  while (!stopping) {
    novelo_error* error = NULL;
    const novelo_status status = submit_call(runner, accepted + 1, &on, &error);
    if (status == NOVELO_OK) {
      ++accepted;
    } else {
      const novelo_error_info* info = NULL;
      CHECK(status == NOVELO_BUSY && novelo_error_read(error, &info) == NOVELO_OK);
      stopping = info == NULL || strcmp(info->reason.data, "stopping") == 0;
      CHECK(novelo_error_free(error) == NOVELO_OK);
    }
  }
  pthread_mutex_unlock(&at.shut);
  CHECK(pthread_join(stopper, NULL) == 0);
  CHECK(on.count == accepted); /* each of them, once: done, or that it was not */
  CHECK(on.failed == 0 || strcmp(on.reason, "stopping") == 0);
  /* routes are there after everything else */
  CHECK(novelo_runner_fallback_route(runner, NULL, 0, "line", NOVELO_NUL, &route, NULL) ==
        NOVELO_OK);
  CHECK(novelo_items_read(route, &item, &count) == NOVELO_OK && count == 1);
  CHECK(count == 1 && strcmp(item[0].text.data, "SIP/night-desk") == 0);
  CHECK(novelo_items_free(route) == NOVELO_OK);
  end_hall(runner, open.store);
  waiter_end(&on);
  end_gate(&at);
}

/* --- engines that come and go ----------------------------------------------------------------- */

static void engines_are_opened_and_closed_by_it(void) {
  const desk open = open_desk();
  const novelo_runner_options options = hall_options();
  novelo_engine_options neighbour = desk_options();
  novelo_runner* const runner = start_hall(&open, &options);
  static waiter on;
  novelo_error* error = NULL;
  const novelo_text presence = text_of(desk_presence);
  waiter_init(&on);
  CHECK(says(novelo_runner_engine_open(runner, &neighbour, waiter_told, &on, &error), &error,
             NOVELO_CONFLICT, "tenant_open"));
  neighbour.tenant = text_of("neighbour");
  CHECK(novelo_runner_engine_open(runner, &neighbour, waiter_told, &on, NULL) == NOVELO_OK);
  CHECK(novelo_runner_configure(runner, "neighbour", NOVELO_NUL, "c", 1, desk_configuration,
                                NOVELO_NUL, 0, waiter_told, &on, NULL) == NOVELO_OK);
  CHECK(novelo_runner_feed(runner, "neighbour", NOVELO_NUL, &presence, 1, 0, waiter_told, &on,
                           NULL) == NOVELO_OK);
  CHECK(novelo_runner_engine_close(runner, "neighbour", NOVELO_NUL, waiter_told, &on, NULL) ==
        NOVELO_OK);
  CHECK(says(novelo_runner_feed(runner, "neighbour", NOVELO_NUL, &presence, 1, 0, waiter_told, &on,
                                &error),
             &error, NOVELO_NOT_FOUND, "unknown_tenant"));
  waiter_wait(&on, 4);
  CHECK(on.failed == 0 && on.item == NOVELO_OK);
  /* an opening that fails is told, and so is what waits for it, sooner or later */
  neighbour.tenant_secret = text_of("short");
  CHECK(novelo_runner_engine_open(runner, &neighbour, waiter_told, &on, NULL) == NOVELO_OK);
  waiter_wait(&on, 5);
  CHECK(on.status == NOVELO_INVALID);
  CHECK(novelo_runner_feed(runner, "neighbour", NOVELO_NUL, &presence, 1, 0, waiter_told, &on,
                           NULL) == NOVELO_NOT_FOUND);
  CHECK(submit_text(runner, desk_presence, 0, &on, NULL) == NOVELO_OK);
  end_hall(runner, open.store);
  CHECK(on.count == 6);
  waiter_end(&on);
}

static void on_fault(novelo_runner* runner, novelo_text tenant, const novelo_error_info* error,
                     void* user) {
  waiter* const on = (waiter*)user;
  CHECK(runner != NULL && strcmp(tenant.data, "default") == 0);
  CHECK(error->code != NOVELO_OK && error->message.size > 0);
  pthread_mutex_lock(&on->lock);
  waiter_add(on);
  pthread_mutex_unlock(&on->lock);
}

static void a_fault_is_told_once(void) {
  novelo_memory_options small;
  const novelo_engine_options engine_options = desk_options();
  novelo_runner_options options = hall_options();
  desk open = {NULL, NULL};
  novelo_runner* runner;
  static waiter faults;
  static waiter on;
  int number = 0;
  ZERO(small);
  small.struct_size = sizeof(small);
  small.capacity_bytes = 6000;
  CHECK(novelo_store_open_memory(&small, &open.store, NULL) == NOVELO_OK);
  CHECK(novelo_engine_open(open.store, &engine_options, DESK_OPENED, &open.engine, NULL) ==
        NOVELO_OK);
  CHECK(novelo_configure(open.engine, "c", 1, desk_configuration, NOVELO_NUL, DESK_OPENED, NULL,
                         NULL) == NOVELO_OK);
  waiter_init(&faults);
  waiter_init(&on);
  options.on_fault = on_fault;
  options.user = &faults;
  runner = start_hall(&open, &options);
  while (on.failed == 0 && number < 1000) {
    CHECK(submit_call(runner, ++number, &on, NULL) == NOVELO_OK);
    waiter_wait(&on, number);
  }
  CHECK(on.status == NOVELO_UNKNOWN);
  waiter_wait(&faults, 1);
  CHECK(submit_call(runner, ++number, &on, NULL) == NOVELO_OK);
  waiter_wait(&on, number);
  CHECK(on.status == NOVELO_UNKNOWN);
  CHECK(novelo_runner_metrics(runner, NULL, 0, NOVELO_METRICS_JSON, waiter_told, &on, NULL) ==
        NOVELO_OK);
  waiter_wait(&on, number + 1);
  CHECK(on.status == NOVELO_OK && strstr(on.text, "\"faulted\":true") != NULL);
  end_hall(runner, open.store);
  CHECK(faults.count == 1);
  waiter_end(&on);
  waiter_end(&faults);
}

int main(void) {
  RUN(rule_7_any_number_of_threads_hand_in_and_nothing_is_lost);
  RUN(rule_8_callbacks_hand_in_and_may_not_wait);
  RUN(rule_1_engines_that_were_given_away);
  RUN(a_batch_is_taken_apart_from_what_is_none);
  RUN(a_deadline_comes_before_the_work);
  RUN(a_full_queue_is_busy);
  RUN(a_stop_that_cannot_wait_tells_everybody);
  RUN(engines_are_opened_and_closed_by_it);
  RUN(a_fault_is_told_once);
  return check_failures == 0 ? 0 : 1;
}
