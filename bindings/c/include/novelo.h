/*
 * novelo.h: the engine from C, and from whatever speaks C. One header, one shared library.
 *
 * docs/c.md shows a whole program; this header is enough to write one. What the engine does with
 * what it is given stands in docs/engine.md; the JSON forms are those of docs/json.md.
 *
 * THE RULES
 *
 *  1. Handles. A handle is opaque and is never read through: NULL, a number that was never a
 *     handle, a handle of another kind and one that was freed are told from living ones and give
 *     NOVELO_INVALID ("bad_handle"). Every handle has one function that ends it, and an engine's is
 *     also ended by novelo_runner_start, which takes the engine over. Ending NULL is a success that
 *     does nothing.
 *  2. Errors. Functions return a status: NOVELO_OK, or the number of what went wrong. The last
 *     argument, where there is one, may be NULL; else it gets NULL after a success and a new error
 *     handle, which is the caller's to free, after a failure. (When even that has no room it stays
 *     NULL.) Nothing is kept per thread or per process: there is no "last error". Other results are
 *     written only by a call that succeeds; handles among them become NULL when it fails. No C++
 *     exception leaves a function; what is thrown inside is NOVELO_INTERNAL, reason "memory" or
 *     "exception".
 *  3. Text. A text is bytes and their number; the number may be NOVELO_NUL when a NUL ends it. Text
 *     is UTF-8; bodies of requests and answers are any bytes, NULs included, and pass beside the
 *     JSON as they are. A pointer may be NULL only when its number is 0. Every text that the
 *     library gives has a NUL behind its end, which its size does not count.
 *  4. Ownership. What a call is given is read during the call and copied; it is the caller's
 *     again when the call returns. What is read from a handle (`novelo_*_read`) belongs to the
 *     handle and stays as it is until that is freed. What a callback is given is the library's, and
 *     good until the callback returns: copy what is to stay; nothing of it is freed. Secrets are
 *     copied, and the copies are wiped when the engine is closed. A store is closed after its
 *     engines: before, it is NOVELO_CONFLICT ("in_use"), and nothing happens.
 *  5. Structs. One that begins with `struct_size` may grow at its end. Of what you give: zero the
 *     whole struct, set `struct_size` to its sizeof, set the members you want; zero means "as
 *     usual". A wrong size is NOVELO_INVALID ("struct_size"), a member that this library does not
 *     know yet NOVELO_UNSUPPORTED ("newer_struct"). In an array of them the first one's size is the
 *     step from one to the next, and all must have it. A struct of yours that the library fills is
 *     prepared the same way, and no more of it is written than its `struct_size` says. Of what the
 *     library gives: look at a member of a later version only if `struct_size` reaches behind it.
 *     The others (novelo_text, novelo_header, novelo_secret, novelo_item) never change.
 *  6. Time and ids. Time is an argument: int64_t microseconds since 1970-01-01T00:00:00Z. Ids are
 *     uint64_t; 0 is none. In JSON times are RFC 3339 and ids decimal strings.
 *  7. Threads. A runner is one thread of the library; there are no others. An engine, its store and
 *     the store's other engines are used by one thread at a time, from any thread: a second one
 *     inside any of them at once gets NOVELO_REENTRANT ("in_use") and nothing happens. Whoever has
 *     several threads starts a runner, or puts a lock around the store and its engines. A runner
 *     has its store for itself until it has stopped: every other use of the store gives
 *     NOVELO_REENTRANT ("in_use"). The functions novelo_runner_* may be called from any thread, and
 *     by any number at once; novelo_runner_stop, novelo_runner_free and novelo_runner_backup wait,
 *     the others never wait for a decision, a commit or a callback. Results and errors may be read
 *     by any number of threads, and are freed by one when nobody reads them any more. Different
 *     stores never disturb one another.
 *  8. Re-entry. A callback of an engine runs inside the call that it is about: what it calls on
 *     that engine or its store gives NOVELO_REENTRANT ("in_use"). Callbacks and completions of a
 *     runner run on its thread, one at a time, and all its tenants wait for them: they may call
 *     every novelo_runner_* function but those that wait, which give NOVELO_REENTRANT ("inside"),
 *     and should return soon. Every callback must return: it may not throw, jump out or end its
 *     thread.
 *  9. Versions. NOVELO_ABI_VERSION counts what would break a compiled program, and nothing has
 *     yet: functions are never removed or changed, numbers never reused, structs grow as rule 5
 *     says. novelo_abi_version() is that of the library which is loaded: refuse to run when it is
 *     not yours. JSON that the library writes may gain members; JSON that it reads is strict: an
 *     unknown member is refused with its path.
 */
#ifndef NOVELO_H
#define NOVELO_H

#include <stddef.h>
#include <stdint.h>

