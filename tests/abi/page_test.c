/* The host with a runner that docs/c.md shows (tests/abi/recording_test.cpp holds the page against
   this file). Compiled as C and as C++. */
#include <stdlib.h>

#include "hall.h"

static waiter replies;

/* Of the host's web server, which is not shown. */
static void reply(int connection, int status, novelo_text body) {
  (void)body;
  pthread_mutex_lock(&replies.lock);
  CHECK(connection == replies.count + 1);
  replies.status = status;
  waiter_add(&replies);
  pthread_mutex_unlock(&replies.lock);
}

/* And of its web client. */
static int post(const novelo_outgoing* request) {
  CHECK(request->url.size > 0);
  return 200;
}

/* docs: begin */
/* Called once, on the runner's thread. What it is given is good until it returns: no frees. */
static void answered(const novelo_completed* result, void* user) {
  const int connection = *(int*)user;
  free(user);
  if (result->status == NOVELO_OK) {
    reply(connection, result->response->status, result->response->body);
  } else {
    reply(connection, result->status == NOVELO_UNAUTHENTIC ? 401 : 503, text_of(""));
  }
}

/* A webhook, on whatever thread it came. */
static void on_webhook(novelo_runner* runner, int connection, const novelo_request* request) {
  int* const user = (int*)malloc(sizeof *user);
  novelo_status accepted = NOVELO_INTERNAL;
  if (user != NULL) {
    *user = connection;
    accepted = novelo_runner_receive(runner, NULL, 0, request, NOVELO_NEVER, answered, user, NULL);
  }
  if (accepted == NOVELO_OK) return;
  /* Nobody will be called. The provider sends it again. */
  free(user);
  reply(connection, 503, text_of(""));
}

/* Begins to send, and settles: here at once; else later, from any thread, with a copy. */
static void on_send(novelo_runner* runner, novelo_text tenant, const novelo_handout* handout,
                    void* user) {
  novelo_settlement settlement;
  (void)user;
  memset(&settlement, 0, sizeof settlement);
  settlement.struct_size = sizeof settlement;
  settlement.effect = handout->id;
  settlement.kind = NOVELO_REPLY;
  settlement.status = post(handout->request);
  novelo_runner_settle(runner, tenant.data, tenant.size, &settlement, 1, NULL, NULL, NULL);
}
/* docs: end */

static void the_host_of_the_page(void) {
  const desk open = open_desk();
  novelo_runner_options options = hall_options();
  novelo_request request = desk_request(desk_call);
  novelo_runner* runner;
  waiter_init(&replies);
  options.on_send = on_send;
  options.on_call = on_send;
  runner = start_hall(&open, &options);
  on_webhook(runner, 1, &request);
  waiter_wait(&replies, 1);
  CHECK(replies.status == 200);
  request.body = text_of("{");
  on_webhook(runner, 2, &request);
  waiter_wait(&replies, 2);
  CHECK(replies.status == 503);
  CHECK(novelo_runner_stop(runner, NOVELO_NEVER, NULL) == NOVELO_OK);
  on_webhook(runner, 3, &request);
  CHECK(replies.count == 3 && replies.status == 503);
  end_hall(runner, open.store);
  waiter_end(&replies);
}

int main(void) {
  RUN(the_host_of_the_page);
  return check_failures == 0 ? 0 : 1;
}
