// The house rules, held against the tree itself, and against planted faults, so that a checker that
// sees nothing does not pass for a clean house.
#include <doctest/doctest.h>

#include <string>

#include "support/tidy.hpp"

namespace {

using tidy::Findings;
using tidy::Tree;

std::string listed(const Findings& findings) {
  std::string text;
  for (const std::string& finding : findings) text += "\n  " + finding;
  return text;
}

void check_clean(const Findings& findings) {
  INFO(listed(findings));
  CHECK(findings.empty());
}

// Exactly one finding, and it begins as told.
void check_found(const Findings& findings, const std::string& beginning) {
  INFO("wanted: " << beginning << "\nfound:" << listed(findings));
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().starts_with(beginning));
}

// Two files, of which the first includes the second by `name`.
Findings including(const std::string& from, const std::string& name, const std::string& target) {
  return tidy::check_includes(Tree{{from, "// why\n#include \"" + name + "\"\n"}, {target, ""}});
}

const Tree& sources() {
  static const Tree tree = tidy::read_tree(NOVELO_SOURCE_DIR, {"include", "src", "bindings"});
  return tree;
}

const Tree& everything() {
  static const Tree tree =
      tidy::read_tree(NOVELO_SOURCE_DIR, {"include", "src", "tests", "examples", "bindings"});
  return tree;
}

// A function named f whose text has `lines` lines, inside the given head and tail.
std::string function_of(std::size_t lines, const std::string& head = "int f() {") {
  std::string text = head;
  for (std::size_t i = 1; i < lines; ++i) text += "\n";
  return text + "}\n";
}

Findings functions(const std::string& text) {
  return tidy::check_functions({{"src/a.cpp", text}});
}

}  // namespace

TEST_CASE("the tree is read") {
  CHECK(sources().contains("include/novelo/base/error.hpp"));
  CHECK(sources().contains("src/base/error.cpp"));
  CHECK(everything().contains("tests/tidy_test.cpp"));
  CHECK(everything().contains("bindings/c/include/novelo.h"));
}

TEST_CASE("includes follow the floor plan") {
  check_clean(tidy::check_includes(sources()));
}

TEST_CASE("no circle of includes") {
  check_clean(tidy::check_cycles(everything()));
}

TEST_CASE("functions are short enough to be read") {
  check_clean(tidy::check_functions(everything()));
}

TEST_CASE("a name means one type in a program") {
  check_clean(tidy::check_types(sources()));
  // Each folder of tests is a program of its own, but for what stands beside this file.
  for (const std::string folder : {"", "bench/", "crash/", "fuzz/", "kill/", "sabotage/"}) {
    CAPTURE(folder);
    Tree program = sources();
    for (const auto& [path, text] : everything()) {
      const std::string_view rest = std::string_view(path).substr(path.find('/') + 1);
      const bool here =
          folder.empty() ? rest.find('/') == std::string_view::npos : rest.starts_with(folder);
      if (path.starts_with("tests/") && (here || rest.starts_with("support/"))) {
        program.emplace(path, text);
      }
    }
    check_clean(tidy::check_types(program));
  }
}

TEST_CASE("columns, tabs, ends, guards, macros") {
  check_clean(tidy::check_text(everything()));
}

TEST_CASE("every file of the floor plan has its module") {
  CHECK(tidy::module_of("include/novelo/base/error.hpp") == "base");
  CHECK(tidy::module_of("include/novelo/engine.hpp") == "engine");
  CHECK(tidy::module_of("src/engine/inputs.cpp") == "engine");
  CHECK(tidy::module_of("src/flow_engine/session.cpp") == "flow_engine");
  CHECK(tidy::module_of("include/novelo/conversation.hpp") == "handles");
  CHECK(tidy::module_of("include/novelo/novelo.hpp") == "umbrella");
  CHECK(tidy::module_of("include/novelo/adapters/sms.hpp") == "adapters");
  CHECK(tidy::module_of("bindings/c/src/doors.cpp") == "bindings/c");
  CHECK(tidy::module_of("src/misc/thing.cpp").empty());
  CHECK(tidy::module_of("include/novelo/handles.hpp").empty());
  check_found(tidy::check_includes({{"src/misc/thing.cpp", ""}}),
              "src/misc/thing.cpp:1: the floor");
}

TEST_CASE("a wrong direction is found, a right one is not") {
  check_found(including("src/base/a.cpp", "novelo/model/m.hpp", "include/novelo/model/m.hpp"),
              "src/base/a.cpp:2: base must not include model");
  check_found(
      including("include/novelo/router.hpp", "novelo/engine.hpp", "include/novelo/engine.hpp"),
      "include/novelo/router.hpp:2: router must not include engine");
  check_found(including("src/rules/a.cpp", "novelo/config/c.hpp", "include/novelo/config/c.hpp"),
              "src/rules/a.cpp:2: rules must not include config");
  check_found(including("src/adapters/sms.cpp", "novelo/store.hpp", "include/novelo/store.hpp"),
              "src/adapters/sms.cpp:2: adapters must not include store");
  check_found(
      including("src/engine/e.cpp", "novelo/stores/sqlite.hpp", "include/novelo/stores/sqlite.hpp"),
      "src/engine/e.cpp:2: engine must not include stores");
  check_clean(including("src/engine/e.cpp", "novelo/rules/r.hpp", "include/novelo/rules/r.hpp"));
  check_clean(including("src/engine/e.cpp", "codec/c.hpp", "src/codec/c.hpp"));
  check_clean(including("src/testing/t.cpp", "novelo/stores/sqlite.hpp",
                        "include/novelo/stores/sqlite.hpp"));
}

