# Installs the client's public headers as <quorate/...>. In the tree they
# include one another by folder ("client/types.h"); installed, by that name.
set(public client/client client/keyspace client/pipeline client/scan client/types
           client/admin_types client/insight_types client/operation client/options client/session
           base/error base/ids base/ladder base/level)
set(to "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${quorate_headers_to}")

foreach(header IN LISTS public)
  file(READ ${quorate_headers_from}/${header}.h text)
  string(REGEX REPLACE "#include \"client/([a-z_]+\\.h)\"" "#include <quorate/\\1>" text "${text}")
  string(REGEX REPLACE "#include \"base/(error|ids|ladder|level)\\.h\"" "#include <quorate/base/\\1.h>"
         text "${text}")
  if(text MATCHES "#include \"(base|client|quorate|grpc)[^\n]*")
    message(FATAL_ERROR "${header}.h is public, but includes what is not: ${CMAKE_MATCH_0}")
  endif()
  string(REGEX REPLACE "^client/" "" name ${header})
  file(WRITE ${to}/${name}.h "${text}")
  message(STATUS "Installing: ${to}/${name}.h")
endforeach()
