# What `cmake --install` puts into a prefix. Three components: `client`, the C++
# library with which `find_package(quorate)` gives quorate::client; `testing`,
# with which `find_package(quorate COMPONENTS testing)` also gives
# quorate::testing; and `commands`, the binaries.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/quorate)

set_target_properties(quorate_client PROPERTIES EXPORT_NAME client)
target_include_directories(quorate_client INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS quorate_client quorate_quorum quorate_base quorate_grpc quorate_proto EXPORT quorate
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client)
install(EXPORT quorate NAMESPACE quorate:: FILE quorate-targets.cmake
        DESTINATION ${package_dir} COMPONENT client)

# A cluster inside a test's process is all of a node.
set_target_properties(quorate_testing PROPERTIES EXPORT_NAME testing)
install(TARGETS quorate_testing quorate_rpc quorate_http2 quorate_backup quorate_node quorate_replica quorate_kv quorate_storage
                quorate_ring quorate_raft EXPORT quorate-testing
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT testing)
install(EXPORT quorate-testing NAMESPACE quorate:: FILE quorate-testing-targets.cmake
        DESTINATION ${package_dir} COMPONENT testing)
install(FILES ${CMAKE_SOURCE_DIR}/src/testing/cluster.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/quorate/testing COMPONENT testing)

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
