#include "novelo/adapters/email.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "adapters/mime_scan.hpp"
#include "novelo/base/digest.hpp"
#include "support/payloads.hpp"

using namespace novelo;
using namespace novelo::testing_support;

namespace {

const EmailAdapter adapter;

Connection connection() {
  return make_connection({{"domain", "clinica.example"},
                          {"from_name", "Clínica São José"},
                          {"addresses", "atendimento@clinica.example, exames@clinica.example"}},
                         {{"shared_secret", "segredo"}});
}

Request request(std::string body, std::vector<Header> headers = {}) {
  Request request;
  request.url = "https://host.example/hooks/mail";
  request.headers = std::move(headers);
  request.body = std::move(body);
  return request;
}

Decoded decode(std::string body, std::vector<Header> headers = {}) {
  const auto decoded = adapter.decode(request(std::move(body), std::move(headers)), connection());
  REQUIRE(decoded);
  CHECK(decoded->answer.status == 204);
  return *decoded;
}

InboundMessage message_in(const Decoded& decoded) {
  REQUIRE(!decoded.events.empty());
  const auto* message = std::get_if<InboundMessage>(&decoded.events.front());
  REQUIRE(message != nullptr);
  REQUIRE(message->content.mail);
  return *message;
}

std::string file(const std::string& name) {
  return read_source("tests/data/email/" + name + ".eml");
}

InboundMessage message(const std::string& name) {
  return message_in(decode(file(name)));
}

bool warned(const Decoded& decoded, std::string_view part) {
  const std::vector<std::string> warnings = message_in(decoded).warnings;
  return std::any_of(warnings.begin(), warnings.end(),
                     [part](const auto& each) { return each.find(part) != std::string::npos; });
}

ErrorCode refusal(const std::string& body) {
  const auto decoded = adapter.decode(request(body), connection());
  REQUIRE(!decoded);
  CHECK_FALSE(decoded.error().remedy.empty());
  return decoded.error().code;
}

OutboundMessage outbound() {
  OutboundMessage message;
  message.effect = EffectId{42};
  message.from = "atendimento@clinica.example";
  message.to = {AddressKind::email, "ana@example.com"};
  message.at = parse_timestamp("2026-03-02T15:04:05.250-03:00").value();
  message.content.text = "Olá, Ana!\n\nSua nova data é 10/03, às 9h. Por favor, confirme.\n";
  Mail mail;
  mail.subject = "Confirmação da nova data – Clínica São José";
  mail.message_id = "novelo-42.3k-8fj2@clinica.example";
  mail.in_reply_to = {"pergunta@example.com"};
  mail.references = {"primeira@example.com", "pergunta@example.com"};
  mail.to = {"atendimento+3k-8fj2@clinica.example"};
  message.content.mail = mail;
  return message;
}

Encoded encode(const OutboundMessage& message) {
  const auto encoded = adapter.encode(message, connection());
  REQUIRE(encoded);
  return *encoded;
}

std::string refused_reason(const OutboundMessage& message) {
  const auto encoded = adapter.encode(message, connection());
  REQUIRE(!encoded);
  CHECK_FALSE(encoded.error().remedy.empty());
  return encoded.error().reason;
}

}  // namespace

TEST_CASE("a mail becomes a message with its people, its time and its thread") {
  const InboundMessage mail = message("reply_pt");
  CHECK(mail.id == "pt@example.com");
  CHECK(mail.at == parse_timestamp("2026-03-02T18:04:05Z").value());
  CHECK(mail.from.address == Address{AddressKind::email, "ana@example.com"});
  CHECK(mail.from.display_name == "Ana Souza");
  CHECK(mail.to == "atendimento@clinica.example");
  CHECK(mail.content.mail->subject == "Re: Nova data");
  CHECK(mail.content.mail->in_reply_to == std::vector<std::string>{"novelo-42@clinica.example"});
  CHECK(mail.content.mail->references ==
        std::vector<std::string>{"first@clinica.example", "novelo-42@clinica.example"});
  CHECK(mail.content.mail->automatic == AutoMail::none);
}

TEST_CASE("charsets become UTF-8, declared, guessed or wrong") {
  CHECK(message("utf8").content.text == "Olá, a confirmação está certa.");
  CHECK(message("utf8").content.mail->subject == "Confirmação");
  const Decoded raw = decode(file("latin1_raw"));
  CHECK(message_in(raw).content.text == "Amanhã às nove?");
  CHECK(message_in(raw).content.mail->subject == "Não sei");
  CHECK(warned(raw, "charset was guessed"));
  CHECK(warned(raw, "bytes without a charset"));
  CHECK(message("windows1252").content.text == "“Quanto custa” – em €?");
  CHECK(message("windows1252").content.mail->subject == "“Preço”");
  CHECK(message("koi8").content.text == "Привет");
  CHECK(message("unknown_charset").content.text == "ação");
  CHECK(warned(decode(file("unknown_charset")), "charset was guessed"));
  CHECK(message("utf8").warnings.empty());
}