#if defined(NOVELO_C_STATIC)
#define NOVELO_API
#elif defined(_WIN32) && defined(NOVELO_C_BUILDING)
#define NOVELO_API __declspec(dllexport)
#elif defined(_WIN32)
#define NOVELO_API __declspec(dllimport)
#else
#define NOVELO_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* --- versions and statuses -------------------------------------------------------------------- */

#define NOVELO_ABI_VERSION 1

NOVELO_API uint32_t novelo_abi_version(void);
/* "0.1.0"; never NULL, never freed. */
NOVELO_API const char* novelo_version(void);

typedef int32_t novelo_status;
enum {
  NOVELO_OK = 0,
  NOVELO_INVALID = 1,     /* malformed, or against a rule of this header */
  NOVELO_NOT_FOUND = 2,   /* no such object for this tenant */
  NOVELO_CONFLICT = 3,    /* the same id came with other content, or the object has moved on */
  NOVELO_REFUSED = 4,     /* a channel, a right or a rule does not allow it: see the remedy */
  NOVELO_BUSY = 5,        /* a ceiling is reached for now; try again later */
  NOVELO_LIMIT = 6,       /* a fixed ceiling would be passed; trying again cannot help */
  NOVELO_UNSUPPORTED = 7, /* understood, but not something this build or this channel can do */
  NOVELO_UNAUTHENTIC = 8, /* a signature, a token or a handshake did not hold */
  NOVELO_STORAGE = 9,     /* the store failed; nothing of this call was applied */
  NOVELO_CORRUPT = 10,    /* stored bytes cannot be read */
  NOVELO_NEWER = 11,      /* the store was written by a newer version of the library */
  NOVELO_UNKNOWN = 12,    /* nobody knows what came of it: close the engine, open it again */
  NOVELO_REENTRANT = 13,  /* somebody is inside this engine or its store already */
  NOVELO_INTERNAL = 14    /* a fault of the library, or no memory */
};
/* "ok", "not_found", ...; "internal" for a number that is no status. Never NULL, never freed. */
NOVELO_API const char* novelo_status_name(novelo_status status);

/* --- text ------------------------------------------------------------------------------------- */

/* For the size of a text that ends at its first NUL. */
#define NOVELO_NUL ((size_t)-1)

typedef struct novelo_text {
  const char* data;
  size_t size;
} novelo_text;

typedef struct novelo_header {
  novelo_text name; /* compared without regard to case */
  novelo_text value;
} novelo_header;

/* --- errors ----------------------------------------------------------------------------------- */

typedef struct novelo_error novelo_error;

typedef struct novelo_error_info {
  size_t struct_size;
  novelo_status code;
  novelo_text reason;  /* one stable word for programs: "window_closed", "unknown_key", ... */
  novelo_text message; /* one sentence for people, without personal data */
  novelo_text subject; /* where: an id, a path in a document, an argument; may be empty */
  novelo_text remedy;  /* what to do instead; may be empty */
} novelo_error_info;

NOVELO_API novelo_status novelo_error_read(const novelo_error* error,
                                           const novelo_error_info** info);
NOVELO_API novelo_status novelo_error_free(novelo_error* error);

/* --- time ------------------------------------------------------------------------------------- */

/* Reads RFC 3339 with an offset: "2026-03-02T09:10:00.25-03:00". */
NOVELO_API novelo_status novelo_time_parse(const char* text, size_t size, int64_t* at,
                                           novelo_error** error);
/* Writes RFC 3339 in UTC and a NUL. A buffer of NOVELO_TIME_SIZE bytes is enough for every time;
   one that is too small is NOVELO_LIMIT and stays as it was. */
#define NOVELO_TIME_SIZE 64
NOVELO_API novelo_status novelo_time_format(int64_t at, char* buffer, size_t size,
                                            novelo_error** error);

/* --- stores ----------------------------------------------------------------------------------- */

typedef struct novelo_store novelo_store;

typedef struct novelo_memory_options {
  size_t struct_size;
  uint64_t capacity_bytes; /* of keys and values; 0: no ceiling */
} novelo_memory_options;

/* Forgets everything when it is closed. `options` may be NULL. */
NOVELO_API novelo_status novelo_store_open_memory(const novelo_memory_options* options,
                                                  novelo_store** store, novelo_error** error);

typedef struct novelo_sqlite_options {
  size_t struct_size;
  uint32_t checkpoint_pages; /* pages in the log after which a commit checkpoints by itself;
                                0: 16,000 */
  uint32_t cache_kib;        /* 0: 16 MiB */
  uint32_t max_pages;        /* of 4,096 bytes; 0: no ceiling */
  uint32_t row_bytes;        /* the largest row; 0: 64 MiB */
  int32_t quick_check;       /* not 0: read the whole file, refuse a damaged one */
} novelo_sqlite_options;

/* One file, created when it is not there, held alone while it is open. `options` may be NULL. What
   can go wrong, each with its remedy: include/novelo/stores/sqlite.hpp. */
