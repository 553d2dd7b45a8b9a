/* Backups and their restoring, by novelo.h. Compiled as C and as C++. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* mkdtemp */
#endif
#include <stdlib.h>
#include <unistd.h>

#include "hall.h"

static char folder[] = "/tmp/novelo-abi-XXXXXX";
static char names[8][64];

/* A file of the folder. */
static const char* file_of(int number) {
  snprintf(names[number], sizeof names[number], "%s/%d.novelo", folder, number);
  return names[number];
}

static void clean(void) {
  static const char* const ends[] = {"", "-wal", ".partial"};
  char path[96];
  size_t end;
  int number;
  for (number = 0; number < 8; ++number) {
    for (end = 0; end < 3; ++end) {
      snprintf(path, sizeof path, "%s/%d.novelo%s", folder, number, ends[end]);
      unlink(path);
    }
  }
}

static novelo_store* open_file(int number) {
  novelo_store* store = NULL;
  CHECK(novelo_store_open_sqlite(file_of(number), NOVELO_NUL, NULL, &store, NULL) == NOVELO_OK);
  return store;
}

static desk open_desk_on(int number) {
  const novelo_engine_options options = desk_options();
  desk made = {NULL, NULL};
  made.store = open_file(number);
  CHECK(novelo_engine_open(made.store, &options, DESK_OPENED, &made.engine, NULL) == NOVELO_OK);
  return made;
}

static void call_in(novelo_engine* engine, int number) {
  char event[256];
  novelo_request request = desk_request("");
  novelo_answer* answer = NULL;
  snprintf(event, sizeof event,
           "{\"event_id\": \"n-%d\", \"event\": \"incoming\", \"call\": \"n-%d\","
           " \"from\": \"+55419%08d\", \"to\": \"5541999990000\"}",
           number, number, number);
  request.body = text_of(event);
  CHECK(novelo_receive(engine, &request, DESK_OPENED, &answer, NULL) == NOVELO_OK);
  CHECK(novelo_answer_free(answer) == NOVELO_OK);
}