TEST_CASE("the C interface names concrete things, by public headers alone") {
  const std::string source = "bindings/c/src/stores.cpp";
  check_clean(including(source, "novelo/stores/sqlite.hpp", "include/novelo/stores/sqlite.hpp"));
  check_clean(including(source, "novelo/adapters/sms.hpp", "include/novelo/adapters/sms.hpp"));
  check_clean(including(source, "novelo/json.hpp", "include/novelo/json.hpp"));
  check_clean(including(source, "novelo.h", "bindings/c/include/novelo.h"));
  check_clean(including(source, "boxes.hpp", "bindings/c/src/boxes.hpp"));
  check_found(including(source, "codec/json.hpp", "src/codec/json.hpp"),
              source + ":2: a binding includes a private header");
  check_found(including(source, "novelo/testing/journey.hpp", "include/novelo/testing/journey.hpp"),
              source + ":2: bindings/c must not include testing");
  check_found(including("src/engine/e.cpp", "novelo.h", "bindings/c/include/novelo.h"),
              "src/engine/e.cpp:2: engine must not include bindings/c");
  check_found(tidy::check_includes({{"bindings/lua/x.cpp", ""}}),
              "bindings/lua/x.cpp:1: the floor plan has no place for this file");
}

TEST_CASE("one adapter that includes another is found, a shared helper is not") {
  const std::string whatsapp = "include/novelo/adapters/whatsapp.hpp";
  const auto found = [&](const std::string& from, const std::string& name,
                         const std::string& target) {
    return tidy::check_includes({{from, "#include \"" + name + "\"\n"},
                                 {target, ""},
                                 {whatsapp, ""},
                                 {"src/adapters/whatsapp_decode.cpp", ""},
                                 {"include/novelo/adapters/values.hpp", ""},
                                 {"include/novelo/adapters/sms.hpp", ""}});
  };
  check_found(found("src/adapters/sms.cpp", "novelo/adapters/whatsapp.hpp", whatsapp),
              "src/adapters/sms.cpp:1: one of adapters includes another");
  check_found(found("src/adapters/sms.cpp", "adapters/whatsapp_media.hpp",
                    "src/adapters/whatsapp_media.hpp"),
              "src/adapters/sms.cpp:1: one of adapters includes another");
  check_found(found("src/adapters/form.hpp", "novelo/adapters/whatsapp.hpp", whatsapp),
              "src/adapters/form.hpp:1: one of adapters includes another");
  check_clean(found("src/adapters/whatsapp_media.cpp", "novelo/adapters/whatsapp.hpp", whatsapp));
  check_clean(found("src/adapters/sms.cpp", "adapters/form.hpp", "src/adapters/form.hpp"));
  check_clean(found("src/adapters/sms.cpp", "novelo/adapters/values.hpp",
                    "include/novelo/adapters/values.hpp"));
  check_clean(found("src/adapters/sms.cpp", "form.hpp", "src/adapters/form.hpp"));
}

TEST_CASE("what a public header must not show is found") {
  const auto found = [](const std::string& path, const std::string& name) {
    return tidy::check_includes({{path, "#include <" + name + ">\n"}});
  };
  const std::string header = "include/novelo/engine.hpp";
  for (const char* name : {"nlohmann/json.hpp", "sqlite3.h", "gmime/gmime.h", "openssl/hmac.h"}) {
    check_found(found(header, name), header + ":1: a public header shows <");
  }
  check_clean(found("include/novelo/json.hpp", "nlohmann/json.hpp"));
  check_clean(found(header, "tl/expected.hpp"));
  check_clean(found(header, "vector"));
  check_clean(found("src/stores/sqlite.cpp", "sqlite3.h"));
  check_found(including("include/novelo/engine.hpp", "codec/c.hpp", "src/codec/c.hpp"),
              "include/novelo/engine.hpp:2: a public header includes a private one");
  check_found(tidy::check_includes({{header, "#include \"novelo/gone.hpp\"\n"}}),
              "include/novelo/engine.hpp:1: no such file");
}

TEST_CASE("a circle of includes is found") {
  const Tree circle = {{"include/novelo/base/a.hpp", "#include \"novelo/base/b.hpp\"\n"},
                       {"include/novelo/base/b.hpp", "\n#  include \"novelo/base/c.hpp\"\n"},
                       {"include/novelo/base/c.hpp", "#include \"novelo/base/a.hpp\"\n"}};
  check_found(tidy::check_cycles(circle), "include/novelo/base/c.hpp:1: closes a circle");
  const Tree diamond = {{"src/base/a.hpp", "#include \"b.hpp\"\n#include \"c.hpp\"\n"},
                        {"src/base/b.hpp", "#include \"d.hpp\"\n"},
                        {"src/base/c.hpp", "#include \"d.hpp\"\n"},
                        {"src/base/d.hpp", ""}};
  check_clean(tidy::check_cycles(diamond));
}

