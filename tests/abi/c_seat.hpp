// CSeat: a seat of the journey player whose every call goes through novelo.h, by way of a host that
// is written in C. Both kinds of values are made into the other's here and nowhere else.
#pragma once

#include <memory>
#include <vector>

#include "abi/seat.h"
#include "boxes.hpp"
#include "testing/seat.hpp"

namespace novelo::testing {

// The store behind a handle, for whoever looks at it from the other side.
Store& store_behind(novelo_store* handle);

// Opens engines on the store.
SeatSource c_seats(novelo_store* store, const seat_calls& calls);

}  // namespace novelo::testing
