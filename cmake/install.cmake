# What `cmake --install` puts into a prefix. Two components: `client`, the C++
# library with which `find_package(quorate)` gives quorate::client, and
# `commands`, the binaries.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/quorate)

set_target_properties(quorate_client PROPERTIES EXPORT_NAME client)
target_include_directories(quorate_client INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS quorate_client quorate_base quorate_grpc quorate_proto EXPORT quorate
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client)
install(EXPORT quorate NAMESPACE quorate:: FILE quorate-targets.cmake
        DESTINATION ${package_dir} COMPONENT client)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/quorate-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/quorate-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/quorate-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/quorate-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/quorate-config-version.cmake
        DESTINATION ${package_dir} COMPONENT client)

install(CODE "set(quorate_headers_from \"${CMAKE_SOURCE_DIR}/src\")
set(quorate_headers_to \"${CMAKE_INSTALL_INCLUDEDIR}/quorate\")" COMPONENT client)
install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/install_headers.cmake COMPONENT client)

foreach(command kvd kvctl kvbench kvsim kvcheck)
  if(TARGET ${command})
    install(TARGETS ${command} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT commands)
  endif()
endforeach()