NOVELO_API novelo_status novelo_store_open_sqlite(const char* path, size_t size,
                                                  const novelo_sqlite_options* options,
                                                  novelo_store** store, novelo_error** error);

/* Copies the log into the file, so that no commit has to: at quiet moments. A memory store has
   nothing to do. */
NOVELO_API novelo_status novelo_store_checkpoint(novelo_store* store, novelo_error** error);
NOVELO_API novelo_status novelo_store_close(novelo_store* store, novelo_error** error);

/* --- backups ---------------------------------------------------------------------------------- */

/* Of an SQLite store, online: a file of its own that any SQLite tool reads, with the views of
   docs/sql.md; docs/operation.md is the operator's page. A store of another kind is
   NOVELO_UNSUPPORTED ("no_backup"). Until the copy is whole it stands at "<path>.partial"; whoever
   gives up, and every failure, leaves nothing behind. What can go wrong, each with its remedy:
   include/novelo/stores/sqlite.hpp (begin_backup, restore). */
enum {
  NOVELO_BACKUP_COPYING = 1,    /* pages of the store; commits made meanwhile are carried over */
  NOVELO_BACKUP_PUBLISHING = 2, /* rows of the copy are read, and written for SQL */
  NOVELO_BACKUP_CLOSING = 3,    /* the file is synced, and gets its name */
  NOVELO_BACKUP_DONE = 4
};

typedef struct novelo_backup_progress {
  size_t struct_size;
  int32_t phase;
  uint64_t pages;       /* of 4,096 bytes, copied; can fall back when a commit is rolled back */
  uint64_t pages_total; /* grows with the store */
  uint64_t rows;        /* read so far */
  uint64_t unreadable;  /* rows whose record cannot be read: they are in the copy and in no view */
} novelo_backup_progress;

typedef struct novelo_backup_options {
  size_t struct_size;
  uint32_t max_pages;  /* that the copy may have, what is published included; 0: no ceiling */
  uint32_t cache_kib;  /* 0: 16 MiB */
  uint64_t step;       /* pages or rows of one step, where the library goes step by step; 0: 500 */
  /* Told after each step, on the thread that called for the backup; not 0 gives it up
     (NOVELO_REFUSED, "given_up"). Not told of the steps of novelo_backup_step. May be NULL. */
  int32_t (*on_progress)(const novelo_backup_progress* progress, void* user);
  void* user;
} novelo_backup_options;

/* The whole of it in one call. The store is in use until all of it is copied: for quiet moments, or
   else go by steps, or ask the runner (novelo_runner_backup). `options` may be NULL. */
NOVELO_API novelo_status novelo_store_backup(novelo_store* store, const char* path, size_t size,
                                             const novelo_backup_options* options,
                                             novelo_error** error);

/* The same by steps, between which the engines go on: one backup of a store at a time. */
typedef struct novelo_backup novelo_backup;
NOVELO_API novelo_status novelo_backup_begin(novelo_store* store, const char* path, size_t size,
                                             const novelo_backup_options* options,
                                             novelo_backup** backup, novelo_error** error);
/* At most `most` pages or rows, at least one; to be called until the phase is NOVELO_BACKUP_DONE.
   `progress` may be NULL. While it copies, a step is a call on the store (rule 7), and when the
   store is closed it fails (NOVELO_CONFLICT, "store_closed"). From NOVELO_BACKUP_PUBLISHING on it
   has nothing to do with the store any more: let another thread do the rest, so that no commit
   waits for it. A failure ends the backup and is said again by every later step. */
NOVELO_API novelo_status novelo_backup_step(novelo_backup* backup, uint64_t most,
                                            novelo_backup_progress* progress, novelo_error** error);
/* Gives up what is not done. While it copies this is a call on the store too. */
NOVELO_API novelo_status novelo_backup_free(novelo_backup* backup, novelo_error** error);

typedef struct novelo_restore_options {
  size_t struct_size;
  uint64_t ids;       /* left free for what the lost time may have given out; 0: 2^40 */
  uint64_t protocols; /* the same in each sequence of protocol numbers; 0: 100,000 */
  uint32_t cache_kib; /* 0: 16 MiB */
  uint32_t max_pages; /* as novelo_sqlite_options */
} novelo_restore_options;

/* Makes the file `path` of a store, which must not exist, of a backup, which stays as it is.
   `options` may be NULL. */
NOVELO_API novelo_status novelo_sqlite_restore(const char* backup, size_t backup_size,
                                               const char* path, size_t size,
                                               const novelo_restore_options* options,
                                               novelo_error** error);

/* --- recordings ------------------------------------------------------------------------------- */

/* Writes down what an engine is asked, as a journey that gives the same again, byte for byte: the
   way to report a fault. `novelo play FILE` plays it (docs/journeys.md, Recording). It holds what
   people said, their numbers and addresses: treat it as the store itself. */
typedef struct novelo_recorder novelo_recorder;

