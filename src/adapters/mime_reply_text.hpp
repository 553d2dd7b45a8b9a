// What somebody wrote now, out of a mail that also carries what was written before.
#pragma once

#include <string>
#include <string_view>

namespace novelo::mime {

// Takes quoted lines (">"), the line that introduces them ("Em ... escreveu:", "El ... escribió:",
// "On ... wrote:"), everything from an "Original Message" or a block of From, Sent, To and Subject
// on, and a signature ("-- ", "Enviado do meu ...") out of `text`. Answers between quoted lines
// stay. A mail that is no reply and consists of nothing else stands as it is: somebody passed it
// on. `text` is UTF-8 with \n line ends; linear in its length.
std::string reply_text(std::string_view text, bool is_reply);

// Whether somebody passes a mail on: by the mark before the subject ("Fwd:"), or by a line that
// introduces what is passed on where the subject has no mark of an answer ("Re:").
bool is_forward(std::string_view subject, std::string_view text);

}  // namespace novelo::mime