TEST_CASE("encoded words may break inside a character") {
  CHECK(message("split_words").content.mail->subject == "Confirmação dá certo");
  const auto subject = [](const std::string& words) {
    return message_in(decode("From: ana@example.com\r\nSubject: " + words + "\r\n\r\nOi\r\n"))
        .content.mail->subject;
  };
  CHECK(subject("=?UTF-8?Q?a=C3?= =?utf-8?B?p2I=?=") == "açb");
  CHECK(subject("=?utf-8?Q?a?= b =?utf-8?Q?c?=") == "a b c");
  CHECK(subject("=?utf-8?B?w6c=?= =?iso-8859-1?Q?=E7?=") == "çç");
  CHECK(subject("=?utf-8*pt?Q?=C3=A7?=\r\n =?utf-8?Q?_x?=") == "ç x");
  CHECK(subject("=?utf-8?B?!!?= =?utf-8?Q?x?=") != "");
  CHECK(message_in(decode("From: =?utf-8?B?Q2zDrQ==?= =?utf-8?B?bmljYQ==?= <a@b.c>\r\n\r\nOi\r\n"))
            .from.display_name == "Clínica");
}

TEST_CASE("attachments are referred to by their place, with decoded names and sizes") {
  const InboundMessage mail = message("rfc2231");
  CHECK(mail.content.text == "Segue.");
  REQUIRE(mail.content.media.size() == 2);
  const Media pdf{
      MediaKind::document, "application/pdf", "Resultado da ressonância.pdf", 10, "part:2", ""};
  CHECK(mail.content.media[0] == pdf);
  const Media image{MediaKind::image, "image/png", "Fotografia médica.png", 4, "part:3", ""};
  CHECK(mail.content.media[1] == image);
}

TEST_CASE("of alternatives the plain text is taken") {
  CHECK(message("alternative").content.text == "Em texto");
  CHECK(message("alternative").content.media.empty());
}

TEST_CASE("HTML becomes text, without what it quotes") {
  CHECK(message("html_only").content.text == "Olá João,\n\npode ser às 9 — ou < 10?\n- um\n- dois");
}

TEST_CASE("an enclosed mail is one attachment") {
  const InboundMessage mail = message("nested_rfc822");
  CHECK(mail.id == "fwd@example.com");
  CHECK(mail.content.text == "Segue o pedido original.");
  REQUIRE(mail.content.media.size() == 1);
  CHECK(mail.content.media[0].mime == "message/rfc822");
  CHECK(mail.content.media[0].ref == "part:2");
  CHECK(mail.content.media[0].size > 200);
}

TEST_CASE("broken mail is read as well as it can be") {
  const InboundMessage truncated = message("truncated_base64");
  CHECK(truncated.content.text == "Olá,");
  CHECK(truncated.content.media.size() == 1);
  message("empty_boundary");
  const Decoded nobody = decode(file("no_from"));
  REQUIRE(nobody.events.size() == 1);
  const auto* unsupported = std::get_if<UnsupportedEvent>(&nobody.events.front());
  REQUIRE(unsupported != nullptr);
  CHECK(unsupported->what == "mail without a sender");
  CHECK(unsupported->to == "atendimento@clinica.example");
  CHECK(unsupported->said);
  CHECK_FALSE(unsupported->id.empty());
  const Decoded undated = decode(file("no_date_no_id"));
  CHECK(!message_in(undated).at);
  CHECK(message_in(undated).id == "sha256:" + to_hex(sha256(file("no_date_no_id"))));
  CHECK(warned(undated, "no readable date"));
  CHECK(decode("no mail at all").events.size() == 1);
  CHECK(refusal("") == ErrorCode::invalid);
}

TEST_CASE("[S0.20] what was written now is told from what is quoted, in three languages") {
  CHECK(message("reply_pt").content.text == "Confirmo a nova data.\n\nObrigada!");
  CHECK(message("reply_es").content.text == "Sí, confirmo.\n\nPuedo, sí.\n\nTambién.");
  CHECK(message("reply_en").content.text == "Yes, that works.");
  CHECK(message("reply_outlook").content.text == "De acordo.\nDe: eu mesma, claro.");
}