TEST_CASE("a long function is found wherever it stands") {
  const std::string wanted = "src/a.cpp:1: a function of 70 lines";
  check_found(functions(function_of(70)), wanted);
  check_clean(functions(function_of(69)));
  for (const char* head : {
           "A::A(int x) : x_{x}, list_{1, 2}, y_(x) {",
           "A::A() try : x_{1} {",
           "template <class T = int, class = class B> auto f(T x) -> std::map<int, T> {",
           "auto A::operator=(const A& other) noexcept -> A& {",
           "struct B f(struct B b = {}) {",
           "TEST_CASE(\"a } in a name\") {",
           "[[nodiscard]] static bool f() const noexcept(true) {",
           "int f(char c = '}', int n = 1'000) { // }",
           "int f() { const char* s = R\"x(} \" } )\" )x\"; /* } */",
       }) {
    CAPTURE(head);
    check_found(functions(function_of(70, head)), wanted);
  }
  check_found(functions("namespace n {\nclass A : B {\n public:\n" + function_of(80) + "};\n}\n"),
              "src/a.cpp:4: a function of 80 lines");
  check_found(functions("TEST_SUITE(\"s\") {\n" + function_of(80) + "}\n"),
              "src/a.cpp:2: a function of 80 lines");
}

TEST_CASE("a type that is defined twice is found, wherever it stands") {
  const std::string one = "namespace a::b {\nstruct Same final : Base {\n  int x;\n};\n}\n";
  check_found(tidy::check_types({{"src/1.cpp", one},
                                 {"src/2.cpp",
                                  "namespace a {\nnamespace b {\ntemplate <class T>\n"
                                  "class Same {};\n}\n}\n"}}),
              "src/2.cpp:4: a::b::Same is also defined at src/1.cpp:2");
  check_found(tidy::check_types({{"src/1.cpp", "enum class E : int { x };"},
                                 {"src/2.cpp", "class E;\nenum class E { y };"}}),
              "src/2.cpp:2: ::E is also defined");
  check_clean(tidy::check_types(
      {{"src/1.cpp", one},
       {"src/2.cpp", "namespace a::b {\nnamespace {\nstruct Same {};\n}\nclass Same;\n}\n"},
       {"src/3.cpp", "namespace a {\nstruct Same {};\nstruct In { struct Same {}; };\n}\n"},
       {"src/4.cpp", "namespace a::b {\nvoid f(struct Same& s) { struct Same {}; }\n}\n"}}));
}

TEST_CASE("what is long and no function is let be") {
  for (const char* head : {
           "namespace {",
           "enum class E : std::uint8_t {",
           "struct [[nodiscard]] S final : public B {",
           "constexpr std::array table = {",
           "const std::map<int, F> table{",
           "static const auto table = make({",
           "extern \"C\" {",
       }) {
    CAPTURE(head);
    const std::string tail = std::string(head).ends_with("({") ? ");\n" : ";\n";
    check_clean(functions(function_of(90, head) + tail));
  }
  check_found(functions("int f() {\n"), "src/a.cpp:1: the braces do not balance");
}

TEST_CASE("faults of the text are found") {
  const auto found = [](const std::string& text, const std::string& path = "src/base/a.cpp") {
    return tidy::check_text({{path, text}});
  };
  check_found(found(std::string(101, 'x') + "\n"), "src/base/a.cpp:1: over 100 columns");
  check_clean(found(std::string(100, 'x') + "\n"));
  std::string accents;
  for (int i = 0; i < 100; ++i) accents += "é";
  check_clean(found("\n" + accents + "\n"));
  check_found(found("\n\tint x;\n"), "src/base/a.cpp:2: a tab");
  check_found(found("int x; \n"), "src/base/a.cpp:1: a space at the end");
  check_found(found("int x;\r\n"), "src/base/a.cpp:1: a carriage return");
  check_found(found("int x;"), "src/base/a.cpp:2: must end with one newline");
  check_found(found("int x;\n\n"), "src/base/a.cpp:3: must end with one newline");
  check_found(found(""), "src/base/a.cpp:1: an empty file");
  check_found(found("# define X 1\n"), "src/base/a.cpp:1: a macro");
  check_clean(found("#define X 1\n", "tests/a_test.cpp"));
  check_found(found(std::string("// TO") + "DO: later\n"), "src/base/a.cpp:1: a leftover");
  check_clean(found(std::string("// MÉTO") + "DO\n"));
  check_found(found("int x;\n", "src/base/a.hpp"), "src/base/a.hpp:1: no #pragma once");
  check_clean(found("// why\n#pragma once\nint x;\n", "src/base/a.hpp"));
}
