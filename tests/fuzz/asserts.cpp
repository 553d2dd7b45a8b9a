// The tests' own supports use the assertions of doctest. Outside of its test cases one that does
// not hold ends the process.
#define DOCTEST_CONFIG_IMPLEMENT
#include "fuzz/asserts.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

namespace novelo::fuzz {
namespace {

void stop(const doctest::AssertData& failed) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", failed.m_file, failed.m_line, failed.m_expr);
  std::abort();
}

class Asserts {
 public:
  Asserts() {
    context_.setAssertHandler(stop);
    context_.setAsDefaultForAssertsOutOfTestCases();
  }

 private:
  doctest::Context context_;
};

}  // namespace

void use_asserts() {
  static const Asserts asserts;
}

}  // namespace novelo::fuzz
