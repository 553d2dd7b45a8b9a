/* The numbered rules of novelo.h, one after another. Compiled as C and as C++. */
#include "desk.h"

static void rule_1_handles_are_told_apart(void) {
  desk open = open_desk();
  novelo_error* error = NULL;
  novelo_items* items = NULL;
  const novelo_item* item = NULL;
  size_t count = 0;
  int32_t faulted = 0;
  int on_the_stack = 0;
  novelo_engine* stale;

  /* NULL, an address, a number, a handle of another kind */
  CHECK(says(novelo_engine_faulted(NULL, &faulted, &error), &error, NOVELO_INVALID, "bad_handle"));
  CHECK(novelo_engine_faulted((novelo_engine*)(void*)&on_the_stack, &faulted, NULL) ==
        NOVELO_INVALID);
  CHECK(novelo_engine_faulted((novelo_engine*)(uintptr_t)12345, &faulted, NULL) == NOVELO_INVALID);
  CHECK(novelo_engine_faulted((novelo_engine*)UINTPTR_MAX, &faulted, NULL) == NOVELO_INVALID);
  CHECK(novelo_engine_faulted((novelo_engine*)(void*)open.store, &faulted, NULL) ==
        NOVELO_INVALID);
  CHECK(novelo_items_read((const novelo_items*)(void*)open.engine, &item, &count) ==
        NOVELO_INVALID);
  CHECK(novelo_engine_faulted(open.engine, &faulted, NULL) == NOVELO_OK);

  /* freed, and freed twice */
  CHECK(novelo_take_signals(open.engine, &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_free(items) == NOVELO_OK);
  CHECK(novelo_items_free(items) == NOVELO_INVALID);
  CHECK(novelo_items_read(items, &item, &count) == NOVELO_INVALID);
  stale = open.engine;
  CHECK(novelo_engine_close(open.engine, NULL) == NOVELO_OK);
  CHECK(says(novelo_engine_close(stale, &error), &error, NOVELO_INVALID, "bad_handle"));

  /* a successor in the same place is somebody else */
  {
    const novelo_engine_options options = desk_options();
    CHECK(novelo_engine_open(open.store, &options, DESK_OPENED, &open.engine, NULL) == NOVELO_OK);
    CHECK(open.engine != stale);
    CHECK(novelo_engine_faulted(stale, &faulted, NULL) == NOVELO_INVALID);
  }
  close_desk(open);

  /* ending NULL */
  CHECK(novelo_engine_close(NULL, NULL) == NOVELO_OK);
  CHECK(novelo_store_close(NULL, NULL) == NOVELO_OK);
  CHECK(novelo_items_free(NULL) == NOVELO_OK);
  CHECK(novelo_answer_free(NULL) == NOVELO_OK);
  CHECK(novelo_handouts_free(NULL) == NOVELO_OK);
  CHECK(novelo_error_free(NULL) == NOVELO_OK);
}

static void rule_2_errors_are_handed_over(void) {
  const desk open = open_bare_desk();
  novelo_error* error = (novelo_error*)(uintptr_t)1; /* what stood there does not matter */
  novelo_error* second = NULL;
  novelo_items* items = (novelo_items*)(uintptr_t)1;
  const novelo_error_info* info = NULL;
  int64_t at = 7;

  CHECK(novelo_feed_time(open.engine, DESK_OPENED, &error) == NOVELO_OK);
  CHECK(error == NULL);
  CHECK(novelo_query(open.engine, "{", NOVELO_NUL, &items, &error) == NOVELO_INVALID);
  CHECK(items == NULL);
  CHECK(error != NULL);
  /* it stays as it is, whatever happens meanwhile */
  CHECK(novelo_time_parse("yesterday", NOVELO_NUL, &at, &second) == NOVELO_INVALID);
  CHECK(at == 7);
  CHECK(novelo_error_read(error, &info) == NOVELO_OK);
  CHECK(info->struct_size == sizeof(*info) && info->code == NOVELO_INVALID);
  CHECK(strcmp(info->reason.data, "bad_json") == 0);
  CHECK(novelo_error_free(second) == NOVELO_OK);
  CHECK(novelo_error_free(error) == NOVELO_OK);
  /* nobody has to listen */
  CHECK(novelo_time_parse("yesterday", NOVELO_NUL, &at, NULL) == NOVELO_INVALID);
  CHECK(strcmp(novelo_status_name(NOVELO_OK), "ok") == 0);
  CHECK(strcmp(novelo_status_name(NOVELO_REENTRANT), "reentrant") == 0);
  CHECK(strcmp(novelo_status_name(-7), "internal") == 0);
  close_desk(open);
}

static void rule_3_text_is_bytes_and_their_number(void) {
  const desk open = open_desk();
  novelo_error* error = NULL;
  novelo_text input = text_of(desk_presence);
  novelo_items* items = NULL;
  const novelo_item* item = NULL;
  size_t count = 0;
  int64_t at = 0;
  char shorter[] = "2026-03-12T09:00:00Z and more";

  CHECK(novelo_time_parse(shorter, 20, &at, NULL) == NOVELO_OK);
  CHECK(at == DESK_OPENED);
  input.size = NOVELO_NUL;
  CHECK(novelo_feed(open.engine, &input, 1, DESK_OPENED, &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_read(items, &item, &count) == NOVELO_OK);
  CHECK(count == 1 && item[0].status == NOVELO_OK);
  CHECK(item[0].text.data[item[0].text.size] == '\0');
  CHECK(strlen(item[0].text.data) == item[0].text.size);
  CHECK(novelo_items_free(items) == NOVELO_OK);
  input.data = NULL;
  input.size = 3;
  CHECK(says(novelo_feed(open.engine, &input, 1, DESK_OPENED, NULL, &error), &error, NOVELO_INVALID,
             "null"));
  input.size = NOVELO_NUL;
  CHECK(novelo_feed(open.engine, &input, 1, DESK_OPENED, NULL, NULL) == NOVELO_INVALID);
  input.data = "";
  input.size = NOVELO_NUL - 1;
  CHECK(says(novelo_feed(open.engine, &input, 1, DESK_OPENED, NULL, &error), &error, NOVELO_INVALID,
             "size"));
  close_desk(open);
}

static void rule_3_bodies_are_any_bytes(void) {
  const desk open = open_desk();
  novelo_request request = desk_request("");
  novelo_answer* answer = NULL;
  novelo_error* error = NULL;
  request.body.data = "{\"event_id\0\xFF";
  request.body.size = 12;
  CHECK(novelo_receive(open.engine, &request, DESK_OPENED, &answer, &error) == NOVELO_INVALID);
  CHECK(answer == NULL);
  CHECK(novelo_error_free(error) == NOVELO_OK);
  close_desk(open);
}

static void rule_4_what_is_given_is_copied(void) {
  desk open = {NULL, NULL};
  novelo_engine_options options = desk_options();
  novelo_error* error = NULL;
  char secret[] = "a secret for tests only";
  char configuration[sizeof desk_configuration];
  options.tenant_secret = text_of(secret);
  CHECK(novelo_store_open_memory(NULL, &open.store, NULL) == NOVELO_OK);
  CHECK(novelo_engine_open(open.store, &options, DESK_OPENED, &open.engine, NULL) == NOVELO_OK);
  memset(secret, 'x', sizeof secret - 1);
  memcpy(configuration, desk_configuration, sizeof configuration);
  CHECK(novelo_configure(open.engine, "c", 1, configuration, NOVELO_NUL, DESK_OPENED, NULL,
                         NULL) == NOVELO_OK);
  memset(configuration, 'x', sizeof configuration);
  CHECK(ring(open.engine, DESK_OPENED) == NOVELO_OK);
  /* a store goes after its engines */
  CHECK(says(novelo_store_close(open.store, &error), &error, NOVELO_CONFLICT, "in_use"));
  CHECK(ring(open.engine, DESK_OPENED) == NOVELO_OK);
  close_desk(open);
}

static void rule_4_what_is_read_stays(void) {
  const desk open = open_desk();
  const novelo_text presence = text_of(desk_presence);
  novelo_handouts* handouts = NULL;
  novelo_handouts* later = NULL;
  const novelo_handout* const* list = NULL;
  size_t count = 0;
  const char* body;
  CHECK(novelo_feed(open.engine, &presence, 1, DESK_OPENED, NULL, NULL) == NOVELO_OK);
  CHECK(ring(open.engine, DESK_OPENED) == NOVELO_OK);
  CHECK(novelo_poll(open.engine, DESK_OPENED, 100, &handouts, NULL) == NOVELO_OK);
  CHECK(novelo_poll(open.engine, DESK_OPENED, 100, &later, NULL) == NOVELO_OK);
  CHECK(novelo_handouts_free(later) == NOVELO_OK);
  close_desk(open); /* even this */
  CHECK(novelo_handouts_read(handouts, &list, &count) == NOVELO_OK);
  CHECK(count > 0);
  if (count == 0) return;
  body = list[0]->body.data;
  CHECK(list[0]->kind >= NOVELO_SEND && list[0]->kind <= NOVELO_ACTION);
  CHECK(body[list[0]->body.size] == '\0');
  CHECK(novelo_handouts_free(handouts) == NOVELO_OK);
}

/* As a later version of the header might have it. */
typedef struct newer_request {
  novelo_request now;
  uint64_t later;
} newer_request;

static void rule_5_structs_say_their_size(void) {
  const desk open = open_desk();
  novelo_request request = desk_request(desk_call);
  newer_request newer;
  novelo_answer* answer = NULL;
  novelo_error* error = NULL;
  const novelo_response* response = NULL;
  size_t wrong[4];
  size_t i;
  wrong[0] = 0;
  wrong[1] = sizeof(size_t);
  wrong[2] = sizeof(request) - 1;
  wrong[3] = (size_t)-1;
  for (i = 0; i < 4; ++i) {
    request.struct_size = wrong[i];
    CHECK(says(novelo_receive(open.engine, &request, DESK_OPENED, &answer, &error), &error,
               NOVELO_INVALID, "struct_size"));
  }
  CHECK(says(novelo_receive(open.engine, NULL, DESK_OPENED, &answer, &error), &error,
             NOVELO_INVALID, "null"));
  /* a program of a later header: nothing of the new is asked for, then something is */
  ZERO(newer);
  newer.now = desk_request(desk_call);
  newer.now.struct_size = sizeof(newer);
  CHECK(novelo_receive(open.engine, &newer.now, DESK_OPENED, &answer, NULL) == NOVELO_OK);
  CHECK(novelo_answer_read(answer, &response) == NOVELO_OK);
  CHECK(response->struct_size == sizeof(*response) && response->status == 200);
  CHECK(novelo_answer_free(answer) == NOVELO_OK);
  newer.later = 1;
  CHECK(says(novelo_receive(open.engine, &newer.now, DESK_OPENED, &answer, &error), &error,
             NOVELO_UNSUPPORTED, "newer_struct"));
  close_desk(open);
}

static void rule_5_arrays_have_one_step(void) {
  const desk open = open_desk();
  novelo_settlement settlements[2];
  novelo_items* items = NULL;
  const novelo_item* item = NULL;
  size_t count = 0;
  novelo_error* error = NULL;
  memset(settlements, 0, sizeof settlements);
  settlements[0].struct_size = sizeof(settlements[0]);
  settlements[1].struct_size = sizeof(settlements[1]);
  settlements[0].effect = 999;
  settlements[0].kind = NOVELO_DONE;
  settlements[1].effect = 998;
  settlements[1].kind = 77;
  CHECK(novelo_settle(open.engine, settlements, 2, DESK_OPENED, &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_read(items, &item, &count) == NOVELO_OK);
  CHECK(count == 2 && item[0].status == NOVELO_NOT_FOUND && item[1].status == NOVELO_INVALID);
  CHECK(strstr(item[1].text.data, "unknown_kind") != NULL);
  CHECK(novelo_items_free(items) == NOVELO_OK);
  settlements[1].struct_size += 8;
  CHECK(says(novelo_settle(open.engine, settlements, 2, DESK_OPENED, &items, &error), &error,
             NOVELO_INVALID, "struct_size"));
  CHECK(novelo_settle(open.engine, NULL, 2, DESK_OPENED, &items, NULL) == NOVELO_INVALID);
  CHECK(novelo_settle(open.engine, NULL, 0, DESK_OPENED, &items, NULL) == NOVELO_OK);
  CHECK(novelo_items_free(items) == NOVELO_OK);
  close_desk(open);
}

static void rule_6_time_is_an_argument(void) {
  const desk open = open_desk();
  novelo_error* error = NULL;
  char buffer[NOVELO_TIME_SIZE];
  char small[20] = "as it was";
  int64_t at = 0;
  CHECK(novelo_time_parse("2026-03-12T06:00:00.000250-03:00", NOVELO_NUL, &at, NULL) == NOVELO_OK);
  CHECK(at == DESK_OPENED + 250);
  CHECK(novelo_time_format(at, buffer, sizeof buffer, NULL) == NOVELO_OK);
  CHECK(strcmp(buffer, "2026-03-12T09:00:00.000250Z") == 0);
  CHECK(says(novelo_time_format(at, small, sizeof small, &error), &error, NOVELO_LIMIT,
             "small_buffer"));
  CHECK(strcmp(small, "as it was") == 0);
  CHECK(says(novelo_feed_time(open.engine, INT64_MAX, &error), &error, NOVELO_INVALID, "bad_time"));
  CHECK(novelo_feed_time(open.engine, INT64_MIN, NULL) == NOVELO_INVALID);
  CHECK(novelo_next_deadline(open.engine, &at, NULL) == NOVELO_OK);
  close_desk(open);
}

static void rule_9_versions(void) {
  CHECK(novelo_abi_version() == NOVELO_ABI_VERSION);
  CHECK(strchr(novelo_version(), '.') != NULL);
}

int main(void) {
  RUN(rule_1_handles_are_told_apart);
  RUN(rule_2_errors_are_handed_over);
  RUN(rule_3_text_is_bytes_and_their_number);
  RUN(rule_3_bodies_are_any_bytes);
  RUN(rule_4_what_is_given_is_copied);
  RUN(rule_4_what_is_read_stays);
  RUN(rule_5_structs_say_their_size);
  RUN(rule_5_arrays_have_one_step);
  RUN(rule_6_time_is_an_argument);
  RUN(rule_9_versions);
  return check_failures == 0 ? 0 : 1;
}