typedef struct novelo_recorder_options {
  size_t struct_size;
  novelo_text name;    /* of the journey; empty: "A recording" */
  novelo_text zone;    /* by whose clock it is told; empty: the configuration's */
  int32_t secrets;     /* not 0: with the secrets of the engine, and the rows are held against the
                          store at the end; whoever has the file can forge signatures and tokens */
  uint64_t most_bytes; /* the rest is not recorded; 0: 64 MiB */
} novelo_recorder_options;

/* Makes the file, or empties the one that is there. Give the recorder to the options of a tenant's
   first engine, on a store that has nothing of the tenant, and of every engine of the tenant after
   it. `options` may be NULL. NOVELO_STORAGE ("cannot_open"). */
NOVELO_API novelo_status novelo_recorder_open(const char* path, size_t size,
                                              const novelo_recorder_options* options,
                                              novelo_recorder** recorder, novelo_error** error);
/* The last step: the store must then hold exactly these rows. Reads all of the tenant's; between
   two calls of its engine, or when its runner has stopped. Nothing is recorded after it. Fails as
   novelo_recorder_status. */
NOVELO_API novelo_status novelo_recorder_finish(novelo_recorder* recorder, novelo_store* store,
                                                novelo_error** error);
/* A fault of the disk ends a recording and never an engine: why nothing more is recorded.
   NOVELO_CONFLICT ("not_from_the_beginning"), NOVELO_LIMIT ("full": what was written until then is
   whole), NOVELO_STORAGE ("io"). From any thread. */
NOVELO_API novelo_status novelo_recorder_status(novelo_recorder* recorder, novelo_error** error);
/* An engine that has it goes on recording. */
NOVELO_API novelo_status novelo_recorder_free(novelo_recorder* recorder);

/* --- engines ---------------------------------------------------------------------------------- */

typedef struct novelo_engine novelo_engine;

enum {
  NOVELO_LOG_DEBUG = 1,   /* an input that changed nothing new; time that passed */
  NOVELO_LOG_INFO = 2,    /* what is meant to happen */
  NOVELO_LOG_WARNING = 3, /* refused, quarantined, failed at a provider */
  NOVELO_LOG_ERROR = 4    /* the engine is out of service */
};

/* One thing that happened (docs/monitoring.md). */
typedef struct novelo_log_line {
  size_t struct_size;
  int64_t at; /* the engine's time */
  int32_t level;
  novelo_text what; /* "opened", "input", "handout", "quarantine", "fault" */
  novelo_text json; /* all of it: {"at": ..., "level": ..., "what": ..., "fields": {...}} */
} novelo_log_line;

/* One secret of one connection; of several with the same name the newest comes first. */
typedef struct novelo_secret {
  novelo_text connection;
  novelo_text name;
  novelo_text text;
} novelo_secret;

typedef struct novelo_engine_options {
  size_t struct_size;
  novelo_text tenant;        /* empty: "default" */
  novelo_text tenant_secret; /* keys the tokens in links and reply addresses; at least 16 bytes */
  const novelo_secret* secrets;
  size_t secret_count;
  novelo_text limits;          /* JSON: {"signals": 1000, "bridge_silence": "45s"}, the members of
                                  include/novelo/base/limits.hpp; empty: all as usual */
  int64_t time_jump;           /* microseconds: a larger step forward is refused until it is
                                  confirmed; 0: 400 days */
  const novelo_text* adapters; /* "voice", "sms", "whatsapp", "email" */
  size_t adapter_count;        /* 0: every one that this library was built with */
  /* Told once, inside the call in which the engine becomes faulted (rule 8). May be NULL. */
  void (*on_fault)(const novelo_error_info* error, void* user);
  void* user;
  /* A line for each input, hand-out, quarantined request and fault, after its commit (rule 8). No
     line has a secret, a name or what somebody wrote. May be NULL. */
  void (*on_log)(const novelo_log_line* line, void* user);
  int32_t log_personal;      /* not 0: whole addresses too, and what errors are about */
  novelo_recorder* recorder; /* may be NULL; the engine keeps what it needs of it */
} novelo_engine_options;

/* Takes the tenant over and restores everything. The engine uses the store until it is closed. With
   a recorder that cannot begin here it is NOVELO_CONFLICT ("not_from_the_beginning"), and nothing
   is opened: do without the recorder. */
NOVELO_API novelo_status novelo_engine_open(novelo_store* store,
                                            const novelo_engine_options* options, int64_t now,
                                            novelo_engine** engine, novelo_error** error);
NOVELO_API novelo_status novelo_engine_close(novelo_engine* engine, novelo_error** error);
/* Not 0 after a failed commit or a broken invariant: what feeds, asks or hands out gives
   NOVELO_UNKNOWN; there is no deadline and no signal any more. */
NOVELO_API novelo_status novelo_engine_faulted(novelo_engine* engine, int32_t* faulted,
                                               novelo_error** error);

