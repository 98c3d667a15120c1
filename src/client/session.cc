#include "client/session.h"

#include "client/session_state.h"

namespace quorate {

std::string Session::token() const { return state_->token(); }

}  // namespace quorate
