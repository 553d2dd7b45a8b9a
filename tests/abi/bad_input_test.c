/* What no caller should do, and some do: a status and a message, and the engine goes on. Compiled
   as C and as C++. */
#include <stdlib.h>

#include "desk.h"

static int is_in_service(novelo_engine* engine) {
  int32_t faulted = 1;
  return novelo_engine_faulted(engine, &faulted, NULL) == NOVELO_OK && faulted == 0 &&
         novelo_feed_time(engine, DESK_OPENED, NULL) == NOVELO_OK;
}

/* What came of one input; its error's subject where it was refused. */
static novelo_status feed(novelo_engine* engine, novelo_text input, const char* mentions) {
  novelo_items* items = NULL;
  const novelo_item* item = NULL;
  size_t count = 0;
  novelo_status status = NOVELO_INTERNAL;
  CHECK(novelo_feed(engine, &input, 1, DESK_OPENED, &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_read(items, &item, &count) == NOVELO_OK && count == 1);
  if (count == 1) {
    status = item[0].status;
    if (mentions != NULL && strstr(item[0].text.data, mentions) == NULL) {
      fprintf(stderr, "  without \"%s\": %s\n", mentions, item[0].text.data);
      CHECK(mentions == NULL);
    }
  }
  CHECK(novelo_items_free(items) == NOVELO_OK);
  return status;
}

static void json_that_is_none(void) {
  const desk open = open_desk();
  size_t size;
  /* every beginning of a command, and nothing of it is taken */
  for (size = 0; size < sizeof desk_presence - 1; ++size) {
    novelo_text input = text_of(desk_presence);
    input.size = size;
    CHECK(feed(open.engine, input, NULL) == NOVELO_INVALID);
  }
  CHECK(feed(open.engine, text_of("nonsense"), "bad_json") == NOVELO_INVALID);
  CHECK(feed(open.engine, text_of("{\"id\": \"\xC3\x28\"}"), "bad_json") == NOVELO_INVALID);
  CHECK(feed(open.engine, text_of("{\"id\": \"1\", \"id\": \"2\"}"), "repeated_key") ==
        NOVELO_INVALID);
  CHECK(feed(open.engine, text_of("[]"), NULL) == NOVELO_INVALID);
  CHECK(feed(open.engine, text_of("12"), NULL) == NOVELO_INVALID);
  CHECK(feed(open.engine, text_of("null"), NULL) == NOVELO_INVALID);
  CHECK(feed(open.engine, text_of(desk_presence), NULL) == NOVELO_OK);
  CHECK(is_in_service(open.engine));
  close_desk(open);
}

static void json_with_faults(void) {
  const desk open = open_desk();
  CHECK(feed(open.engine,
             text_of("{\"id\": \"1\", \"do\": \"set_presence\", \"agent\": \"joao\","
                     " \"presence\": \"available\", \"colour\": \"red\"}"),
             "colour") == NOVELO_INVALID);
  CHECK(feed(open.engine, text_of("{\"id\": \"1\", \"do\": \"dance\"}"), "unknown_command") ==
        NOVELO_INVALID);
  CHECK(feed(open.engine, text_of("{\"do\": \"add_note\"}"), "missing_key") == NOVELO_INVALID);
  CHECK(feed(open.engine,
             text_of("{\"id\": \"1\", \"do\": \"send_message\", \"conversation\": 12}"),
             "conversation") == NOVELO_INVALID);
  CHECK(feed(open.engine,
             text_of("{\"id\": \"1\", \"do\": \"set_presence\", \"agent\": \"joao\","
                     " \"presence\": \"asleep\"}"),
             "presence") == NOVELO_INVALID);
  CHECK(is_in_service(open.engine));
  close_desk(open);
}

static void json_that_is_huge_or_deep(void) {
  const desk open = open_desk();
  const size_t size = (size_t)40 * 1024 * 1024;
  char* const text = (char*)malloc(size + 1);
  novelo_text input;
  CHECK(text != NULL);
  if (text == NULL) return;
  memset(text, '[', size);
  text[size] = '\0';
  input.data = text;
  input.size = size;
  CHECK(feed(open.engine, input, "too_large") == NOVELO_LIMIT);
  input.size = 100000;
  CHECK(feed(open.engine, input, "too_deep") == NOVELO_INVALID);
  memset(text, ' ', size);
  CHECK(feed(open.engine, input, NULL) == NOVELO_INVALID);
  /* a note longer than a text may be */
  memcpy(text, "{\"id\": \"1\", \"do\": \"add_note\", \"conversation\": \"1\", \"text\": \"", 60);
  memset(text + 60, 'a', 2000000);
  memcpy(text + 60 + 2000000, "\"}", 2);
  input.size = 60 + 2000000 + 2;
  CHECK(feed(open.engine, input, NULL) != NOVELO_OK);
  free(text);
  CHECK(is_in_service(open.engine));
  close_desk(open);
}

static void many_inputs_and_none(void) {
  const desk open = open_desk();
  const size_t count = 20000;
  novelo_text* const inputs = (novelo_text*)calloc(count, sizeof(novelo_text));
  novelo_items* items = NULL;
  const novelo_item* item = NULL;
  size_t known = 7;
  novelo_error* error = NULL;
  CHECK(inputs != NULL);
  if (inputs == NULL) return;
  CHECK(says(novelo_feed(open.engine, inputs, count, DESK_OPENED, &items, &error), &error,
             NOVELO_LIMIT, "too_many_inputs"));
  CHECK(novelo_feed(open.engine, inputs, (size_t)-1, DESK_OPENED, &items, NULL) != NOVELO_OK);
  CHECK(novelo_feed(open.engine, NULL, 0, DESK_OPENED, &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_read(items, &item, &known) == NOVELO_OK && known == 0 && item == NULL);
  CHECK(novelo_items_free(items) == NOVELO_OK);
  CHECK(novelo_feed(open.engine, NULL, 1, DESK_OPENED, &items, NULL) == NOVELO_INVALID);
  free(inputs);
  CHECK(is_in_service(open.engine));
  close_desk(open);
}

static void one_bad_input_stops_nothing(void) {
  const desk open = open_desk();
  novelo_text inputs[3];
  novelo_items* items = NULL;
  const novelo_item* item = NULL;
  size_t count = 0;
  novelo_error* error = NULL;
  inputs[0] = text_of("{\"id\": \"half\", \"do\":");
  inputs[1] = text_of(desk_presence);
  inputs[2] = text_of("{\"id\": \"2\", \"do\": \"add_note\", \"conversation\": \"999\","
                      " \"text\": \"to nobody\"}");
  CHECK(novelo_feed(open.engine, inputs, 3, DESK_OPENED, &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_read(items, &item, &count) == NOVELO_OK && count == 3);
  CHECK(item[0].status == NOVELO_INVALID);
  CHECK(item[1].status == NOVELO_OK);
  CHECK(item[2].status == NOVELO_NOT_FOUND);
  CHECK(novelo_items_free(items) == NOVELO_OK);
  /* without a list the first failure is the status; the rest counts all the same: as repeated */
  CHECK(says(novelo_feed(open.engine, inputs, 3, DESK_OPENED, NULL, &error), &error, NOVELO_INVALID,
             "bad_json"));
  CHECK(feed(open.engine, inputs[1], "\"repeated\":true") == NOVELO_OK);
  close_desk(open);
}

static void results_that_nobody_could_take(void) {
  const desk open = open_desk();
  const novelo_request request = desk_request(desk_call);
  const novelo_engine_options options = desk_options();
  novelo_error* error = NULL;
  CHECK(says(novelo_receive(open.engine, &request, DESK_OPENED, NULL, &error), &error,
             NOVELO_INVALID, "null"));
  CHECK(novelo_poll(open.engine, DESK_OPENED, 10, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_take_signals(open.engine, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_query(open.engine, "{}", NOVELO_NUL, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_fallback_route(open.engine, "line", NOVELO_NUL, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_next_deadline(open.engine, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_engine_faulted(open.engine, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_engine_open(open.store, &options, DESK_OPENED, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_store_open_memory(NULL, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_time_parse("2026-03-12T09:00:00Z", NOVELO_NUL, NULL, NULL) == NOVELO_INVALID);
  CHECK(novelo_time_format(0, NULL, 10, NULL) == NOVELO_INVALID);
  /* nothing was decided: the call is there once */
  CHECK(ring(open.engine, DESK_OPENED) == NOVELO_OK);
  close_desk(open);
}

static novelo_status open_with(const novelo_engine_options* options, novelo_error** error) {
  novelo_store* store = NULL;
  novelo_engine* engine = NULL;
  novelo_status status;
  CHECK(novelo_store_open_memory(NULL, &store, NULL) == NOVELO_OK);
  status = novelo_engine_open(store, options, DESK_OPENED, &engine, error);
  CHECK((engine != NULL) == (status == NOVELO_OK));
  CHECK(novelo_engine_close(engine, NULL) == NOVELO_OK);
  CHECK(novelo_store_close(store, NULL) == NOVELO_OK);
  return status;
}

static void options_with_faults(void) {
  novelo_engine_options options = desk_options();
  novelo_error* error = NULL;
  novelo_text adapters[2];
  CHECK(says(open_with(NULL, &error), &error, NOVELO_INVALID, "null"));
  options.tenant_secret = text_of("too short");
  CHECK(says(open_with(&options, &error), &error, NOVELO_INVALID, "short_secret"));
  options = desk_options();
  options.limits = text_of("{\"signals\": 10, \"bridge_silence\": \"45s\"}");
  CHECK(open_with(&options, NULL) == NOVELO_OK);
  options.limits = text_of("{\"patience\": 10}");
  CHECK(says(open_with(&options, &error), &error, NOVELO_INVALID, "unknown_key"));
  options.limits = text_of("{\"signals\": -1}");
  CHECK(says(open_with(&options, &error), &error, NOVELO_INVALID, "wrong_type"));
  options.limits = text_of("{\"bridge_silence\": \"soon\"}");
  CHECK(open_with(&options, NULL) == NOVELO_INVALID);
  options.limits = text_of("{\"signals\":");
  CHECK(says(open_with(&options, &error), &error, NOVELO_INVALID, "bad_json"));
  options = desk_options();
  adapters[0] = text_of("voice");
  adapters[1] = text_of("pigeon");
  options.adapters = adapters;
  options.adapter_count = 1;
  CHECK(open_with(&options, NULL) == NOVELO_OK);
  options.adapter_count = 2;
  CHECK(says(open_with(&options, &error), &error, NOVELO_UNSUPPORTED, "no_adapter"));
  options = desk_options();
  options.secret_count = 1;
  CHECK(says(open_with(&options, &error), &error, NOVELO_INVALID, "null"));
  options = desk_options();
  options.time_jump = -1;
  CHECK(says(open_with(&options, &error), &error, NOVELO_INVALID, "out_of_range"));
}

static void stores_with_faults(void) {
  novelo_store* store = (novelo_store*)(uintptr_t)1;
  novelo_error* error = NULL;
  CHECK(says(novelo_store_open_sqlite("", 0, NULL, &store, &error), &error, NOVELO_INVALID,
             "bad_path"));
  CHECK(store == NULL);
  CHECK(novelo_store_open_sqlite(NULL, 5, NULL, &store, NULL) == NOVELO_INVALID);
  CHECK(says(novelo_store_open_sqlite("/nowhere/at/all.novelo", NOVELO_NUL, NULL, &store, &error),
             &error, NOVELO_STORAGE, "cannot_open"));
}

static void questions_with_faults(void) {
  const desk open = open_desk();
  novelo_items* answer = NULL;
  static const char* const bad[] = {"",     "{",    "[]", "12", "null", "{}", "{\"ask\": 12}",
                                    "{\"ask\": \"the time\"}"};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
    CHECK(novelo_query(open.engine, bad[i], NOVELO_NUL, &answer, NULL) == NOVELO_INVALID);
    CHECK(answer == NULL);
  }
  CHECK(is_in_service(open.engine));
  close_desk(open);
}

int main(void) {
  RUN(json_that_is_none);
  RUN(json_with_faults);
  RUN(json_that_is_huge_or_deep);
  RUN(many_inputs_and_none);
  RUN(one_bad_input_stops_nothing);
  RUN(results_that_nobody_could_take);
  RUN(options_with_faults);
  RUN(stores_with_faults);
  RUN(questions_with_faults);
  return check_failures == 0 ? 0 : 1;
}
