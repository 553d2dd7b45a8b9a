/* A desk to try things on: a telephone line, one agent, everything in memory. */
#ifndef NOVELO_TESTS_ABI_DESK_H
#define NOVELO_TESTS_ABI_DESK_H

#include "check.h"

/* 2026-03-12T09:00:00Z */
#define DESK_OPENED INT64_C(1773306000000000)

static const char desk_configuration[] =
    "{\"tenant\": {\"company\": \"Aurora\", \"locale\": \"en\", \"zone\": \"UTC\"},"
    " \"connections\": [{\"name\": \"pbx\", \"adapter\": \"voice\", \"path\": \"/pbx\","
    "   \"settings\": {\"verbs_url\": \"http://127.0.0.1/verbs\", \"unsigned\": \"yes\"}}],"
    " \"entry_points\": [{\"name\": \"line\", \"channel\": \"voice\", \"connection\": \"pbx\","
    "   \"address\": \"5541999990000\", \"desk\": \"care\", \"queue\": \"front\","
    "   \"fallback\": \"SIP/night-desk\"}],"
    " \"desks\": [{\"name\": \"care\"}],"
    " \"queues\": [{\"name\": \"front\"}],"
    " \"agents\": [{\"name\": \"joao\", \"queues\": [\"front\"], \"device\": \"SIP/2001\"}]}";

static const char desk_call[] =
    "{\"event_id\": \"e-1\", \"event\": \"incoming\", \"call\": \"c-1\","
    " \"from\": \"+5541988887777\", \"to\": \"5541999990000\"}";

static const char desk_presence[] =
    "{\"id\": \"p-1\", \"actor\": \"joao\", \"do\": \"set_presence\", \"agent\": \"joao\","
    " \"presence\": \"available\"}";

typedef struct desk {
  novelo_store* store;
  novelo_engine* engine;
} desk;

static inline novelo_engine_options desk_options(void) {
  novelo_engine_options options;
  ZERO(options);
  options.struct_size = sizeof(options);
  options.tenant_secret = text_of("a secret for tests only");
  return options;
}

/* Without a configuration. */
static inline desk open_bare_desk(void) {
  const novelo_engine_options options = desk_options();
  desk made = {NULL, NULL};
  CHECK(novelo_store_open_memory(NULL, &made.store, NULL) == NOVELO_OK);
  CHECK(novelo_engine_open(made.store, &options, DESK_OPENED, &made.engine, NULL) == NOVELO_OK);
  return made;
}

static inline desk open_desk(void) {
  const desk made = open_bare_desk();
  CHECK(novelo_configure(made.engine, "configuration", NOVELO_NUL, desk_configuration, NOVELO_NUL,
                         DESK_OPENED, NULL, NULL) == NOVELO_OK);
  return made;
}

static inline void close_desk(desk closed) {
  CHECK(novelo_engine_close(closed.engine, NULL) == NOVELO_OK);
  CHECK(novelo_store_close(closed.store, NULL) == NOVELO_OK);
}

static inline novelo_request desk_request(const char* body) {
  novelo_request request;
  ZERO(request);
  request.struct_size = sizeof(request);
  request.url = text_of("http://127.0.0.1/pbx");
  request.body = text_of(body);
  return request;
}

static inline novelo_status ring(novelo_engine* engine, int64_t now) {
  const novelo_request request = desk_request(desk_call);
  novelo_answer* answer = NULL;
  const novelo_status status = novelo_receive(engine, &request, now, &answer, NULL);
  CHECK(novelo_answer_free(answer) == NOVELO_OK);
  return status;
}

#endif