/* --- lists of texts --------------------------------------------------------------------------- */

typedef struct novelo_items novelo_items;

typedef struct novelo_item {
  novelo_status status;
  novelo_text text;
} novelo_item;

/* `items` points at `count` items in a row; NULL when there are none. */
NOVELO_API novelo_status novelo_items_read(const novelo_items* list, const novelo_item** items,
                                           size_t* count);
NOVELO_API novelo_status novelo_items_free(novelo_items* list);

/* --- in --------------------------------------------------------------------------------------- */

/* What arrived from a provider: a webhook, a mail, an event of a telephone system. */
typedef struct novelo_request {
  size_t struct_size;
  novelo_text method; /* empty: "POST" */
  novelo_text url;    /* as the provider sees it, query included */
  const novelo_header* headers;
  size_t header_count;
  novelo_text body; /* raw bytes */
} novelo_request;

typedef struct novelo_answer novelo_answer;

/* What the provider is to be answered. */
typedef struct novelo_response {
  size_t struct_size;
  int32_t status; /* of HTTP */
  const novelo_header* headers;
  size_t header_count;
  novelo_text body;
} novelo_response;

/* Verifies, decodes, decides and commits; only then there is an answer. After a failure answer 401
   for NOVELO_UNAUTHENTIC, 404 for NOVELO_NOT_FOUND, 503 for what says nothing about
   the request (NOVELO_BUSY, NOVELO_UNKNOWN, NOVELO_REENTRANT, NOVELO_STORAGE, NOVELO_INTERNAL and
   NOVELO_REFUSED "time_jump"), else 400. */
NOVELO_API novelo_status novelo_receive(novelo_engine* engine, const novelo_request* request,
                                        int64_t now, novelo_answer** answer, novelo_error** error);
NOVELO_API novelo_status novelo_answer_read(const novelo_answer* answer,
                                            const novelo_response** response);
/* What came of each event of the request, in its order, as a new list: its status, and as JSON
   {"outcome": {...}} or {"error": {...}}, with how many "entries" its conversation had then. */
NOVELO_API novelo_status novelo_answer_events(const novelo_answer* answer, novelo_items** events,
                                              novelo_error** error);
NOVELO_API novelo_status novelo_answer_free(novelo_answer* answer);

/* Inputs as JSON, a text each: commands, decoded events, settlements. docs/json.md lists them:

     {"id": "c-17", "actor": "joao", "do": "set_presence", "agent": "joao", "presence": "available"}
     {"id": "c-18", "actor": "joao", "do": "send_message", "conversation": "12",
      "entry_point": "whatsapp", "content": {"text": "We open at eight."}}
     {"connection": "pbx", "event": {"call": {"id": "e-1", "kind": "incoming", "call": "c-9",
      "from": {"address": "phone:5541988887777"}, "to": "5541999990000"}}}

   One commit; the result of each is what feeding it alone would have given. `outcomes` gets one
   item an input: its status, and as JSON {"outcome": {...}} or {"error": {...}}. When `outcomes` is
   NULL the status is that of the first input which failed, if any did; the others have been taken
   all the same. */
NOVELO_API novelo_status novelo_feed(novelo_engine* engine, const novelo_text* inputs, size_t count,
                                     int64_t now, novelo_items** outcomes, novelo_error** error);
/* The command that loads a configuration, without wrapping one JSON into another. `id` is the
   command's. docs/configuration.md tells what a configuration may say; one line and one agent:

     {"tenant": {"company": "Aurora", "locale": "en", "zone": "UTC"},
      "connections": [{"name": "pbx", "adapter": "voice", "path": "/pbx",
        "settings": {"verbs_url": "http://127.0.0.1:8088/verbs", "unsigned": "yes"}}],
      "entry_points": [{"name": "line", "channel": "voice", "connection": "pbx",
        "address": "5541999990000", "desk": "care", "queue": "front"}],
      "desks": [{"name": "care"}], "queues": [{"name": "front"}],
      "agents": [{"name": "joao", "queues": ["front"], "device": "SIP/2001"}]} */
NOVELO_API novelo_status novelo_configure(novelo_engine* engine, const char* id, size_t id_size,
                                          const char* configuration, size_t configuration_size,
                                          int64_t now, novelo_items** outcomes,
                                          novelo_error** error);
/* Lets what fell due happen. */
NOVELO_API novelo_status novelo_feed_time(novelo_engine* engine, int64_t now, novelo_error** error);
/* When to call novelo_feed_time although nothing else happened, may be past; NOVELO_NEVER when
   nothing will fall due. */
#define NOVELO_NEVER INT64_MAX
NOVELO_API novelo_status novelo_next_deadline(novelo_engine* engine, int64_t* at,
                                              novelo_error** error);

/* --- out -------------------------------------------------------------------------------------- */

/* How the host authorises what it sends: with the first text of this name among the secrets of the
   handout's connection. */
