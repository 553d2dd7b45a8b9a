/* A telephone system in small: a call comes in, an agent is offered it and takes it, the two are
   connected, and somebody hangs up. Nothing here talks to a network: what would be sent is printed,
   and what a switch would say is said at once. */
#include <novelo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char configuration[] =
    "{\"tenant\": {\"company\": \"Aurora\", \"locale\": \"en\", \"zone\": \"UTC\"},"
    " \"connections\": [{\"name\": \"pbx\", \"adapter\": \"voice\", \"path\": \"/pbx\","
    "   \"settings\": {\"verbs_url\": \"http://127.0.0.1:8088/verbs\", \"unsigned\": \"yes\"}}],"
    " \"entry_points\": [{\"name\": \"line\", \"channel\": \"voice\", \"connection\": \"pbx\","
    "   \"address\": \"5541999990000\", \"desk\": \"care\", \"queue\": \"front\","
    "   \"fallback\": \"SIP/night-desk\"}],"
    " \"desks\": [{\"name\": \"care\"}],"
    " \"queues\": [{\"name\": \"front\"}],"
    " \"agents\": [{\"name\": \"joao\", \"queues\": [\"front\"], \"device\": \"SIP/2001\"}]}";

static novelo_engine* engine;
static int64_t now; /* a host reads its clock: microseconds since 1970, UTC */

/* Ends the program when a call has failed, and says why. */
static void check(novelo_status status, novelo_error* error) {
  const novelo_error_info* info;
  if (status == NOVELO_OK) return;
  if (novelo_error_read(error, &info) == NOVELO_OK) {
    fprintf(stderr, "%s: %s %s\n", novelo_status_name(status), info->message.data,
            info->remedy.data);
  }
  novelo_error_free(error);
  exit(1);
}

static novelo_text text(const char* data) {
  novelo_text made;
  made.data = data;
  made.size = strlen(data);
  return made;
}

/* What the switch saw of a call. */
static void tell(const char* event) {
  novelo_request request = {0};
  novelo_answer* answer;
  novelo_error* error;
  const novelo_response* response;
  request.struct_size = sizeof request;
  request.url = text("http://127.0.0.1/pbx");
  request.body = text(event);
  check(novelo_receive(engine, &request, now, &answer, &error), error);
  novelo_answer_read(answer, &response);
  printf("switch: %s\n     -> %d\n", event, (int)response->status);
  novelo_answer_free(answer);
}

static void feed(const char* command) {
  novelo_error* error;
  const novelo_text input = text(command);
  check(novelo_feed(engine, &input, 1, now, NULL, &error), error);
}

/* The member of that name, a text, in an object of JSON. A real host has a JSON library. */
static const char* member(novelo_text json, const char* name, char* value, size_t size) {
  char key[64];
  const char* at;
  size_t length;
  value[0] = '\0';
  snprintf(key, sizeof key, "\"%s\":\"", name);
  at = strstr(json.data, key);
  if (at == NULL) return value;
  at += strlen(key);
  length = strcspn(at, "\"");
  if (length < size) {
    memcpy(value, at, length);
    value[length] = '\0';
  }
  return value;
}

/* The agent's desktop: takes whatever it is offered. */
static void notify(const novelo_handout* handout) {
  char offer[24];
  char command[160];
  char type[32];
  printf("to %s: %s\n", handout->agent.data, member(handout->body, "type", type, sizeof type));
  if (*member(handout->body, "offer", offer, sizeof offer) == '\0') return;
  snprintf(command, sizeof command,
           "{\"id\": \"accept-%s\", \"actor\": \"%s\", \"do\": \"accept_offer\","
           " \"offer\": \"%s\"}",
           offer, handout->agent.data, offer);
  feed(command);
}

/* Does one thing that the engine wants done, and says what came of it. */
static void carry_out(const novelo_handout* handout) {
  novelo_settlement settlement = {0};
  novelo_error* error;
  settlement.struct_size = sizeof settlement;
  settlement.effect = handout->id;
  settlement.kind = NOVELO_DONE;
  if (handout->request != NULL) {
    printf("verb to %s: %s\n", handout->request->url.data, handout->request->body.data);
    settlement.kind = NOVELO_REPLY;
    settlement.status = 200;
    settlement.body = text("{\"ok\": true}");
  } else {
    notify(handout);
  }
  check(novelo_settle(engine, &settlement, 1, now, NULL, &error), error);
}

/* After every call of the engine, and when its next deadline has come. */
static void work(void) {
  novelo_error* error;
  size_t count;
  int64_t due;
  check(novelo_next_deadline(engine, &due, &error), error);
  if (due <= now) check(novelo_feed_time(engine, now, &error), error);
  do {
    novelo_handouts* handouts;
    const novelo_handout* const* list;
    size_t i;
    check(novelo_poll(engine, now, 100, &handouts, &error), error);
    novelo_handouts_read(handouts, &list, &count);
    for (i = 0; i < count; ++i) carry_out(list[i]);
    novelo_handouts_free(handouts);
  } while (count > 0);
}

int main(void) {
  novelo_store* store;
  novelo_engine_options options = {0};
  novelo_items* route;
  const novelo_item* item;
  size_t count;
  novelo_error* error;
  if (novelo_abi_version() != NOVELO_ABI_VERSION) return 1;
  check(novelo_time_parse("2026-03-12T09:00:00Z", NOVELO_NUL, &now, &error), error);
  check(novelo_store_open_memory(NULL, &store, &error), error);
  options.struct_size = sizeof options;
  options.tenant_secret = text("at least sixteen bytes that nobody knows");
  check(novelo_engine_open(store, &options, now, &engine, &error), error);
  check(novelo_configure(engine, "configuration-1", NOVELO_NUL, configuration, NOVELO_NUL, now,
                         NULL, &error),
        error);
  /* Keep it: the switch follows it when there is no engine to ask. */
  check(novelo_fallback_route(engine, "line", NOVELO_NUL, &route, &error), error);
  novelo_items_read(route, &item, &count);
  printf("without an engine calls go to %s\n", item->text.data);
  novelo_items_free(route);

  feed("{\"id\": \"joao-1\", \"actor\": \"joao\", \"do\": \"set_presence\", \"agent\": \"joao\","
       " \"presence\": \"available\"}");
  tell("{\"event_id\": \"e-1\", \"event\": \"incoming\", \"call\": \"c-77\","
       " \"from\": \"+5541988887777\", \"to\": \"5541999990000\"}");
  work();
  now += 4 * 1000000;
  tell("{\"event_id\": \"e-2\", \"event\": \"bridged\", \"call\": \"c-77\"}");
  work();
  now += 60 * 1000000;
  tell("{\"event_id\": \"e-3\", \"event\": \"hung_up\", \"call\": \"c-77\", \"cause\": 16}");
  work();

  check(novelo_engine_close(engine, &error), error);
  check(novelo_store_close(store, &error), error);
  return 0;
}
