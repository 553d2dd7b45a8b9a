/* A host in C: what the player of a journey does with an engine, by novelo.h and nothing else. */
#ifndef NOVELO_TESTS_ABI_SEAT_H
#define NOVELO_TESTS_ABI_SEAT_H

#include <novelo.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Told what a call gave, while it may be read. */
typedef struct seat_sink {
  void* user;
  void (*error)(void* user, const novelo_error_info* info);
  void (*response)(void* user, const novelo_response* response);
  void (*item)(void* user, const novelo_item* item);
  void (*handout)(void* user, const novelo_handout* handout);
} seat_sink;

/* Each tells the sink, leaves nothing behind, and gives the call's status; what must not fail (a
   second read, a free) is NOVELO_INTERNAL. */
typedef struct seat_calls {
  novelo_status (*open)(novelo_store* store, const novelo_engine_options* options, int64_t now,
                        novelo_engine** engine, const seat_sink* sink);
  novelo_status (*close)(novelo_engine* engine);
  novelo_status (*receive)(novelo_engine* engine, const novelo_request* request, int64_t now,
                           const seat_sink* sink);
  novelo_status (*feed)(novelo_engine* engine, novelo_text input, int64_t now,
                        const seat_sink* sink);
  novelo_status (*configure)(novelo_engine* engine, novelo_text id, novelo_text configuration,
                             int64_t now, const seat_sink* sink);
  novelo_status (*feed_time)(novelo_engine* engine, int64_t now, const seat_sink* sink);
  novelo_status (*poll)(novelo_engine* engine, int64_t now, size_t max, const seat_sink* sink);
  novelo_status (*settle)(novelo_engine* engine, const novelo_settlement* settlement, int64_t now,
                          const seat_sink* sink);
  novelo_status (*next_deadline)(novelo_engine* engine, int64_t* at);
  novelo_status (*take_signals)(novelo_engine* engine, const seat_sink* sink);
  novelo_status (*query)(novelo_engine* engine, novelo_text question, const seat_sink* sink);
} seat_calls;

extern const seat_calls seat_in_c;

#ifdef __cplusplus
}
#endif

#endif