enum {
  NOVELO_AUTHORIZE_NONE = 0,
  NOVELO_AUTHORIZE_BEARER = 1, /* Authorization: Bearer <text> */
  NOVELO_AUTHORIZE_BASIC = 2   /* base64 of user:<text>; for mail SMTP AUTH */
};

/* Ready to be sent. For mail: method "MAIL", the envelope in X-Envelope-From and X-Envelope-To. */
typedef struct novelo_outgoing {
  size_t struct_size;
  novelo_text method;
  novelo_text url;
  const novelo_header* headers;
  size_t header_count;
  novelo_text body; /* raw bytes */
  int32_t authorization;
  novelo_text user;   /* NOVELO_AUTHORIZE_BASIC */
  novelo_text secret; /* the secret's name, never its text */
  novelo_text idempotency_key;
} novelo_outgoing;

enum {
  NOVELO_SEND = 1,   /* a message: send `request`, settle with the provider's raw answer */
  NOVELO_CALL = 2,   /* a verb to the telephone system: the same */
  NOVELO_NOTIFY = 3, /* tell `agent` what `body` says, settle with NOVELO_DONE */
  NOVELO_ACTION = 4  /* do in another system what `body` says, settle with its answer */
};

/* Something that the host must do now. */
typedef struct novelo_handout {
  size_t struct_size;
  uint64_t id;
  int32_t kind;
  uint32_t attempt;               /* 1 for the first */
  int32_t maybe_done;             /* not 0: the other side may have it already */
  const novelo_outgoing* request; /* send, call; else NULL */
  novelo_text connection;         /* send, call */
  novelo_text agent;              /* notify */
  novelo_text body;               /* notify, action: a JSON object (docs/notifications.md) */
  novelo_text warnings;           /* a JSON list of what the channel could not show as meant */
} novelo_handout;

typedef struct novelo_handouts novelo_handouts;

/* Up to `max` effects that may be done now, each once for each attempt. Writes nothing. */
NOVELO_API novelo_status novelo_poll(novelo_engine* engine, int64_t now, size_t max,
                                     novelo_handouts** handouts, novelo_error** error);
/* `array` points at `count` pointers in a row; NULL when there are none. */
NOVELO_API novelo_status novelo_handouts_read(const novelo_handouts* handouts,
                                              const novelo_handout* const** array, size_t* count);
NOVELO_API novelo_status novelo_handouts_free(novelo_handouts* handouts);

enum {
  NOVELO_REPLY = 1, /* the provider's raw answer to a request */
  NOVELO_DONE = 2,
  NOVELO_FAILED = 3 /* surely not done */
};

/* What came of an effect. */
typedef struct novelo_settlement {
  size_t struct_size;
  uint64_t effect; /* novelo_handout::id */
  int32_t kind;
  int32_t status;               /* reply: of HTTP, or SMTP's; 0 when none came */
  const novelo_header* headers; /* reply: give them, Retry-After is among them */
  size_t header_count;
  novelo_text body;    /* reply: raw bytes */
  novelo_text answer;  /* done: what the other system said, as JSON; empty: nothing */
  novelo_text reason;  /* failed: a word */
  novelo_text message; /* failed: a sentence */
  int32_t retry;       /* failed: not 0 for a passing fault */
} novelo_settlement;

/* In one commit; `outcomes` as for novelo_feed. */
NOVELO_API novelo_status novelo_settle(novelo_engine* engine, const novelo_settlement* settlements,
                                       size_t count, int64_t now, novelo_items** outcomes,
                                       novelo_error** error);

/* What is worth showing now, since the last call: a JSON object each. Not durable. */
NOVELO_API novelo_status novelo_take_signals(novelo_engine* engine, novelo_items** signals,
                                             novelo_error** error);

/* --- reads ------------------------------------------------------------------------------------ */

/* A question as JSON, {"ask": "conversation", "id": "12"}; one item, the answer as JSON. The
   questions stand in docs/json.md. */
NOVELO_API novelo_status novelo_query(novelo_engine* engine, const char* question, size_t size,
                                      novelo_items** answer, novelo_error** error);
/* One item: the entry point's static route for a call that nobody can decide, as it stands in the
   configuration; empty when there is none. Read them after each configuration and keep them. */
NOVELO_API novelo_status novelo_fallback_route(novelo_engine* engine, const char* entry_point,
                                               size_t size, novelo_items** route,
                                               novelo_error** error);

enum {
  NOVELO_METRICS_JSON = 1,
  NOVELO_METRICS_PROMETHEUS = 2 /* its text format, version 0.0.4, each sample with the tenant */
};

/* One item: the engine in numbers (docs/monitoring.md), in one of these forms. */
NOVELO_API novelo_status novelo_metrics(novelo_engine* engine, int64_t now, int32_t form,
                                        novelo_items** metrics, novelo_error** error);

/* --- the runner ------------------------------------------------------------------------------- */

