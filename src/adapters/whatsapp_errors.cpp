#include <algorithm>
#include <array>
#include <charconv>

#include "adapters/text.hpp"
#include "adapters/whatsapp_codec.hpp"

namespace novelo::whatsapp {
namespace {

struct Codes {
  int first;
  int last;
  SendErrorClass error;
};

// developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
constexpr std::array code_table = {
    Codes{0, 0, SendErrorClass::authentication},
    Codes{1, 2, SendErrorClass::retry},  // unknown, service down
    Codes{3, 3, SendErrorClass::authentication},
    Codes{4, 4, SendErrorClass::throttled},
    Codes{10, 10, SendErrorClass::authentication},
    Codes{100, 100, SendErrorClass::permanent},  // a parameter is wrong
    Codes{190, 190, SendErrorClass::authentication},
    Codes{200, 299, SendErrorClass::authentication},
    Codes{368, 368, SendErrorClass::permanent},  // the account is restricted
    Codes{470, 470, SendErrorClass::window_closed},
    Codes{80007, 80007, SendErrorClass::throttled},
    Codes{130429, 130429, SendErrorClass::throttled},
    Codes{130472, 130472, SendErrorClass::permanent},  // the recipient is in an experiment
    Codes{130497, 130497, SendErrorClass::permanent},  // not in that country
    Codes{131000, 131000, SendErrorClass::retry},
    Codes{131005, 131005, SendErrorClass::authentication},
    Codes{131008, 131009, SendErrorClass::permanent},
    Codes{131016, 131016, SendErrorClass::retry},        // service unavailable
    Codes{131021, 131021, SendErrorClass::bad_address},  // sender and recipient are one
    Codes{131026, 131026, SendErrorClass::bad_address},
    Codes{131030, 131030, SendErrorClass::bad_address},  // not on the test number's list
    Codes{131031, 131031, SendErrorClass::permanent},    // the account is locked
    Codes{131042, 131042, SendErrorClass::permanent},    // billing
    Codes{131047, 131047, SendErrorClass::window_closed},
    Codes{131048, 131049, SendErrorClass::throttled},  // spam limit; marketing limit of a user
    Codes{131050, 131050, SendErrorClass::opted_out},  // of marketing
    Codes{131051, 131052, SendErrorClass::permanent},
    Codes{131053, 131053, SendErrorClass::retry},  // the medium could not be uploaded
    Codes{131056, 131056, SendErrorClass::throttled},
    Codes{131057, 131057, SendErrorClass::retry},        // maintenance
    Codes{131062, 131062, SendErrorClass::bad_address},  // needs a number, not a user id
    Codes{132000, 132016, SendErrorClass::bad_template},
    Codes{133016, 133016, SendErrorClass::throttled},
};

SendErrorClass class_of_code(std::string_view code, SendErrorClass otherwise) {
  int number = -1;
  const auto read = std::from_chars(code.data(), code.data() + code.size(), number);
  if (!all_digits(code) || read.ec != std::errc()) return otherwise;
  const auto found = std::find_if(code_table.begin(), code_table.end(), [&](const Codes& each) {
    return each.first <= number && number <= each.last;
  });
  return found == code_table.end() ? otherwise : found->error;
}

}  // namespace

SendError read_error(const JsonReader& error, SendErrorClass otherwise) {
  SendError read;
  read.code = error.scalar("code");
  read.error = class_of_code(read.code, otherwise);
  for (const std::string& words :
       {error.object("error_data").text("details"), error.text("message"), error.text("title")}) {
    if (read.title.empty()) read.title = words;
  }
  return read;
}

Duration pause_after(const SendError& error) {
  if (error.code == "131049") return std::chrono::hours(24);   // sooner tries make it worse
  if (error.code == "131056") return std::chrono::seconds(6);  // one message a pair in that time
  return {};
}

}  // namespace novelo::whatsapp