/* The answer to a question, which is the caller's. */
static novelo_items* ask(novelo_engine* engine, const char* question, const char** text) {
  novelo_items* items = NULL;
  const novelo_item* item = NULL;
  size_t count = 0;
  CHECK(novelo_query(engine, question, NOVELO_NUL, &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_read(items, &item, &count) == NOVELO_OK && count == 1);
  *text = count == 1 ? item[0].text.data : "";
  return items;
}

static const char first_twenty[] = "{\"ask\": \"conversations\", \"limit\": 20}";

/* --- by steps, by the engine's own thread ------------------------------------------------------
 */

static void a_backup_by_steps_has_what_is_committed_meanwhile(void) {
  desk open = open_desk_on(0);
  novelo_backup* backup = NULL;
  novelo_backup* second = NULL;
  novelo_backup_progress progress;
  novelo_error* error = NULL;
  int number;
  int steps = 0;
  CHECK(novelo_configure(open.engine, "c", 1, desk_configuration, NOVELO_NUL, DESK_OPENED, NULL,
                         NULL) == NOVELO_OK);
  for (number = 1; number <= 10; ++number) call_in(open.engine, number);
  CHECK(novelo_backup_begin(open.store, file_of(1), NOVELO_NUL, NULL, &backup, NULL) == NOVELO_OK);
  CHECK(says(novelo_backup_begin(open.store, file_of(2), NOVELO_NUL, NULL, &second, &error), &error,
             NOVELO_BUSY, "backup_running"));
  CHECK(second == NULL);
  ZERO(progress);
  CHECK(says(novelo_backup_step(backup, 1, &progress, &error), &error, NOVELO_INVALID,
             "struct_size"));
  progress.struct_size = sizeof(progress);
  do {
    if (steps < 10) call_in(open.engine, ++number);
    CHECK(novelo_backup_step(backup, 1, &progress, NULL) == NOVELO_OK);
    ++steps;
  } while (progress.phase == NOVELO_BACKUP_COPYING);
  CHECK(progress.struct_size == sizeof(progress));
  CHECK(progress.pages_total > 10 && progress.pages == progress.pages_total);
  /* the rest has nothing to do with the store */
  close_desk(open);
  while (progress.phase != NOVELO_BACKUP_DONE) {
    CHECK(novelo_backup_step(backup, 100, &progress, NULL) == NOVELO_OK);
  }
  CHECK(progress.rows > 20 && progress.unreadable == 0);
  CHECK(novelo_backup_step(backup, 1, NULL, NULL) == NOVELO_OK);
  CHECK(novelo_backup_free(backup, NULL) == NOVELO_OK);
  CHECK(novelo_backup_free(backup, NULL) == NOVELO_INVALID);
  CHECK(novelo_backup_free(NULL, NULL) == NOVELO_OK);
  /* restored, it answers as the store does */
  CHECK(novelo_sqlite_restore(file_of(1), NOVELO_NUL, file_of(2), NOVELO_NUL, NULL, NULL) ==
        NOVELO_OK);
  {
    const desk restored = open_desk_on(2);
    const desk again = open_desk_on(0);
    const char* left = NULL;
    const char* right = NULL;
    novelo_items* of_restored = ask(restored.engine, first_twenty, &left);
    novelo_items* of_store = ask(again.engine, first_twenty, &right);
    CHECK(strcmp(left, right) == 0 && strstr(left, "\"contact\"") != NULL);
    CHECK(novelo_items_free(of_restored) == NOVELO_OK);
    CHECK(novelo_items_free(of_store) == NOVELO_OK);
    close_desk(restored);
    close_desk(again);
  }
  clean();
}

static void a_backup_that_ends_early_leaves_nothing(void) {
  desk open = open_desk_on(0);
  novelo_backup* backup = NULL;
  novelo_error* error = NULL;
  char partial[96];
  CHECK(novelo_backup_begin(open.store, file_of(1), NOVELO_NUL, NULL, &backup, NULL) == NOVELO_OK);
  CHECK(novelo_backup_step(backup, 1, NULL, NULL) == NOVELO_OK);
  snprintf(partial, sizeof partial, "%s.partial", file_of(1));
  CHECK(access(partial, F_OK) == 0);
  CHECK(novelo_backup_free(backup, NULL) == NOVELO_OK);
  CHECK(access(partial, F_OK) != 0 && access(file_of(1), F_OK) != 0);
  /* a store that goes under it */
  CHECK(novelo_backup_begin(open.store, file_of(1), NOVELO_NUL, NULL, &backup, NULL) == NOVELO_OK);
  CHECK(novelo_backup_step(backup, 1, NULL, NULL) == NOVELO_OK);
  close_desk(open);
  CHECK(says(novelo_backup_step(backup, 1, NULL, &error), &error, NOVELO_CONFLICT, "store_closed"));
  CHECK(novelo_backup_step(backup, 1, NULL, NULL) == NOVELO_CONFLICT);
  CHECK(novelo_backup_free(backup, NULL) == NOVELO_OK);
  CHECK(access(partial, F_OK) != 0 && access(file_of(1), F_OK) != 0);
  clean();
}

/* --- in one call -------------------------------------------------------------------------------
 */

static int32_t count_steps(const novelo_backup_progress* progress, void* user) {
  CHECK(progress->struct_size == sizeof(*progress));
  ++*(int*)user;
  return 0;
}

static int32_t give_up(const novelo_backup_progress* progress, void* user) {
  return ++*(int*)user == 2 || progress->phase == NOVELO_BACKUP_DONE;
}

static void a_backup_in_one_call_and_what_is_refused(void) {
  const desk open = open_desk_on(0);
  const desk memory = open_desk();
  novelo_store* store = NULL;
  novelo_backup_options options;
  novelo_restore_options restoring;
  novelo_error* error = NULL;
  int steps = 0;
  ZERO(options);
  options.struct_size = sizeof(options);
  options.step = 2;
  options.on_progress = count_steps;
  options.user = &steps;
  CHECK(novelo_store_backup(open.store, file_of(1), NOVELO_NUL, &options, NULL) == NOVELO_OK);
  CHECK(steps > 3);
  CHECK(says(novelo_store_backup(open.store, file_of(1), NOVELO_NUL, NULL, &error), &error,
             NOVELO_REFUSED, "exists"));
  steps = 0;
  options.on_progress = give_up;
  CHECK(says(novelo_store_backup(open.store, file_of(2), NOVELO_NUL, &options, &error), &error,
             NOVELO_REFUSED, "given_up"));
  CHECK(access(file_of(2), F_OK) != 0);
  options.struct_size = 1;
  CHECK(says(novelo_store_backup(open.store, file_of(2), NOVELO_NUL, &options, &error), &error,
             NOVELO_INVALID, "struct_size"));
  CHECK(says(novelo_store_backup(open.store, "a\0b", 3, NULL, &error), &error, NOVELO_INVALID,
             "bad_path"));
  CHECK(says(novelo_store_backup(memory.store, file_of(2), NOVELO_NUL, NULL, &error), &error,
             NOVELO_UNSUPPORTED, "no_backup"));
  CHECK(says(
      novelo_store_backup((novelo_store*)(void*)open.engine, file_of(2), NOVELO_NUL, NULL, &error),
      &error, NOVELO_INVALID, "bad_handle"));
  /* a backup is no store, and a store is no backup */
  CHECK(says(novelo_store_open_sqlite(file_of(1), NOVELO_NUL, NULL, &store, &error), &error,
             NOVELO_REFUSED, "backup"));
  ZERO(restoring);
  restoring.struct_size = sizeof(restoring);
  restoring.ids = 1000;
  CHECK(says(
      novelo_sqlite_restore(file_of(1), NOVELO_NUL, file_of(1), NOVELO_NUL, &restoring, &error),
      &error, NOVELO_REFUSED, "exists"));
  close_desk(open);
  CHECK(says(novelo_sqlite_restore(file_of(0), NOVELO_NUL, file_of(2), NOVELO_NUL, NULL, &error),
             &error, NOVELO_REFUSED, "not_a_backup"));
  CHECK(novelo_sqlite_restore(file_of(1), NOVELO_NUL, file_of(2), NOVELO_NUL, &restoring, NULL) ==
        NOVELO_OK);
  close_desk(open_desk_on(2));
  close_desk(memory);
  clean();
}

/* --- of a runner, under load -------------------------------------------------------------------
 */

typedef struct load {
  novelo_runner* runner;
  waiter told;
  int first;
  int accepted;
  int stop; /* under the waiter's lock */
} load;

static void* keep_calling(void* user) {
  load* const on = (load*)user;
  int stop = 0;
  while (!stop && on->accepted < 5000) {
    if (submit_call(on->runner, on->first + on->accepted, &on->told, NULL) == NOVELO_OK) {
      ++on->accepted;
      waiter_wait(&on->told, on->accepted);
    }
    pthread_mutex_lock(&on->told.lock);
    stop = on->stop;
    pthread_mutex_unlock(&on->told.lock);
  }
  return NULL;
}

static void a_backup_of_a_runner_under_load(void) {
  desk open = open_desk_on(0);
  const novelo_runner_options options = hall_options();
  novelo_backup_options how;
  novelo_runner* runner;
  static load loads[2];
  static waiter asked;
  pthread_t ids[2];
  novelo_error* error = NULL;
  int steps = 0;
  int i;
  waiter_init(&asked);
  CHECK(novelo_configure(open.engine, "c", 1, desk_configuration, NOVELO_NUL, DESK_OPENED, NULL,
                         NULL) == NOVELO_OK);
  for (i = 1; i <= 20; ++i) call_in(open.engine, i);
  runner = start_hall(&open, &options);
  ask_and_wait(runner, first_twenty, &asked);
  for (i = 0; i < 2; ++i) {
    waiter_init(&loads[i].told);
    loads[i].runner = runner;
    loads[i].first = 10000 * (i + 1);
    CHECK(pthread_create(&ids[i], NULL, keep_calling, &loads[i]) == 0);
    waiter_wait(&loads[i].told, 3);
  }
  ZERO(how);
  how.struct_size = sizeof(how);
  how.step = 3;
  how.on_progress = count_steps;
  how.user = &steps;
  CHECK(novelo_runner_backup(runner, file_of(1), NOVELO_NUL, &how, NULL) == NOVELO_OK);
  CHECK(steps > 10);
  how.on_progress = give_up;
  steps = 0;
  CHECK(says(novelo_runner_backup(runner, file_of(3), NOVELO_NUL, &how, &error), &error,
             NOVELO_REFUSED, "given_up"));
  CHECK(says(novelo_runner_backup(runner, file_of(1), NOVELO_NUL, NULL, &error), &error,
             NOVELO_REFUSED, "exists"));
  for (i = 0; i < 2; ++i) {
    pthread_mutex_lock(&loads[i].told.lock);
    loads[i].stop = 1;
    pthread_mutex_unlock(&loads[i].told.lock);
    CHECK(pthread_join(ids[i], NULL) == 0);
    CHECK(loads[i].told.failed == 0 && loads[i].told.count == loads[i].accepted);
    waiter_end(&loads[i].told);
  }
  CHECK(novelo_runner_stop(runner, NOVELO_NEVER, NULL) == NOVELO_OK);
  CHECK(says(novelo_runner_backup(runner, file_of(3), NOVELO_NUL, NULL, &error), &error,
             NOVELO_BUSY, "stopping"));
  CHECK(access(file_of(3), F_OK) != 0);
  end_hall(runner, open.store);
  CHECK(novelo_sqlite_restore(file_of(1), NOVELO_NUL, file_of(2), NOVELO_NUL, NULL, NULL) ==
        NOVELO_OK);
  {
    const desk restored = open_desk_on(2);
    const char* text = NULL;
    novelo_items* items = ask(restored.engine, first_twenty, &text);
    CHECK(strcmp(text, asked.text) == 0);
    CHECK(novelo_items_free(items) == NOVELO_OK);
    call_in(restored.engine, 1); /* came before: nothing new */
    call_in(restored.engine, 99999);
    close_desk(restored);
  }
  waiter_end(&asked);
  clean();
}

int main(void) {
  if (mkdtemp(folder) == NULL) return 1;
  RUN(a_backup_by_steps_has_what_is_committed_meanwhile);
  RUN(a_backup_that_ends_early_leaves_nothing);
  RUN(a_backup_in_one_call_and_what_is_refused);
  RUN(a_backup_of_a_runner_under_load);
  clean();
  CHECK(rmdir(folder) == 0); /* nothing else was left in it */
  return check_failures == 0 ? 0 : 1;
}
