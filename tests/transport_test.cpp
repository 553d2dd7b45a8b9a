#include "novelo/model/transport.hpp"
#include "novelo/model/connection.hpp"

#include <doctest/doctest.h>

#include "base/url.hpp"

using namespace novelo;

TEST_CASE("a request's headers are found without regard to case") {
  Request request;
  request.headers = {{"Content-Type", "text/plain"}, {"X-Twice", "first"}, {"x-twice", "second"}};
  CHECK(request.header("content-TYPE") == "text/plain");
  CHECK(request.header("X-TWICE") == "first");
  CHECK(request.header("Content").empty());
  CHECK(request.header("").empty());
}

TEST_CASE("a request's path has neither host nor query") {
  const auto path = [](std::string url) {
    Request request;
    request.url = std::move(url);
    return std::string(request.path());
  };
  CHECK(path("https://example.org/hooks/sms?x=1") == "/hooks/sms");
  CHECK(path("https://example.org:8443/hooks/sms#part") == "/hooks/sms");
  CHECK(path("/hooks/sms?to=https://example.org/x") == "/hooks/sms");
  CHECK(path("https://example.org") == "/");
  CHECK(path("https://example.org?x=1") == "/");
  CHECK(path("/a:b://c") == "/a:b://c");
  CHECK(path("").empty());
}

TEST_CASE("a request's query is decoded") {
  Request request;
  request.url = "https://example.org/p?a=1&b%20c=x%26y+z&a=2&empty=&flag&bad=%zz%4#f?a=9";
  CHECK(request.query("a") == "1");
  CHECK(request.query("b c") == "x&y z");
  CHECK(request.query("empty") == "");
  CHECK(request.query("flag") == "");
  CHECK(request.query("bad") == "%zz%4");
  CHECK(!request.query("c"));
  CHECK(!Request{}.query("a"));
}

TEST_CASE("percent-encoding is undone by decoding") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  CHECK(form_decode(percent_encode(bytes)) == bytes);
  CHECK(percent_encode("Olá +55") == "Ol%C3%A1%20%2B55");
}

TEST_CASE("a setting that is not there is empty") {
  Connection connection;
  connection.settings = {{"api_base", "https://example.org"}};
  CHECK(connection.setting("api_base") == "https://example.org");
  CHECK(connection.setting("other").empty());
}
