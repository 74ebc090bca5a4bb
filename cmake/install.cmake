# What `make install` puts where:
#   bin/sarai              include/sarai.h         lib/libsarai.{a,so}    lib/pkgconfig/sarai.pc
#   lib/sarai/             ONNX Runtime and llama.cpp, where they are ours and not the system's
#   share/sarai/           models/manifest.json, the models that were trained here, the tools that convert others
#   share/man, share/bash-completion, share/zsh, share/doc/sarai
# Paths inside are relative, so a prefix may be moved as a whole.
set(engines_dir ${CMAKE_INSTALL_LIBDIR}/sarai)
file(RELATIVE_PATH bin_to_engines ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/sarai)
set_target_properties(sarai PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_engines}")
set_target_properties(sarai_shared PROPERTIES INSTALL_RPATH "$ORIGIN/sarai")

install(TARGETS sarai RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS sarai_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS sarai_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/sarai.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# The engines of deps/ with their licences; those of the system stay where they are.
set(own_engines "")
foreach(engine onnxruntime llama)
    set(home ${CMAKE_SOURCE_DIR}/deps/${engine})
    if(NOT EXISTS ${home}/lib)
        continue()
    endif()
    list(APPEND own_engines ${engine})
    install(DIRECTORY ${home}/lib/ DESTINATION ${engines_dir} FILES_MATCHING PATTERN "lib*.so*"
        PATTERN cmake EXCLUDE PATTERN pkgconfig EXCLUDE)
    file(GLOB notices ${home}/LICENSE ${home}/ThirdPartyNotices.txt)
    install(FILES ${notices} DESTINATION ${CMAKE_INSTALL_DOCDIR}/${engine})
endforeach()
install(FILES LICENSE NOTICE README.md README.es.md docs/TROUBLESHOOTING.md docs/MODELS.md docs/example.c
    DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(FILES models/manifest.json DESTINATION ${CMAKE_INSTALL_DATADIR}/sarai/models)
install(DIRECTORY models/adapters models/heads DESTINATION ${CMAKE_INSTALL_DATADIR}/sarai/models)
install(DIRECTORY tools/models DESTINATION ${CMAKE_INSTALL_DATADIR}/sarai/tools
    PATTERN __pycache__ EXCLUDE)

file(RELATIVE_PATH pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_to_prefix ${pc_to_prefix})
list(TRANSFORM LIBS_LIBRARIES PREPEND "-l" OUTPUT_VARIABLE private_libs)
list(JOIN private_libs " " private_libs)
configure_file(cmake/sarai.pc.in sarai.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/sarai.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Man pages and completions are made by the program itself, out of its tables.
set(pages sarai.1 sarai.es.1 sarai.bash _sarai)
add_custom_command(OUTPUT ${pages}
    COMMAND ${CMAKE_COMMAND} -DSARAI=$<TARGET_FILE:sarai> -DSOURCE=${CMAKE_SOURCE_DIR}/docs/man
        -DVERSION=${PROJECT_VERSION} -P ${CMAKE_SOURCE_DIR}/cmake/pages.cmake
    DEPENDS sarai cmake/pages.cmake docs/man/sarai.1.in docs/man/sarai.es.1.in
    COMMENT "Writing man pages and completions")
add_custom_target(pages ALL DEPENDS ${pages})
install(FILES ${CMAKE_BINARY_DIR}/sarai.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_BINARY_DIR}/sarai.es.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/es/man1 RENAME sarai.1)
install(FILES ${CMAKE_BINARY_DIR}/sarai.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME sarai)
install(FILES ${CMAKE_BINARY_DIR}/_sarai DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
