/* What an operator sees by way of novelo.h: log lines, numbers, recordings. Compiled as C and as
   C++. tests/abi/recording_test.cpp plays what is recorded. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* mkstemp */
#endif
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "desk.h"

typedef struct lines {
  int count;
  int warnings;
  char last[4096];
} lines;

static void on_log(const novelo_log_line* line, void* user) {
  lines* const on = (lines*)user;
  CHECK(line->struct_size == sizeof(*line));
  CHECK(line->at == DESK_OPENED && line->level >= NOVELO_LOG_DEBUG && line->what.size > 0);
  CHECK(line->json.data[0] == '{' && strstr(line->json.data, line->what.data) != NULL);
  ++on->count;
  if (line->level == NOVELO_LOG_WARNING) ++on->warnings;
  snprintf(on->last, sizeof on->last, "%s", line->json.data);
}

static void lines_are_told_of_everything(void) {
  novelo_engine_options options = desk_options();
  const novelo_text unknown = text_of(
      "{\"id\": \"1\", \"actor\": \"joao\", \"do\": \"close_conversation\","
      " \"conversation\": \"999\"}");
  desk open = {NULL, NULL};
  lines on;
  int personal;
  for (personal = 0; personal < 2; ++personal) {
    ZERO(on);
    options.on_log = on_log;
    options.log_personal = personal;
    options.user = &on;
    CHECK(novelo_store_open_memory(NULL, &open.store, NULL) == NOVELO_OK);
    CHECK(novelo_engine_open(open.store, &options, DESK_OPENED, &open.engine, NULL) == NOVELO_OK);
    CHECK(on.count == 1 && strstr(on.last, "\"what\":\"opened\"") != NULL);
    CHECK(novelo_configure(open.engine, "c", 1, desk_configuration, NOVELO_NUL, DESK_OPENED, NULL,
                           NULL) == NOVELO_OK);
    CHECK(ring(open.engine, DESK_OPENED) == NOVELO_OK);
    CHECK((strstr(on.last, "5541988887777") != NULL) == (personal != 0));
    CHECK(on.warnings == 0);
    CHECK(novelo_feed(open.engine, &unknown, 1, DESK_OPENED, NULL, NULL) != NOVELO_OK);
    CHECK(on.warnings == 1);
    close_desk(open);
  }
}

static void a_program_of_the_first_header_goes_on(void) {
  novelo_engine_options options = desk_options();
  desk open = {NULL, NULL};
  novelo_error* error = NULL;
  /* as it was before the log: what stands behind is not looked at */
  options.struct_size = offsetof(novelo_engine_options, on_log);
  options.recorder = (novelo_recorder*)(uintptr_t)1;
  CHECK(novelo_store_open_memory(NULL, &open.store, NULL) == NOVELO_OK);
  CHECK(novelo_engine_open(open.store, &options, DESK_OPENED, &open.engine, NULL) == NOVELO_OK);
  close_desk(open);
  CHECK(novelo_store_open_memory(NULL, &open.store, NULL) == NOVELO_OK);
  options.struct_size -= sizeof(void*);
  CHECK(says(novelo_engine_open(open.store, &options, DESK_OPENED, &open.engine, &error), &error,
             NOVELO_INVALID, "struct_size"));
  options.struct_size = sizeof(options);
  CHECK(says(novelo_engine_open(open.store, &options, DESK_OPENED, &open.engine, &error), &error,
             NOVELO_INVALID, "bad_handle"));
  CHECK(novelo_store_close(open.store, NULL) == NOVELO_OK);
}