TEST_CASE("what only looks like a quotation stays") {
  const auto text = [](const std::string& body, bool is_reply = true) {
    const std::string reference = is_reply ? "In-Reply-To: <x@example.com>\r\n" : "";
    return message_in(decode("From: ana@example.com\r\n" + reference + "\r\n" + body)).content.text;
  };
  CHECK(text("El médico escribió:\ntome agua") == "El médico escribió:\ntome agua");
  CHECK(text("On time\nwe wrote: nothing") == "On time\nwe wrote: nothing");
  CHECK(text("De: Curitiba\nPara: Londrina") == "De: Curitiba\nPara: Londrina");
  CHECK(text("a -- b\n--x\n- item") == "a -- b\n--x\n- item");
  CHECK(text("Sim.\n--\nAna") == "Sim.");
  CHECK(text("Sim.\n\nNo dia 2 de mar. de 2026, às 15:04, X <x@y.z> escreveu:\nantes") == "Sim.");
  CHECK(text("> tudo\n> citado") == "");
  CHECK(text("> passado\n> adiante", false) == "> passado\n> adiante");
  CHECK(text("-----Mensagem original-----\nDe: X\n\nOi", false) ==
        "-----Mensagem original-----\nDe: X\n\nOi");
  CHECK(text("Enviado do meu iPhone", false) == "Enviado do meu iPhone");
}

TEST_CASE("the mailbox is the envelope's, ours before others', without its detail") {
  const std::string mail = file("reply_pt");
  const auto to = [&mail](std::string envelope) {
    return message_in(decode(mail, {{"x-envelope-to", std::move(envelope)}}));
  };
  CHECK(to("exames@clinica.example").to == "exames@clinica.example");
  CHECK(to("<Exames+3k-x@CLINICA.example>").to == "exames@clinica.example");
  CHECK(to("<Exames+3k-x@CLINICA.example>").content.mail->to ==
        std::vector<std::string>{"atendimento@clinica.example", "Exames+3k-x@clinica.example"});
  CHECK(to("outra@clinica.example, exames@clinica.example").to == "exames@clinica.example");
  CHECK(to("outra+x@clinica.example").to == "outra@clinica.example");
  CHECK(to("no address").to == "atendimento@clinica.example");
  const std::string copies =
      "From: ana@example.com\r\nTo: x@example.net, grupo: y@example.net;\r\n"
      "Cc: Exames <exames+abc@clinica.example>\r\n\r\nOi\r\n";
  CHECK(message_in(decode(copies)).to == "exames@clinica.example");
  CHECK(message_in(decode(copies)).content.mail->to ==
        std::vector<std::string>{"x@example.net", "y@example.net", "exames+abc@clinica.example"});
}

TEST_CASE("the mailbox is one of the entry points', wherever it stands") {
  Connection known = make_connection({{"domain", "clinica.example"}}, {});
  known.addresses = {"atendimento@clinica.example"};
  const auto to = [&known](const std::string& people) {
    const auto decoded =
        adapter.decode(request("From: ana@example.com\r\n" + people + "\r\n\r\nOi\r\n"), known);
    REQUIRE(decoded);
    return message_in(*decoded).to;
  };
  CHECK(to("To: x@example.net\r\nCc: Atendimento+3k@clinica.example") ==
        "atendimento@clinica.example");
  CHECK(to("To: x@example.net, atendimento@clinica.example") == "atendimento@clinica.example");
  CHECK(to("To: x@example.net") == "x@example.net");
}

TEST_CASE("a mail that is passed on is no answer") {
  const auto forward = [](const std::string& subject, const std::string& body) {
    const std::string mail = "From: ana@example.com\r\nSubject: " + subject +
                             "\r\nIn-Reply-To: <x@clinica.example>\r\n\r\n" + body + "\r\n";
    return message_in(decode(mail)).content.mail->forward;
  };
  for (const char* subject : {"Fwd: Nova data", "FW: Nova data", "ENC: Nova data", "Enc: Nova data",
                              "RV: Nueva fecha", "TR: Nova data", "Fwd : Nova data", "fwd:x"}) {
    CAPTURE(subject);
    CHECK(forward(subject, "segue"));
  }
  CHECK(forward("Nova data", "veja\r\n\r\n---------- Forwarded message ---------\r\nFrom: x"));
  CHECK(forward("Nova data", "---------- Mensagem encaminhada ----------\r\nDe: x"));
  CHECK(forward("Nova data", "Begin forwarded message:\r\n\r\nFrom: x"));
  CHECK_FALSE(forward("Re: Nova data", "Confirmo"));
  CHECK_FALSE(forward("Re: Fwd: Nova data", "Sim\r\n---------- Forwarded message\r\nFrom: x"));
  CHECK_FALSE(forward("Nova data", "Confirmo\r\n> ---------- Forwarded message ---------"));
  CHECK_FALSE(forward("Encontro", "Confirmo"));
  CHECK_FALSE(forward("Trabalho", "Confirmo"));
}