/* One thread that feeds the engines of a store with what any number of threads hand in, commits
   what arrived meanwhile together, and calls the host. One round of it: takes what is queued,
   the tenants in turn, of each what was accepted first; asks the clock once; decides it, and what
   is due by then; commits all of it at once; calls the completions in the order in which their work
   was taken, then shows the signals and hands out the effects. docs/runner.md is its page. */
typedef struct novelo_runner novelo_runner;

/* What came of something that was handed in. */
typedef struct novelo_completed {
  size_t struct_size;
  novelo_status status;            /* NOVELO_OK, or why nothing at all was done */
  const novelo_error_info* error;  /* the same in full; NULL after NOVELO_OK */
  const novelo_response* response; /* novelo_runner_receive: what the provider is to be answered */
  const novelo_item* items;        /* as novelo_feed, novelo_query or novelo_metrics gives them */
  size_t item_count;
} novelo_completed;

/* Called exactly once, on the runner's thread, for everything that was accepted; never for what was
   not, whose status says so at once. A completion may be NULL: then nobody is told. */
typedef void (*novelo_completion)(const novelo_completed* result, void* user);

/* Begins to carry an effect out; what came of it is told by novelo_runner_settle, from any thread,
   from inside too. */
typedef void (*novelo_carry)(novelo_runner* runner, novelo_text tenant,
                             const novelo_handout* handout, void* user);

typedef struct novelo_runner_options {
  size_t struct_size;
  /* Accepted and not begun: beyond it NOVELO_BUSY ("queue_full"). Of n tenants each has 1/(2n) of
     it for itself, the other half is anybody's. Settlements have as much room again of their own,
     so that what was handed out can be settled when nothing else gets in. */
  uint64_t queue_inputs; /* a request counts as one; 0: 10,000 */
  uint64_t queue_bytes;  /* 0: 256 MiB */
  uint64_t batch_inputs;   /* that one round takes; 0: 1,000 */
  uint64_t batch_handouts; /* of one tenant in one round; 0: 100 */
  /* The store's housekeeping, never inside a commit: when nothing has happened for `quiet`
     microseconds and so many pages wait, or between two rounds when `maintain_latest` wait. */
  int64_t quiet;            /* 0: 20 ms */
  uint64_t maintain_pages;  /* 0: 1,000; UINT64_MAX: never */
  uint64_t maintain_latest; /* 0: 12,000 */
  /* Gives the engines time (rule 6), and the runner the differences by which it waits; what is no
     time of the years 0000 to 9999 is taken for the nearest one. NULL: the system's clock. */
  int64_t (*clock)(void* user);
  /* One for each kind of effect. One whose kind has no callback fails with "no_callback". */
  novelo_carry on_send;
  novelo_carry on_call;
  novelo_carry on_notify;
  novelo_carry on_action;
  void (*on_signal)(novelo_runner* runner, novelo_text tenant, novelo_text signal, void* user);
  /* An engine is faulted; told once for each, after the completions of its round. Unless the reason
     is "fenced", novelo_runner_engine_open puts another in its place; if the code is
     NOVELO_UNKNOWN, stop, and open the store again. */
  void (*on_fault)(novelo_runner* runner, novelo_text tenant, const novelo_error_info* error,
                   void* user);
  /* What went wrong and has nobody else to be told to: housekeeping failed, the clock jumped. */
  void (*on_trouble)(const novelo_error_info* error, void* user);
  void* user;
} novelo_runner_options;

/* Starts the thread over engines of this store, each another tenant's; there may be none. On
   success the engines are the runner's and their handles are ended; callbacks may come before this
   returns. NOVELO_INVALID ("other_store", "tenant_twice", "out_of_range") and NOVELO_REENTRANT
   leave the engines with the caller; what fails later, NOVELO_BUSY ("no_thread") and
   NOVELO_INTERNAL, has ended their handles and closed them. `options` may be NULL. */
NOVELO_API novelo_status novelo_runner_start(novelo_store* store, novelo_engine* const* engines,
                                             size_t count, const novelo_runner_options* options,
                                             novelo_runner** runner, novelo_error** error);

/* Hands in work of a tenant (empty: "default"). NOVELO_OK: it is accepted, and the completion will
   be called, after the commit, with what novelo_receive, novelo_feed, novelo_configure or
   novelo_settle would have given, or with
     NOVELO_BUSY ("deadline")   it was not begun before `deadline`, and nothing was done
     NOVELO_BUSY ("stopping")   as much, in a stop that could not wait
     NOVELO_UNKNOWN             the engine is faulted
   `deadline` is a time of the runner's clock; 0 and NOVELO_NEVER: none. Not accepted:
     NOVELO_BUSY                "queue_full", "stopping"
     NOVELO_NOT_FOUND           "unknown_tenant": no engine of this tenant is open here
     NOVELO_LIMIT               "too_much": more than the whole queue takes; "too_many_inputs";
                                "too_deep": values nested deeper than 256 levels */
