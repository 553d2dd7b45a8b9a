/* Hosts in C that record what they do, for recording_test.cpp, which plays it. */
#ifndef NOVELO_TESTS_ABI_RECORDED_H
#define NOVELO_TESTS_ABI_RECORDED_H

#ifdef __cplusplus
extern "C" {
#endif

/* Two engines one after the other, with what is refused and what is no JSON between. How many
   checks have failed. */
int record_desk(const char* file, int secrets);

/* A runner, to `file`, with so many calls; then a recording that cannot begin, to `late`. */
int record_hall(const char* file, const char* late, int calls);

#ifdef __cplusplus
}
#endif

#endif