TEST_CASE("the members of a group are written to; an empty or unreadable group holds nobody") {
  const auto to = [](const std::string& value) {
    return message_in(decode("From: ana@example.com\r\nTo: " + value + "\r\n\r\nOi\r\n"))
        .content.mail->to;
  };
  using People = std::vector<std::string>;
  CHECK(to("Team: a@x, b@y;") == People{"a@x", "b@y"});
  CHECK(to("\"Equipe, dia\": Ana <a@x.example>,\r\n b@y.example;, c@z.example") ==
        People{"a@x.example", "b@y.example", "c@z.example"});
  CHECK(to("undisclosed-recipients:;") == People{});
  CHECK(to("Team: ;, c@z.example") == People{"c@z.example"});
  CHECK(to("Team: nobody, @, <>;") == People{});
  CHECK(to("Outer: Inner: a@x;;") == People{});
  const Decoded ours = decode(
      "From: ana@example.com\r\nTo: Equipe: x@example.net, exames@clinica.example;\r\n\r\nOi");
  CHECK(message_in(ours).to == "exames@clinica.example");
}

TEST_CASE("ids are known with their brackets and, where a sender leaves them all away, without") {
  using Ids = std::vector<std::string>;
  const auto ids = [](const std::string& value) {
    return message_in(decode("From: ana@example.com\r\nIn-Reply-To: " + value +
                             "\r\nReferences: " + value + "\r\n\r\nSim"))
        .content.mail.value();
  };
  for (const auto& [value, expected] : std::initializer_list<std::pair<const char*, Ids>>{
           {"<a@x.example>", {"a@x.example"}},
           {"a@x.example", {"a@x.example"}},
           {"a@x.example b.c-1@y.example", {"a@x.example", "b.c-1@y.example"}},
           {"a@x.example,\r\n b@y.example", {"a@x.example", "b@y.example"}},
           {"<a@x.example> b@y.example", {"a@x.example"}},  // words between ids are words
           {"your message of Monday", {}},
           {"@x a@ a@b@c \"a@b\" (a@b) a:b@c", {}}}) {
    INFO(value);
    CHECK(ids(value).in_reply_to == expected);
    CHECK(ids(value).references == expected);
  }
}

TEST_CASE("a failed delivery is a bounce and a receipt for the mail it reports") {
  const Decoded bounce = decode(file("bounce"));
  const InboundMessage mail = message_in(bounce);
  CHECK(mail.content.mail->automatic == AutoMail::bounce);
  CHECK(mail.content.mail->in_reply_to == std::vector<std::string>{"novelo-42@clinica.example"});
  CHECK(mail.content.media.empty());
  REQUIRE(bounce.events.size() == 2);
  const auto receipt = std::get<Receipt>(bounce.events[1]);
  CHECK(receipt.message_id == "novelo-42@clinica.example");
  CHECK_FALSE(receipt.effect);  // anybody can write a report
  CHECK(receipt.status == DeliveryStatus::failed);
  CHECK(receipt.to == "atendimento@clinica.example");
  REQUIRE(receipt.error);
  CHECK(receipt.error->error == SendErrorClass::bad_address);
  CHECK(receipt.error->code == "5.1.1");

  const auto full = std::get<Receipt>(decode(file("bounce_headers_only")).events.at(1));
  CHECK(full.message_id == "novelo-43.3k-abc@clinica.example");
  CHECK_FALSE(full.effect);
  CHECK(full.error->error == SendErrorClass::permanent);
  CHECK(full.error->code == "5.2.2");
  const Decoded delayed = decode(file("delayed"));
  CHECK(delayed.events.size() == 1);
  CHECK(message_in(delayed).content.mail->automatic == AutoMail::bounce);
}

TEST_CASE("mail that comes by itself is marked") {
  CHECK(message("out_of_office").content.mail->automatic == AutoMail::reply);
  CHECK(message("list").content.mail->automatic == AutoMail::list);
  const auto kind = [](const std::string& headers) {
    return message_in(decode("From: ana@example.com\r\n" + headers + "\r\n\r\nOi\r\n"))
        .content.mail->automatic;
  };
  CHECK(kind("Subject: x") == AutoMail::none);
  CHECK(kind("Auto-Submitted: no") == AutoMail::none);
  CHECK(kind("Auto-Submitted: auto-generated") == AutoMail::generated);
  CHECK(kind("Precedence: Bulk") == AutoMail::generated);
  CHECK(kind("Precedence: auto_reply") == AutoMail::reply);
  CHECK(kind("X-Auto-Response-Suppress: DR, OOF") == AutoMail::generated);
  CHECK(kind("X-Loop: yes") == AutoMail::generated);
  CHECK(kind("Return-Path: <>") == AutoMail::generated);
  CHECK(kind("Return-Path: <ana@example.com>") == AutoMail::none);
  CHECK(kind("List-Unsubscribe: <mailto:x@example.com>") == AutoMail::list);
  CHECK(kind("Message-ID: <novelo-9@clinica.example>") == AutoMail::generated);
  CHECK(message_in(decode("From: Atendimento@clinica.example\r\n\r\nOi\r\n"))
            .content.mail->automatic == AutoMail::generated);
}

