// What is wrong with a flow although every step of it can be read: faults that would strand or
// confuse a contact.
#pragma once

#include <vector>

#include "flow/definition.hpp"
#include "flow/reader.hpp"

namespace novelo::flow {

// Options, aliases and global words that could be taken for one another.
void lint_words(const Flow& flow, Faults& faults);

// Steps that cannot be reached, loops without a wait, steps from which no end can be reached. Every
// name must have been resolved.
void lint_graph(const Flow& flow, Faults& faults);

// Recordings that are promised but never made.
void lint_variables(const Flow& flow, Faults& faults);

}  // namespace novelo::flow