static void the_engine_in_numbers(void) {
  const desk open = open_desk();
  novelo_items* items = NULL;
  const novelo_item* item = NULL;
  size_t count = 0;
  novelo_error* error = NULL;
  CHECK(ring(open.engine, DESK_OPENED) == NOVELO_OK);
  CHECK(novelo_metrics(open.engine, DESK_OPENED, NOVELO_METRICS_JSON, &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_read(items, &item, &count) == NOVELO_OK && count == 1);
  CHECK(count == 1 && strstr(item[0].text.data, "\"requests\":1") != NULL);
  CHECK(novelo_items_free(items) == NOVELO_OK);
  CHECK(novelo_metrics(open.engine, DESK_OPENED, NOVELO_METRICS_PROMETHEUS, &items, NULL) ==
        NOVELO_OK);
  CHECK(novelo_items_read(items, &item, &count) == NOVELO_OK && count == 1);
  CHECK(count == 1 && strstr(item[0].text.data, "tenant=\"default\"") != NULL);
  CHECK(novelo_items_free(items) == NOVELO_OK);
  CHECK(says(novelo_metrics(open.engine, DESK_OPENED, 0, &items, &error), &error, NOVELO_INVALID,
             "unknown_form"));
  CHECK(items == NULL);
  CHECK(says(novelo_metrics(open.engine, INT64_MAX, 1, &items, &error), &error, NOVELO_INVALID,
             "bad_time"));
  CHECK(novelo_metrics(open.engine, DESK_OPENED, 1, NULL, NULL) == NOVELO_INVALID);
  close_desk(open);
}

static void a_recording_begins_at_the_beginning(void) {
  char path[] = "/tmp/novelo-abi-XXXXXX";
  desk open = open_desk();
  novelo_engine_options options = desk_options();
  novelo_recorder_options small;
  novelo_recorder* recorder = NULL;
  novelo_error* error = NULL;
  const int file = mkstemp(path);
  CHECK(file >= 0 && close(file) == 0);
  CHECK(says(novelo_recorder_open("/nowhere/at/all", NOVELO_NUL, NULL, &recorder, &error), &error,
             NOVELO_STORAGE, "cannot_open"));
  CHECK(says(novelo_recorder_open("", 0, NULL, &recorder, &error), &error, NOVELO_INVALID,
             "bad_path"));
  CHECK(recorder == NULL);
  CHECK(novelo_recorder_open(path, NOVELO_NUL, NULL, &recorder, NULL) == NOVELO_OK);
  /* a store that has something: the engine is not opened, and the store is as it was */
  CHECK(novelo_engine_close(open.engine, NULL) == NOVELO_OK);
  options.recorder = recorder;
  CHECK(says(novelo_engine_open(open.store, &options, DESK_OPENED, &open.engine, &error), &error,
             NOVELO_CONFLICT, "not_from_the_beginning"));
  CHECK(open.engine == NULL);
  CHECK(says(novelo_recorder_status(recorder, &error), &error, NOVELO_CONFLICT,
             "not_from_the_beginning"));
  CHECK(novelo_recorder_finish(recorder, open.store, NULL) == NOVELO_CONFLICT);
  CHECK(novelo_recorder_free(recorder) == NOVELO_OK);
  CHECK(novelo_recorder_free(recorder) == NOVELO_INVALID);
  CHECK(novelo_recorder_free(NULL) == NOVELO_OK);
  CHECK(novelo_store_close(open.store, NULL) == NOVELO_OK);
  /* one that is full ends, and the engine goes on; the handle may go before the engine */
  ZERO(small);
  small.struct_size = sizeof(small);
  small.most_bytes = 600;
  CHECK(novelo_recorder_open(path, NOVELO_NUL, &small, &recorder, NULL) == NOVELO_OK);
  options.recorder = recorder;
  CHECK(novelo_store_open_memory(NULL, &open.store, NULL) == NOVELO_OK);
  CHECK(novelo_engine_open(open.store, &options, DESK_OPENED, &open.engine, NULL) == NOVELO_OK);
  CHECK(novelo_recorder_status(recorder, NULL) == NOVELO_OK);
  CHECK(novelo_configure(open.engine, "c", 1, desk_configuration, NOVELO_NUL, DESK_OPENED, NULL,
                         NULL) == NOVELO_OK);
  CHECK(says(novelo_recorder_status(recorder, &error), &error, NOVELO_LIMIT, "full"));
  CHECK(novelo_recorder_free(recorder) == NOVELO_OK);
  CHECK(ring(open.engine, DESK_OPENED) == NOVELO_OK);
  close_desk(open);
  CHECK(unlink(path) == 0);
}

int main(void) {
  RUN(lines_are_told_of_everything);
  RUN(a_program_of_the_first_header_goes_on);
  RUN(the_engine_in_numbers);
  RUN(a_recording_begins_at_the_beginning);
  return check_failures == 0 ? 0 : 1;
}