TEST_CASE("a mail is the same bytes every time") {
  const Encoded encoded = encode(outbound());
  CHECK(encoded.request.body == file("golden_confirmation"));
  CHECK(encode(outbound()).request == encoded.request);
  CHECK(encoded.request.method == "MAIL");
  CHECK(encoded.request.url == "mailto:");
  CHECK(encoded.request.headers ==
        std::vector<Header>{{"X-Envelope-From", "atendimento@clinica.example"},
                            {"X-Envelope-To", "ana@example.com"}});
  CHECK(encoded.request.idempotency_key == "42");
  CHECK(encoded.correlation == "novelo-42.3k-8fj2@clinica.example");
  CHECK(encoded.warnings.empty());
}

TEST_CASE("what is encoded reads back") {
  OutboundMessage sent = outbound();
  for (const std::string& text :
       {std::string("plain"), std::string("Olá, às 9h – até lá!"), std::string("Здравствуйте"),
        std::string("From x\n.\n..\n=3D\n\ttab"), std::string(5000, 'x'),
        "ç" + std::string(999, 'y')}) {
    sent.content.text = text;
    const std::string body = encode(sent).request.body;
    CHECK(std::count(body.begin(), body.end(), '\n') == std::count(body.begin(), body.end(), '\r'));
    const InboundMessage read = message_in(decode(body));
    CHECK(read.content.text == text);
    CHECK(read.content.mail->subject == sent.content.mail->subject);
    CHECK(read.content.mail->message_id == sent.content.mail->message_id);
    CHECK(read.content.mail->in_reply_to == sent.content.mail->in_reply_to);
    CHECK(read.content.mail->references == sent.content.mail->references);
    CHECK(read.content.mail->to == std::vector<std::string>{"ana@example.com"});
    CHECK(read.from.display_name == "Clínica São José");
    CHECK(read.at == parse_timestamp("2026-03-02T18:04:05Z").value());
  }
}

TEST_CASE("without an id of the engine's the Message-ID is made of the effect") {
  OutboundMessage message = outbound();
  message.content.mail.reset();
  message.content.reply_to = "pergunta@example.com";
  message.at.reset();
  const Encoded encoded = encode(message);
  CHECK(encoded.correlation == "novelo-42@clinica.example");
  CHECK(encoded.request.body.find("Message-Id: <novelo-42@clinica.example>\r\n") !=
        std::string::npos);
  CHECK(encoded.request.body.find("In-Reply-To: <pergunta@example.com>\r\n") != std::string::npos);
  CHECK(encoded.request.body.find("Date:") == std::string::npos);
  CHECK(encoded.warnings.size() == 1);
}

TEST_CASE("mail that the engine sends by itself says so") {
  OutboundMessage message = outbound();
  message.content.mail->automatic = AutoMail::generated;
  const std::string body = encode(message).request.body;
  CHECK(body.find("Auto-Submitted: auto-generated\r\n") != std::string::npos);
  CHECK(body.find("X-Auto-Response-Suppress: All\r\n") != std::string::npos);
}

TEST_CASE("headers cannot be smuggled in") {
  OutboundMessage message = outbound();
  message.content.mail->subject = "Oi\r\nBcc: vitima@example.com\r\n\r\ncorpo";
  const Encoded encoded = encode(message);
  CHECK(encoded.warnings.size() == 1);
  CHECK(encoded.request.body.find("\nBcc:") == std::string::npos);
  CHECK(message_in(decode(encoded.request.body)).content.mail->subject ==
        "Oi Bcc: vitima@example.com corpo");
  for (const char* address : {"ana@example.com\r\nBcc: x@y.z", "ana@example.com, x@y.z", "ana",
                              "ana@", "@x", "a na@example.com", "<ana@example.com>", ""}) {
    CAPTURE(address);
    OutboundMessage to = outbound();
    to.to.value = address;
    CHECK(refused_reason(to) == "bad_address");
    OutboundMessage from = outbound();
    from.from = address;
    CHECK(refused_reason(from) == "bad_address");
    OutboundMessage reply = outbound();
    reply.content.mail->to = {address};
    CHECK(refused_reason(reply) == "bad_address");
  }
  for (const char* id : {"a@b>\r\nBcc: x@y.z", "no-at", "a b@c", "a@b\n", "<a@b>"}) {
    CAPTURE(id);
    OutboundMessage own = outbound();
    own.content.mail->message_id = id;
    CHECK(refused_reason(own) == "bad_message_id");
    OutboundMessage referred = outbound();
    referred.content.mail->references = {id, "good@example.com"};
    const Encoded kept = encode(referred);
    CHECK(kept.warnings.size() == 1);
    CHECK(kept.request.body.find("References: <good@example.com>\r\n") != std::string::npos);
  }
}