NOVELO_API novelo_status novelo_runner_receive(novelo_runner* runner, const char* tenant,
                                               size_t tenant_size, const novelo_request* request,
                                               int64_t deadline, novelo_completion done, void* user,
                                               novelo_error** error);
/* All inputs of a call in one commit, with nothing of others between them. */
NOVELO_API novelo_status novelo_runner_feed(novelo_runner* runner, const char* tenant,
                                            size_t tenant_size, const novelo_text* inputs,
                                            size_t count, int64_t deadline, novelo_completion done,
                                            void* user, novelo_error** error);
NOVELO_API novelo_status novelo_runner_configure(novelo_runner* runner, const char* tenant,
                                                 size_t tenant_size, const char* id, size_t id_size,
                                                 const char* configuration,
                                                 size_t configuration_size, int64_t deadline,
                                                 novelo_completion done, void* user,
                                                 novelo_error** error);
NOVELO_API novelo_status novelo_runner_settle(novelo_runner* runner, const char* tenant,
                                              size_t tenant_size,
                                              const novelo_settlement* settlements, size_t count,
                                              novelo_completion done, void* user,
                                              novelo_error** error);

/* Reads, after the commit of everything that was accepted before: one item, as novelo_query and
   novelo_metrics. Accepted and told as above; a faulted engine tells its metrics. */
NOVELO_API novelo_status novelo_runner_query(novelo_runner* runner, const char* tenant,
                                             size_t tenant_size, const char* question, size_t size,
                                             novelo_completion done, void* user,
                                             novelo_error** error);
NOVELO_API novelo_status novelo_runner_metrics(novelo_runner* runner, const char* tenant,
                                               size_t tenant_size, int32_t form,
                                               novelo_completion done, void* user,
                                               novelo_error** error);

/* Opens one more engine, with the clock's time; or another in the place of a faulted one. Work for
   it may be handed in at once, and fails as the opening does. NOVELO_CONFLICT ("tenant_open"). */
NOVELO_API novelo_status novelo_runner_engine_open(novelo_runner* runner,
                                                   const novelo_engine_options* options,
                                                   novelo_completion done, void* user,
                                                   novelo_error** error);
/* Closes the engine when everything that was accepted for it is done. From here on nothing more is
   handed out, and what was is not settled here: the next engine offers it again. */
NOVELO_API novelo_status novelo_runner_engine_close(novelo_runner* runner, const char* tenant,
                                                    size_t tenant_size, novelo_completion done,
                                                    void* user, novelo_error** error);

/* As novelo_fallback_route, of the newest configuration that was committed: at any time, also when
   the engine is faulted or closed and when the runner has stopped. */
NOVELO_API novelo_status novelo_runner_fallback_route(novelo_runner* runner, const char* tenant,
                                                      size_t tenant_size, const char* entry_point,
                                                      size_t size, novelo_items** route,
                                                      novelo_error** error);

/* Since the start; all but `queued` only grow. */
typedef struct novelo_runner_counts {
  size_t struct_size;
  uint64_t accepted; /* calls that handed something in */
  uint64_t refused;  /* NOVELO_BUSY */
  uint64_t expired;  /* their deadline came before they were begun */
  uint64_t inputs;   /* decided; a request is one */
  uint64_t rounds;   /* that had something to decide */
  uint64_t commits;  /* successful ones, of whatever many tenants */
  uint64_t handouts;
  uint64_t queued; /* inputs accepted and not begun, now */
} novelo_runner_counts;
NOVELO_API novelo_status novelo_runner_statistics(novelo_runner* runner,
                                                  novelo_runner_counts* counts,
                                                  novelo_error** error);

/* As novelo_store_backup, of the runner's store, while it goes on: pages are copied between its
   rounds, one step between two, and the rest is done on the calling thread. NOVELO_BUSY
   ("stopping") when the runner stops before all is copied. */
NOVELO_API novelo_status novelo_runner_backup(novelo_runner* runner, const char* path, size_t size,
                                              const novelo_backup_options* options,
                                              novelo_error** error);

/* Takes no new work, finishes what was accepted, calls the completions, hands out nothing more,
   ends the thread, and closes the engines; then the store is free again. What was not begun when
   `patience` microseconds are over is told "stopping"; NOVELO_NEVER: waits for all of it. What was
   handed out and not settled is offered again by the next engine, marked `maybe_done`. Again:
   nothing happens. */
NOVELO_API novelo_status novelo_runner_stop(novelo_runner* runner, int64_t patience,
                                            novelo_error** error);
/* Stops, with everything that was accepted done, and ends the handle. NOVELO_REENTRANT ("in_use")
   while somebody is inside another call on it: it has stopped, and is freed by another call. */
NOVELO_API novelo_status novelo_runner_free(novelo_runner* runner, novelo_error** error);

#ifdef __cplusplus
}
#endif

#endif /* NOVELO_H */
