#include "seat.h"

/* Tells of the error and frees it. */
static novelo_status failed(novelo_status status, novelo_error* error, const seat_sink* sink) {
  const novelo_error_info* info;
  if (novelo_error_read(error, &info) != NOVELO_OK) return NOVELO_INTERNAL;
  sink->error(sink->user, info);
  return novelo_error_free(error) == NOVELO_OK ? status : NOVELO_INTERNAL;
}

/* Tells of each item and frees the list. */
static novelo_status tell_items(novelo_items* list, const seat_sink* sink) {
  const novelo_item* items;
  size_t count;
  size_t i;
  if (novelo_items_read(list, &items, &count) != NOVELO_OK) return NOVELO_INTERNAL;
  for (i = 0; i < count; ++i) sink->item(sink->user, &items[i]);
  return novelo_items_free(list);
}

static novelo_status seat_open(novelo_store* store, const novelo_engine_options* options,
                               int64_t now, novelo_engine** engine, const seat_sink* sink) {
  novelo_error* error;
  const novelo_status status = novelo_engine_open(store, options, now, engine, &error);
  return status == NOVELO_OK ? status : failed(status, error, sink);
}

static novelo_status seat_close(novelo_engine* engine) {
  return novelo_engine_close(engine, NULL);
}

static novelo_status seat_receive(novelo_engine* engine, const novelo_request* request, int64_t now,
                                  const seat_sink* sink) {
  novelo_error* error;
  novelo_answer* answer;
  novelo_items* events;
  const novelo_response* response;
  novelo_status status = novelo_receive(engine, request, now, &answer, &error);
  if (status != NOVELO_OK) return failed(status, error, sink);
  if (novelo_answer_read(answer, &response) != NOVELO_OK) return NOVELO_INTERNAL;
  sink->response(sink->user, response);
  status = novelo_answer_events(answer, &events, &error);
  if (status != NOVELO_OK) return failed(status, error, sink);
  status = tell_items(events, sink);
  return novelo_answer_free(answer) == NOVELO_OK ? status : NOVELO_INTERNAL;
}

static novelo_status seat_feed(novelo_engine* engine, novelo_text input, int64_t now,
                               const seat_sink* sink) {
  novelo_error* error;
  novelo_items* outcomes;
  const novelo_status status = novelo_feed(engine, &input, 1, now, &outcomes, &error);
  return status == NOVELO_OK ? tell_items(outcomes, sink) : failed(status, error, sink);
}

static novelo_status seat_configure(novelo_engine* engine, novelo_text id,
                                    novelo_text configuration, int64_t now,
                                    const seat_sink* sink) {
  novelo_error* error;
  novelo_items* outcomes;
  const novelo_status status =
      novelo_configure(engine, id.data, id.size, configuration.data, configuration.size, now,
                       &outcomes, &error);
  return status == NOVELO_OK ? tell_items(outcomes, sink) : failed(status, error, sink);
}

static novelo_status seat_feed_time(novelo_engine* engine, int64_t now, const seat_sink* sink) {
  novelo_error* error;
  const novelo_status status = novelo_feed_time(engine, now, &error);
  return status == NOVELO_OK ? status : failed(status, error, sink);
}

static novelo_status seat_poll(novelo_engine* engine, int64_t now, size_t max,
                               const seat_sink* sink) {
  novelo_error* error;
  novelo_handouts* handouts;
  const novelo_handout* const* list;
  size_t count;
  size_t i;
  const novelo_status status = novelo_poll(engine, now, max, &handouts, &error);
  if (status != NOVELO_OK) return failed(status, error, sink);
  if (novelo_handouts_read(handouts, &list, &count) != NOVELO_OK) return NOVELO_INTERNAL;
  for (i = 0; i < count; ++i) sink->handout(sink->user, list[i]);
  return novelo_handouts_free(handouts);
}

static novelo_status seat_settle(novelo_engine* engine, const novelo_settlement* settlement,
                                 int64_t now, const seat_sink* sink) {
  novelo_error* error;
  novelo_items* outcomes;
  const novelo_status status = novelo_settle(engine, settlement, 1, now, &outcomes, &error);
  return status == NOVELO_OK ? tell_items(outcomes, sink) : failed(status, error, sink);
}

static novelo_status seat_next_deadline(novelo_engine* engine, int64_t* at) {
  return novelo_next_deadline(engine, at, NULL);
}

static novelo_status seat_take_signals(novelo_engine* engine, const seat_sink* sink) {
  novelo_error* error;
  novelo_items* signals;
  const novelo_status status = novelo_take_signals(engine, &signals, &error);
  return status == NOVELO_OK ? tell_items(signals, sink) : failed(status, error, sink);
}

static novelo_status seat_query(novelo_engine* engine, novelo_text question,
                                const seat_sink* sink) {
  novelo_error* error;
  novelo_items* answer;
  const novelo_status status =
      novelo_query(engine, question.data, question.size, &answer, &error);
  return status == NOVELO_OK ? tell_items(answer, sink) : failed(status, error, sink);
}

const seat_calls seat_in_c = {seat_open,          seat_close,     seat_receive, seat_feed,
                              seat_configure,     seat_feed_time, seat_poll,    seat_settle,
                              seat_next_deadline, seat_take_signals, seat_query};
