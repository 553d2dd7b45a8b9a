// The views in which a backup shows what the engine keeps: v_contact, v_conversation, v_entry, ...
// docs/sql.md describes every one of them; they are made from the same lists of fields as the JSON
// of the border, so that they cannot lag behind.
//
//   Status done = store->backup("/backups/desk-monday.novelo", sql_views());
#pragma once

#include "novelo/published_view.hpp"

namespace novelo {

// May be kept and shared between threads.
PublishedViews sql_views();

}  // namespace novelo
