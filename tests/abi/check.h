/* Checks for tests in C: a failed one is counted and shown, and the test goes on. */
#ifndef NOVELO_TESTS_ABI_CHECK_H
#define NOVELO_TESTS_ABI_CHECK_H

#include <novelo.h>
#include <stdio.h>
#include <string.h>

static int check_failures = 0;

#define CHECK(holds)                                                \
  do {                                                              \
    if (!(holds)) {                                                 \
      ++check_failures;                                             \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds);   \
    }                                                               \
  } while (0)

/* Zeroed, as C and C++ both understand it. */
#define ZERO(object) memset(&(object), 0, sizeof(object))

#define RUN(test)                                                        \
  do {                                                                   \
    const int before = check_failures;                                   \
    test();                                                              \
    printf("%s %s\n", check_failures == before ? "ok    " : "FAILED", #test); \
  } while (0)

static inline novelo_text text_of(const char* data) {
  novelo_text text;
  text.data = data;
  text.size = data == NULL ? 0 : strlen(data);
  return text;
}

/* Whether the error says this, and that its code is the status; frees it. By its place, for C does
   not say whether the call that makes it comes first. */
static inline int says(novelo_status status, novelo_error** place, novelo_status code,
                const char* reason) {
  novelo_error* const error = *place;
  const novelo_error_info* info = NULL;
  int same;
  if (novelo_error_read(error, &info) != NOVELO_OK) {
    fprintf(stderr, "  status %d without an error\n", (int)status);
    return 0;
  }
  same = status == code && info->code == code && strcmp(info->reason.data, reason) == 0 &&
         info->reason.size == strlen(reason) && info->message.size > 0;
  if (!same) {
    fprintf(stderr, "  %s (%s) at %s: %s\n", novelo_status_name(info->code), info->reason.data,
            info->subject.data, info->message.data);
  }
  CHECK(novelo_error_free(error) == NOVELO_OK);
  return same;
}

#endif
