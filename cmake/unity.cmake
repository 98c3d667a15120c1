# For whole builds: most of a compiler's work here is headers, so several sources of a target are
# compiled as one. For machines that build once; who edits wants it off.
option(QUORATE_UNITY "Compile several sources of a target as one" OFF)
set(QUORATE_UNITY_SOURCES 12 CACHE STRING "So many at most")

# quorate_unity(TARGET SOURCE...)
function(quorate_unity target)
  if(NOT QUORATE_UNITY)
    return()
  endif()
  list(JOIN ARGN "\n" sources)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${target}.sources CONTENT "${sources}\n")
  execute_process(COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/cmake/unity_groups.py
                          ${QUORATE_UNITY_SOURCES}
                  INPUT_FILE ${CMAKE_CURRENT_BINARY_DIR}/${target}.sources
                  OUTPUT_VARIABLE lines OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" pairs "${lines}")
  set(ordered "")
  while(pairs)
    list(POP_FRONT pairs group source)
    list(APPEND ordered ${source})
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP "${group}")
  endwhile()
  set_target_properties(${target} PROPERTIES SOURCES "${ordered}" UNITY_BUILD ON
                                             UNITY_BUILD_MODE GROUP)
endfunction()