TEST_CASE("a long thread is folded, and reads back as it was written") {
  OutboundMessage message = outbound();
  message.content.mail->in_reply_to = {"newest." + std::string(80, 'n') + "@correio.example"};
  message.content.mail->references.clear();
  for (int i = 0; i < 20; ++i) {
    message.content.mail->references.push_back(std::to_string(i) + std::string(90, 'r') +
                                               "@correio.example");
  }
  const Encoded encoded = encode(message);
  CHECK(encoded.warnings.size() == encode(outbound()).warnings.size());
  const std::string& bytes = encoded.request.body;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = bytes.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    CHECK(end - at <= 998);  // RFC 5322, 2.1.1
    at = end + 2;
  }
  const Mail read = *message_in(decode(bytes)).content.mail;
  CHECK(read.references == message.content.mail->references);
  CHECK(read.in_reply_to == message.content.mail->in_reply_to);
}

TEST_CASE("what mail cannot carry is sent as text or refused, never dropped") {
  OutboundMessage message = outbound();
  message.content.options = {{"a", "Sim"}, {"b", "Não"}};
  message.content.media = {{MediaKind::document, "application/pdf", "preparo.pdf", 0,
                            "https://clinica.example/preparo.pdf", ""}};
  const Encoded encoded = encode(message);
  CHECK(encoded.warnings.size() == 2);
  const std::string text = message_in(decode(encoded.request.body)).content.text;
  CHECK(text.find("1. Sim\n2. Não\npreparo.pdf: https://clinica.example/preparo.pdf") !=
        std::string::npos);
  message.content.media[0].ref = "part:2";
  CHECK(refused_reason(message) == "media_without_link");
  OutboundMessage templated = outbound();
  templated.content.template_use = TemplateUse{};
  CHECK(refused_reason(templated) == "no_templates");
  OutboundMessage empty = outbound();
  empty.content.text = " \n";
  CHECK(refused_reason(empty) == "empty_message");
  OutboundMessage longer = outbound();
  longer.content.text = std::string(65'537, 'x');
  CHECK(refused_reason(longer) == "text_too_long");
  OutboundMessage phone = outbound();
  phone.to = {AddressKind::phone, "5541988887777"};
  CHECK(refused_reason(phone) == "bad_address");
  CHECK(!adapter.encode(OutboundCall{}, connection()));
}

TEST_CASE("SMTP replies are read by their codes") {
  const auto read = [](int status, std::string body = "") {
    return adapter.read_reply(outbound(), {status, {}, std::move(body)}, connection());
  };
  using Kind = SendOutcome::Kind;
  CHECK(read(250, "2.0.0 Ok: queued").kind == Kind::accepted);
  CHECK(read(250).provider_id == "novelo-42.3k-8fj2@clinica.example");
  CHECK(read(451, "4.7.1 Greylisted").kind == Kind::retry);
  CHECK(read(451, "4.7.1 Greylisted").error.code == "4.7.1");
  CHECK(read(421).error.error == SendErrorClass::throttled);
  CHECK(read(550, "5.1.1 <ana@example.com> User unknown").kind == Kind::failed);
  CHECK(read(550, "5.1.1 User unknown").error.error == SendErrorClass::bad_address);
  CHECK(read(550, "550-5.1.10 NULL MX").error.error == SendErrorClass::bad_address);
  CHECK(read(550, "refused").error.error == SendErrorClass::permanent);
  CHECK(read(550, "refused").error.code == "550");
  CHECK(read(552, "5.3.4 Too big").error.error == SendErrorClass::permanent);
  CHECK(read(535, "5.7.8 Bad credentials").error.error == SendErrorClass::authentication);
  CHECK(read(0).kind == Kind::uncertain);
  CHECK(read(354).kind == Kind::uncertain);
  CHECK(read(700).kind == Kind::uncertain);
}

TEST_CASE("only signed requests are taken") {
  const Connection signed_connection = connection();
  Request mail = request("From: ana@example.com\r\n\r\nOi\r\n");
  CHECK(adapter.verify(mail, signed_connection).error().code == ErrorCode::unauthentic);
  const auto sign = [&mail](const char* key) {
    mail.headers = {
        {"X-Novelo-Signature", "sha256=" + to_hex(hmac_sha256(Secret(key), mail.body))}};
  };
  sign("segredo");
  CHECK(adapter.verify(mail, signed_connection));
  mail.body += " ";
  CHECK(!adapter.verify(mail, signed_connection));
  sign("outro");
  CHECK(!adapter.verify(mail, signed_connection));
  Connection rotating = connection();
  rotating.secrets["shared_secret"].push_back(Secret("outro"));
  CHECK(adapter.verify(mail, rotating));
  mail.headers = {{"X-Novelo-Signature", "sha256="}};
  CHECK(!adapter.verify(mail, signed_connection));
  Connection empty = connection();
  empty.secrets["shared_secret"] = {Secret("")};
  sign("");
  CHECK(!adapter.verify(mail, empty));
  CHECK(!adapter.verify(request("x"), make_connection({}, {})));
  CHECK(adapter.verify(request("x"), make_connection({{"unsigned", "yes"}}, {})));
  Connection lenient = connection();
  lenient.settings["unsigned"] = "yes";
  CHECK(adapter.verify(request("x"), lenient));
  CHECK(!adapter.verify(mail, lenient));
}

TEST_CASE("the envelope, which chooses the mailbox, is signed with the mail") {
  Connection rotating = connection();
  rotating.secrets["shared_secret"].push_back(Secret("outro"));
  const std::string body = "From: ana@example.com\r\n\r\nOi\r\n";
  const auto holds = [&](const std::string& text, std::vector<Header> headers,
                         const char* key = "outro") {
    headers.push_back({"X-Novelo-Signature", "sha256=" + to_hex(hmac_sha256(Secret(key), text))});
    return adapter.verify(request(body, std::move(headers)), rotating).has_value();
  };
  const Header envelope{"X-Envelope-To", " exames@clinica.example "};
  CHECK(holds("exames@clinica.example\n" + body, {envelope}));
  CHECK(holds("exames@clinica.example\n" + body, {envelope}, "segredo"));
  CHECK_FALSE(holds("exames@clinica.example\n" + body, {envelope}, "third"));
  CHECK_FALSE(holds(body, {envelope}));  // put in by somebody who may not
  CHECK_FALSE(holds("exames@clinica.example\n" + body, {{"X-Envelope-To", "x@y.example"}}));
  CHECK_FALSE(holds("exames@clinica.example\n" + body, {}));  // taken away
  CHECK(holds(body, {}));
  CHECK(holds(body, {{"X-Envelope-To", ""}}));
}

TEST_CASE("a connection is checked when it is loaded") {
  CHECK(adapter.check(connection()));
  const auto subject = [](const char* name, const char* value) {
    Connection changed = connection();
    changed.settings[name] = value;
    const auto checked = adapter.check(changed);
    return checked ? std::string() : checked.error().subject;
  };
  CHECK(subject("domain", "") == "domain");
  CHECK(subject("domain", "a b") == "domain");
  CHECK(subject("domain", "x>\r\n") == "domain");
  CHECK(subject("from_name", "x\r\nBcc: y") == "from_name");
  CHECK(subject("addresses", "a@b.c x") == "addresses");
  CHECK(subject("unsigned", "maybe") == "unsigned");
  CHECK(subject("unsinged", "yes") == "unsinged");
  Connection open = connection();
  open.secrets.clear();
  CHECK(adapter.check(open).error().subject == "shared_secret");
  open.secrets["shared_secret"] = {Secret("")};
  CHECK(adapter.check(open).error().subject == "shared_secret");
  CHECK_FALSE(adapter.check(open).error().remedy.empty());
  open.settings["unsigned"] = "yes";
  CHECK(adapter.check(open));
}

TEST_CASE("the ceilings refuse what would cost too much") {
  std::string deep = "From: ana@example.com\r\n";
  for (int level = 0; level < 1000; ++level) {
    const std::string boundary = "b" + std::to_string(level);
    deep +=
        "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
  }
  CHECK(refusal(deep + "\r\nOi\r\n") == ErrorCode::limit);
  std::string enclosed = "From: ana@example.com\r\n";
  for (int level = 0; level < 1000; ++level) enclosed += "Content-Type: message/rfc822\r\n\r\n";
  CHECK(refusal(enclosed) == ErrorCode::limit);
  CHECK(refusal("From: ana@example.com\r\nX-Long: " + std::string(10'000'000, 'x') +
                "\r\n\r\nOi") == ErrorCode::limit);
  std::string headers = "From: ana@example.com\r\n";
  while (headers.size() < 10'000'000) headers += "X-Many: header\r\n";
  CHECK(refusal(headers + "\r\nOi") == ErrorCode::limit);
  std::string parts = "From: ana@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int part = 0; part < 300; ++part) parts += "--b\r\n\r\nOi\r\n";
  CHECK(refusal(parts) == ErrorCode::limit);
  CHECK(refusal(std::string(17'000'000, 'x')) == ErrorCode::limit);
}

TEST_CASE("what would cost too much is refused before anything is parsed") {
  const Limits limits;
  const auto scanned = [&](const std::string& raw) {
    const auto blocks = mime::scan(raw, limits);
    return blocks ? std::string("taken") : blocks.error().message;
  };
  const auto nested = [](std::size_t levels) {
    std::string raw = "From: ana@example.com\r\n";
    for (std::size_t level = 0; level < levels; ++level) {
      const std::string boundary = "b" + std::to_string(level);
      raw +=
          "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
    }
    return raw + "\r\nOi\r\n";
  };
  const auto enclosed = [](std::size_t levels) {
    std::string raw = "From: ana@example.com\r\n";
    for (std::size_t level = 0; level < levels; ++level) {
      raw += "Content-Type: message/rfc822\r\n\r\n";
    }
    return raw + "\r\nOi\r\n";
  };
  const auto parted = [](std::size_t parts) {
    std::string raw = "From: ana@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (std::size_t part = 0; part < parts; ++part) raw += "--b\r\n\r\nOi\r\n";
    return raw;
  };
  CHECK(scanned(nested(limits.mail_depth)) == "taken");
  CHECK(scanned(nested(limits.mail_depth + 1)).find(" levels") != std::string::npos);
  CHECK(scanned(enclosed(limits.mail_depth)) == "taken");
  CHECK(scanned(enclosed(limits.mail_depth + 1)).find(" levels") != std::string::npos);
  CHECK(scanned(parted(limits.mail_parts - 1)) == "taken");
  CHECK(scanned(parted(limits.mail_parts)).find(" parts") != std::string::npos);
  CHECK(
      scanned("X: " + std::string(limits.mail_header_bytes, 'x') + "\r\n\r\nOi").find(" headers") !=
      std::string::npos);
}

TEST_CASE("the scanner cannot be led past the ceilings") {
  std::string deep = "From: ana@example.com\r\n";
  for (int level = 0; level < 1000; ++level) {
    const std::string digits = std::to_string(level);
    deep += "Content-Type: multipart/mixed; boundary*=utf-8''%62" + digits + "\r\n\r\n--b" +
            digits + "\r\n";
  }
  CHECK(refusal(deep) == ErrorCode::limit);
  std::string hyphens = deep;
  while (hyphens.size() < 15'000'000) hyphens += "--\r\n";
  CHECK(refusal(hyphens) == ErrorCode::limit);
}

TEST_CASE("awkward headers take linear time") {
  const std::clock_t start = std::clock();
  const auto repeat = [](std::string_view part, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += part;
    return out;
  };
  for (const char* part : {"a:", "(", "\"", "<", "a@b,", "=?utf-8?Q?", "=?utf-8?Q?a?= ", "\\", ",",
                           "a:b@c;", "=?", "@", "[", "<a@b> "}) {
    for (const char* name : {"To", "Subject", "References", "Date", "Content-Type", "Message-ID"}) {
      const Decoded decoded = decode("From: ana@example.com\r\n" + std::string(name) + ": " +
                                     repeat(part, 60'000) + "\r\n\r\nOi\r\n");
      CHECK(!decoded.events.empty());
    }
  }
  for (const char* part :
       {"<", "<a", "&", "<!--", "<blockquote>", "<script>", "&#", "<br>", "<p>x"}) {
    decode("From: ana@example.com\r\nContent-Type: text/html\r\n\r\n" + repeat(part, 500'000));
  }
  for (const char* line : {"> ", "On x\n", "From: x\n", "--\n", "-- \n", "\n", "On 1 wrote:\n"}) {
    decode("From: ana@example.com\r\n\r\n" + repeat(line, 500'000));
  }
  CHECK((std::clock() - start) / CLOCKS_PER_SEC < 60);  // processor time, in sanitised builds too
}

TEST_CASE("damaged mail never harms") {
  for (const std::string& path : list_data("email")) {
    damage(read_source(path), 150, [](std::string bytes) {
      const auto decoded = adapter.decode(request(std::move(bytes)), connection());
      if (!decoded) {
        CHECK((decoded.error().code == ErrorCode::limit ||
               decoded.error().code == ErrorCode::invalid));
        CHECK_FALSE(decoded.error().remedy.empty());
      }
    });
  }
}
